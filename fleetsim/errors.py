"""What can go wrong, said so that the person who caused it can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: where it stands, what was found there, and what is allowed."""

    file: str
    line: int | None
    key: str
    found: str
    allowed: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        subject = f"{self.key}: " if self.key else ""
        found = f"found {self.found}; " if self.found else ""
        return printable(f"{place}: {subject}{found}{self.allowed}")


def printable(text: str) -> str:
    """The text with what does not print written out: names come from files that may hold anything."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


class FleetsimError(Exception):
    """A failure with a message for the user; the command line ends with ``exit_code``."""

    exit_code = 1


class RunError(FleetsimError):
    """The input was good, but the work could not be finished (a full disk, a lost worker)."""


class InputError(FleetsimError):
    """Bad input. Carries every problem that was found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)
