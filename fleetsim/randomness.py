"""Random numbers keyed by names, so that nothing that is added elsewhere moves a draw.

One generator per seed, subject (a fleet, a vehicle, a city), purpose and calendar week. A draw always
covers a whole week and is cut afterwards: a longer horizon, another fleet or a charger more leaves every
other draw as it was, which is what makes comparisons between runs sharp (common random numbers).
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b

import numpy as np


def generator(seed: int, week: date, purpose: str, *subject: str | int) -> np.random.Generator:
    """The generator of one subject, purpose and week (``week``: its Monday).

    >>> a = generator(1, date(2026, 3, 9), "run_time", "line_140", 3).random()
    >>> a == generator(1, date(2026, 3, 9), "run_time", "line_140", 3).random()
    True
    """
    words = "\x1f".join((str(seed), week.isoformat(), purpose, *map(str, subject)))
    key = np.frombuffer(blake2b(words.encode(), digest_size=16).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(key))
