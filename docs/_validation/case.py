"""A validation case: what was expected, what was found, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One row."""

    number: str
    what: str
    expected: str
    accepted: str
    found: str
    met: bool | None
    """None where it was not compared."""
    remark: str = ""

    def row(self) -> tuple[str, ...]:
        """The cells."""
        verdict = "not compared" if self.met is None else "met" if self.met else "**missed**"
        return self.number, self.what, self.expected, self.accepted, self.found, verdict, self.remark
