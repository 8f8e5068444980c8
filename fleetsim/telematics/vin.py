"""Vehicle identification numbers that nobody can mistake for real ones."""

from __future__ import annotations

_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
PREFIX = "L0FLEET"
"""No maker has these characters: a number that begins like that is made up."""


def synthetic_vin(number: int) -> str:
    """The number of a simulated vehicle, with the check digit of GB 16735 in its ninth place.

    >>> synthetic_vin(1), synthetic_vin(8_537)
    ('L0FLEETS600000001', 'L0FLEETSX00008537')
    """
    text = f"{PREFIX}S0{number:08d}"
    total = sum(_VALUES[letter] * weight for letter, weight in zip(text, _WEIGHTS, strict=True))
    rest = total % 11
    return f"{text[:8]}{'X' if rest == 10 else rest}{text[9:]}"
