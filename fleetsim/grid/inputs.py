"""Reading the folder ``grid/``: everything that the grid models need, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from fleetsim.documents import Document, Location, SpecT, parse, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.grid.sky import SkyInputs
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.zone import EnergyBySource, YearFigures, Zone
from fleetsim.grid.zones_spec import Zones

ZONE_FILE = "yunnan.yaml"
SKY_FILE = "solar.yaml"
ZONES_FILE = "zones.yaml"


@dataclass(frozen=True, slots=True)
class GridInputs:
    """What ``grid/`` says about the power system and the sun."""

    zone: Zone
    sky: SkyInputs
    zones: Zones

    def problems_for(self, spec: GridSpec) -> list[str]:
        """What speaks against a scenario's choice: a year before the first known one."""
        first = self.zone.years[0].year
        if spec.year < first:
            return [f"the statistics of {self.zone.zone} begin in {first}; allowed is {first} or later"]
        return []

    def statistics(self, year: int) -> YearFigures:
        """The figures of ``year``; after the last known year, its capacities and consumption without any energy."""
        known = max((one for one in self.zone.years if one.year <= year), key=lambda one: one.year)
        if known.year == year:
            return known
        return YearFigures(
            year=year, capacity_gw=known.capacity_gw, consumption_twh=known.consumption_twh, sources=known.sources
        )

    def known(self, year: int) -> bool:
        """Whether capacity and consumption of the year are given, not those of an earlier one."""
        return any(one.year == year for one in self.zone.years)

    def planned(self, spec: GridSpec) -> GridInputs:
        """The same with the year as the scenario plans it, if it does."""
        plan = spec.plan
        if plan is None:
            return self
        year = YearFigures(
            year=spec.year,
            capacity_gw=plan.capacity_gw,
            consumption_twh=plan.consumption_twh,
            energy_twh=EnergyBySource(hydro=plan.hydro_twh),
            sources=plan.sources,
        )
        others = (one for one in self.zone.years if one.year != spec.year)
        years = tuple(sorted((*others, year), key=lambda one: one.year))
        return replace(self, zone=self.zone.model_copy(update={"years": years}))


def load_grid(root: Path, problems: list[Problem]) -> GridInputs | None:
    """The grid of the workspace at ``root``; faults go to ``problems`` and give nothing."""
    before = len(problems)
    zone = _load(Zone, root, ZONE_FILE, _zone_faults, problems)
    sky = _load(SkyInputs, root, SKY_FILE, _sky_faults, problems)
    zones = _load(Zones, root, ZONES_FILE, _no_faults, problems)
    if zone is None or sky is None or zones is None or len(problems) > before:
        return None
    return GridInputs(zone, sky, zones)


def _load(
    model: type[SpecT],
    root: Path,
    name: str,
    faults: Callable[[SpecT, Document, list[Problem]], None],
    problems: list[Problem],
) -> SpecT | None:
    try:
        document = read_yaml(root / "grid" / name, root)
    except InputError as error:
        problems.extend(error.problems)
        return None
    spec = parse(model, document, document.data, (), problems)
    if spec is not None:
        faults(spec, document, problems)
    return spec


def _no_faults(_zones: Zones, _document: Document, _problems: list[Problem]) -> None:
    """The specification finds them all."""


def _zone_faults(zone: Zone, document: Document, problems: list[Problem]) -> None:
    """Years must follow each other, or a year would silently be shown by another; so must the known levels."""
    for number, (before, after) in enumerate(zip(zone.years, zone.years[1:], strict=False), start=1):
        if after.year != before.year + 1:
            line = document.line(("years", number, "year"))
            allowed = f"must be {before.year + 1}: years stand in order, without a gap"
            problems.append(Problem(document.file, line, f"years.{number}.year", str(after.year), allowed))
    levels = [one.year for one in zone.water.years]
    if levels != list(range(levels[0], levels[0] + len(levels))):
        line = document.line(("water", "years"))
        allowed = "must follow each other: the level of a year's start is the end of the one before"
        problems.append(Problem(document.file, line, "water.years", ", ".join(map(str, levels)), allowed))


def _sky_faults(inputs: SkyInputs, document: Document, problems: list[Problem]) -> None:
    """The monthly clearness must lie between an overcast and a clear day, or no mixture of days can meet it."""
    low = (inputs.sky.overcast_lowest + inputs.sky.overcast_highest) / 2
    high = inputs.sky.clear_clearness

    def add(at: Location, found: str, allowed: str) -> None:
        problems.append(Problem(document.file, document.line(at), ".".join(map(str, at)), found, allowed))

    if low >= high:
        add(("sky", "clear_clearness"), str(high), f"must be above {low:g}, the mean of an overcast day")
        return
    for name, site in inputs.sites.items():
        for month, clearness in enumerate(site.clearness):
            if not low <= clearness <= high:
                allowed = f"must lie between {low:g} (overcast days only) and {high:g} (clear days only)"
                add(("sites", name, "clearness", month), str(clearness), allowed)
    if not any(site.fleet_weight for site in inputs.sites.values()):
        add(("sites",), "fleet_weight 0 everywhere", "at least one city must weigh in the solar fleet")
