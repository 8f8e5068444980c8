"""The specification of ``grid/tariffs.yaml``: bands of the day, ratios and prices, period by period."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from fleetsim.clock import SLOT_S, SLOTS_PER_DAY
from fleetsim.spec import SourcedSpec, Text
from fleetsim.units import DemandPriceCnyPerKwMonth, PriceCnyPerKwh, Ratio

BandName = Literal["valley", "flat", "peak", "critical"]
BANDS: tuple[BandName, ...] = ("valley", "flat", "peak", "critical")
"""Names of the bands; their codes are the positions."""
VALLEY = BANDS.index("valley")
PEAK = BANDS.index("peak")

SLOT_MIN = SLOT_S // 60
DAY_MIN = SLOTS_PER_DAY * SLOT_MIN


def span_slots(span: str) -> tuple[int, ...]:
    """Slots of the day that ``"HH:MM-HH:MM"`` covers; a span may pass midnight.

    >>> span_slots("23:30-00:15")
    (94, 95, 0)
    """
    ends = [_minute(text) for text in span.split("-")]
    if len(ends) != 2 or None in ends:
        raise ValueError('must be "HH:MM-HH:MM" on quarters of an hour, 24:00 being the end of the day')
    start, end = (int(end) // SLOT_MIN for end in ends if end is not None)
    if start in (end, SLOTS_PER_DAY):
        raise ValueError("must begin before 24:00 and last at least a quarter of an hour")
    length = end - start if end > start else end + SLOTS_PER_DAY - start
    return tuple((start + step) % SLOTS_PER_DAY for step in range(length))


def _minute(text: str) -> int | None:
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        return None
    total = int(hour) * 60 + int(minute)
    return total if int(minute) < 60 and total <= DAY_MIN and total % SLOT_MIN == 0 else None


def _is_span(span: str) -> str:
    span_slots(span)
    return span


Span = Annotated[str, AfterValidator(_is_span)]


class TariffPeriod(SourcedSpec):
    """A tariff while one document is in force."""

    document: str
    """The document."""
    valid_from: date
    """First day."""
    valid_to: date | None = None
    """Last day; none means until further notice."""
    bands: dict[BandName, tuple[Span, ...]] = Field(min_length=1)
    """Spans of the day by band; together they cover 24 hours once."""
    ratios: dict[BandName, Ratio] = Field(min_length=1)
    """Energy price of each band over ``energy_cny_per_kwh``."""
    energy_cny_per_kwh: Annotated[tuple[PriceCnyPerKwh, ...], Field(min_length=12, max_length=12)]
    """Energy price by month at ratio 1."""
    other_cny_per_kwh: PriceCnyPerKwh
    """Transmission, distribution, system operation, levies: the same at all hours."""

    @cached_property
    def band_codes(self) -> NDArray[np.int64]:
        """Band of each slot of the day, as position in ``BANDS``."""
        codes = np.full(SLOTS_PER_DAY, -1, dtype=np.int64)
        for band, spans in self.bands.items():
            for span in spans:
                codes[list(span_slots(span))] = BANDS.index(band)
        return codes

    @cached_property
    def slot_ratios(self) -> NDArray[np.float64]:
        """Ratio of each slot of the day."""
        ratios = np.array([self.ratios.get(band, np.nan) for band in BANDS])
        return ratios[self.band_codes]

    def covers(self, day: date) -> bool:
        """Whether the period holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class TariffSpec(SourcedSpec):
    """A tariff of ``grid/tariffs.yaml``."""

    title: Text
    """Name for the report."""
    demand_charged: bool
    """Whether the highest 15-minute mean of a month is charged too."""
    demand_cny_per_kw_month: DemandPriceCnyPerKwMonth
    """Price of that demand, where it is charged."""
    periods: tuple[TariffPeriod, ...] = Field(min_length=1)
    """Periods in order of time."""
