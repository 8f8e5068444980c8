"""The horizon: civil time of Asia/Shanghai at the edges, seconds since the start inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

TIMEZONE = "Asia/Shanghai"
UTC_OFFSET_H = 8
"""China keeps UTC+8 all year; there is no daylight saving to think of."""

HOUR_S = 3_600
DAY_S = 86_400
WEEK_S = 7 * DAY_S
SLOT_S = 900
SLOTS_PER_DAY = DAY_S // SLOT_S


@dataclass(frozen=True, slots=True)
class Clock:
    """The horizon of a run.

    Second 0 is midnight at the start of the warm-up. The warm-up days run but are not reported:
    reporting covers ``[report_from_s, end_s)``.
    """

    start_date: date
    days: int
    warmup_days: int

    @property
    def origin(self) -> datetime:
        """Civil time of second 0."""
        midnight = datetime.combine(self.start_date, datetime.min.time())
        return midnight - timedelta(days=self.warmup_days)

    @property
    def total_days(self) -> int:
        """Days that run: warm-up and reported."""
        return self.warmup_days + self.days

    @property
    def report_from_s(self) -> int:
        """Second at which reporting begins."""
        return self.warmup_days * DAY_S

    @property
    def end_s(self) -> int:
        """Second at which the run ends."""
        return self.total_days * DAY_S

    @property
    def slots(self) -> int:
        """Number of 15-minute slots of the whole run, warm-up included."""
        return self.total_days * SLOTS_PER_DAY

    @property
    def slot_edges_s(self) -> NDArray[np.float64]:
        """Edges of the slots in seconds, shape ``(slots + 1,)``."""
        return np.arange(self.slots + 1, dtype=np.float64) * SLOT_S

    @property
    def dates(self) -> tuple[date, ...]:
        """Each day of the run, warm-up included."""
        first = self.origin.date()
        return tuple(first + timedelta(days=day) for day in range(self.total_days))

    def week_starts(self) -> tuple[date, ...]:
        """Monday of each calendar week that the run touches; random draws are made week by week."""
        first = self.origin.date()
        monday = first - timedelta(days=first.weekday())
        weeks = ((self.dates[-1] - monday).days // 7) + 1
        return tuple(monday + timedelta(days=7 * week) for week in range(weeks))

    def civil(self, at_s: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Seconds since the start as civil time, ``datetime64[us]``; NaN becomes NaT."""
        origin = np.datetime64(self.origin, "us")
        known = np.isfinite(at_s)
        micros = np.where(known, np.round(np.where(known, at_s, 0.0) * 1e6), 0).astype("int64")
        out = origin + micros.astype("timedelta64[us]")
        out[~known] = np.datetime64("NaT", "us")
        return out
