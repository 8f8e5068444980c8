"""The words for "this is not one of the names there are"."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LISTED = 24
"""Names that a message lists before it goes over to counting them."""


def nearest(found: object, names: Iterable[str]) -> str | None:
    """The name that was probably meant.

    >>> nearest("conection_kw", ["connection_kw", "count"])
    'connection_kw'
    """
    if not isinstance(found, str):
        return None
    by_folded = {name.casefold(): name for name in names}
    matches = get_close_matches(found.strip().casefold(), by_folded, n=1, cutoff=0.55)
    return by_folded[matches[0]] if matches else None


def did_you_mean(found: object, names: Iterable[str]) -> str:
    """The question after the nearest name, or nothing where none is near.

    >>> did_you_mean("valey", ["immediate", "valley"])
    ' (did you mean valley?)'
    """
    meant = nearest(found, names)
    return f" (did you mean {meant}?)" if meant else ""


def listed(names: Iterable[str]) -> str:
    """The names there are, a long list cut.

    >>> listed(["a", "b"]), listed([])
    ('a, b', '(there are none)')
    """
    every = list(names)
    rest = f" and {len(every) - LISTED} more" if len(every) > LISTED else ""
    return f"{', '.join(every[:LISTED])}{rest}" if every else "(there are none)"


def one_of(found: object, names: Iterable[str]) -> str:
    """What is allowed instead of ``found``.

    >>> one_of("valey", ["immediate", "valley"])
    'must be one of: immediate, valley (did you mean valley?)'
    """
    every = list(names)
    opening = "must be" if len(every) == 1 else "must be one of:"
    return f"{opening} {listed(every)}{did_you_mean(found, every)}"
