"""Reading the folder ``grid/``: everything that the grid models need, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fleetsim.documents import Document, Location, SpecT, parse, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.grid.sky import SkyInputs
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.zone import PublishedYear, Zone

ZONE_FILE = "yunnan.yaml"
SKY_FILE = "solar.yaml"


@dataclass(frozen=True, slots=True)
class GridInputs:
    """What ``grid/`` says about the power system and the sun."""

    zone: Zone
    sky: SkyInputs

    def problems_for(self, spec: GridSpec) -> list[str]:
        """What speaks against a scenario's choice: a year before the first published one."""
        first = self.zone.years[0].year
        if spec.year < first:
            return [f"the statistics of {self.zone.zone} begin in {first}; allowed is {first} or later"]
        return []

    def statistics(self, year: int) -> PublishedYear:
        """The published year that shows ``year``: itself, or the last one for years after it."""
        years = self.zone.years
        return years[min(year, years[-1].year) - years[0].year]


def load_grid(root: Path, problems: list[Problem]) -> GridInputs | None:
    """The grid of the workspace at ``root``; faults go to ``problems`` and give nothing."""
    before = len(problems)
    zone = _load(Zone, root, ZONE_FILE, _zone_faults, problems)
    sky = _load(SkyInputs, root, SKY_FILE, _sky_faults, problems)
    if zone is None or sky is None or len(problems) > before:
        return None
    return GridInputs(zone, sky)


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


def _zone_faults(zone: Zone, document: Document, problems: list[Problem]) -> None:
    """Years must follow each other, or a year would silently be shown by another; each needs its water."""
    for number, (before, after) in enumerate(zip(zone.years, zone.years[1:], strict=False), start=1):
        if after.year != before.year + 1:
            line = document.line(("years", number, "year"))
            allowed = f"must be {before.year + 1}: years stand in order, without a gap"
            problems.append(Problem(document.file, line, f"years.{number}.year", str(after.year), allowed))
    found = [one.year for one in zone.water.years]
    wanted = [*(one.year for one in zone.years), zone.years[-1].year + 1]
    if found != wanted:
        allowed = (
            f"must be {wanted[0]} to {wanted[-1]} in order: the published years, and the next for the end of the last"
        )
        line = document.line(("water", "years"))
        problems.append(Problem(document.file, line, "water.years", ", ".join(map(str, found)), allowed))


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
