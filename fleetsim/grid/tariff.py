"""Time-of-use tariffs by date: what a kilowatt-hour costs in each slot, and the reading of their file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fleetsim.clock import SLOTS_PER_DAY, Clock
from fleetsim.documents import Document, parse_mapping, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.grid.tariff_spec import PEAK, SLOT_MIN, VALLEY, TariffPeriod, TariffSpec, span_slots

TARIFF_FILE = "tariffs.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class PriceSlots:
    """Price of a kilowatt-hour at the meter by slot, from the start of the warm-up."""

    energy_cny_per_kwh: NDArray[np.float64]
    """Energy part, ratio of the band included."""
    other_cny_per_kwh: NDArray[np.float64]
    """Everything else per kWh."""
    price_cny_per_kwh: NDArray[np.float64]
    """Sum of the two."""
    band: NDArray[np.int64]
    """Position in ``BANDS``."""
    valley: NDArray[np.bool_]
    """Whether the band is the valley."""

    @property
    def peak(self) -> NDArray[np.bool_]:
        """Whether the band is the peak, or the critical peak."""
        return np.asarray(self.band >= PEAK)


@dataclass(frozen=True, slots=True)
class Tariff:
    """A tariff with its name."""

    name: str
    spec: TariffSpec

    @property
    def demand_cny_per_kw_month(self) -> float:
        """Price of the monthly demand; 0 where none is charged."""
        return self.spec.demand_cny_per_kw_month if self.spec.demand_charged else 0.0

    def problems_for(self, clock: Clock) -> list[str]:
        """What speaks against a horizon: the first day of each stretch that no period covers."""
        bare = {day for day in clock.dates if self._period(day) is None}
        starts = sorted(day for day in bare if day - timedelta(days=1) not in bare)
        allowed = ", ".join(
            f"{period.valid_from} to {period.valid_to or 'further notice'}" for period in self.spec.periods
        )
        return [f"tariff {self.name} has no prices for {day}; it covers {allowed}" for day in starts]

    def prices(self, clock: Clock) -> PriceSlots:
        """Prices of every slot of the horizon. Raises ``ValueError`` for a day without prices."""
        faults = self.problems_for(clock)
        if faults:
            raise ValueError("; ".join(faults))
        days = [(day, period) for day in clock.dates if (period := self._period(day)) is not None]
        band = np.concatenate([period.band_codes for _, period in days])
        energy = np.concatenate([period.slot_ratios * period.energy_cny_per_kwh[day.month - 1] for day, period in days])
        other = np.repeat([period.other_cny_per_kwh for _, period in days], SLOTS_PER_DAY)
        return PriceSlots(energy, other, energy + other, band, band == VALLEY)

    def _period(self, day: date) -> TariffPeriod | None:
        return next((period for period in self.spec.periods if period.covers(day)), None)


def load_tariffs(root: Path, problems: list[Problem]) -> dict[str, Tariff]:
    """The tariffs of the workspace at ``root`` that are in order; the faults of the others go to ``problems``."""
    try:
        document = read_yaml(root / "grid" / TARIFF_FILE, root)
    except InputError as error:
        problems.extend(error.problems)
        return {}
    tariffs = {}
    for name, spec in parse_mapping(TariffSpec, document, document.data, (), problems).items():
        faults = _faults(spec, document, name)
        problems.extend(faults)
        if not faults:
            tariffs[name] = Tariff(name, spec)
    return tariffs


def _faults(spec: TariffSpec, document: Document, name: str) -> list[Problem]:
    faults = []
    for number, period in enumerate(spec.periods):
        at = (name, "periods", number)
        faults += _period_faults(period, document, at)
        if number:
            faults += _order_faults(spec.periods[number - 1], period, document, at)
    return faults


def _order_faults(
    before: TariffPeriod, period: TariffPeriod, document: Document, at: tuple[str | int, ...]
) -> list[Problem]:
    if before.valid_to is not None and before.valid_to < period.valid_from:
        return []
    ends = "is open at the end" if before.valid_to is None else f"ends on {before.valid_to}"
    return [
        _problem(document, (*at, "valid_from"), str(period.valid_from), f"must be later: the period before it {ends}")
    ]


def _period_faults(period: TariffPeriod, document: Document, at: tuple[str | int, ...]) -> list[Problem]:
    faults = []
    if period.valid_to is not None and period.valid_to < period.valid_from:
        faults.append(
            _problem(document, (*at, "valid_to"), str(period.valid_to), f"must not be before {period.valid_from}")
        )
    owner: dict[int, str] = {}
    for band, spans in period.bands.items():
        if band not in period.ratios:
            faults.append(_problem(document, (*at, "ratios"), f"no ratio for {band}", "each band needs a ratio"))
        for position, span in enumerate(spans):
            slots = span_slots(span)
            taken = [slot for slot in slots if slot in owner]
            if taken:
                allowed = f"must not overlap: {_clock_time(taken[0])} is in {owner[taken[0]]} already"
                faults.append(_problem(document, (*at, "bands", band, position), repr(span), allowed))
            owner.update((slot, f"{band} {span}") for slot in slots if slot not in owner)
    bare = [slot for slot in range(SLOTS_PER_DAY) if slot not in owner]
    for first in (slot for slot in bare if slot - 1 not in bare):
        last = next(slot for slot in range(first, SLOTS_PER_DAY) if slot + 1 not in bare)
        found = f"no band from {_clock_time(first)} to {_clock_time(last + 1)}"
        faults.append(_problem(document, (*at, "bands"), found, "the bands must cover 24 hours"))
    return faults


def _problem(document: Document, at: tuple[str | int, ...], found: str, allowed: str) -> Problem:
    return Problem(document.file, document.line(at), ".".join(map(str, at)), found, allowed)


def _clock_time(slot: int) -> str:
    return f"{slot * SLOT_MIN // 60:02d}:{slot * SLOT_MIN % 60:02d}"
