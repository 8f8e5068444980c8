"""Where each figure of a scenario comes from, and which of them are assumptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fleetsim.documents import Location
from fleetsim.grid.inputs import SKY_FILE, ZONE_FILE
from fleetsim.profiles import Profiles
from fleetsim.scenario.schema import Scenario
from fleetsim.scenario.used import used_profiles
from fleetsim.spec import Certainty, Source, SourcedSpec, Spec, inside

CHOICES = frozenset({"days", "warmup_days", "seed", "grid.year", "design.out", "design.state_of_health"})
"""Numbers of a scenario that ask a question rather than state a fact."""

DEFAULT = Source(certainty="assumed", source="Default of the program")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the inputs, with what speaks for it."""

    file: str
    key: str
    value: float
    certainty: Certainty | None
    """``None`` where no source is given."""
    source: str | None

    @property
    def unnumbered_key(self) -> str:
        """The key without places in lists, so that the numbers of one list are told as one."""
        return ".".join(step for step in self.key.split(".") if not step.isdigit())


def figures(scenario: Scenario) -> list[Figure]:
    """Every figure that a run of the scenario rests on, file by file; of the profiles those that it uses."""
    found = [figure for figure in figures_of(scenario.file, scenario.spec) if figure.key not in CHOICES]
    for file, entries in profile_files(used_profiles(scenario)).items():
        for name, spec in entries.items():
            found += figures_of(file, spec, (name,))
    found += figures_of("grid/tariffs.yaml", scenario.tariff.spec, (scenario.tariff.name,))
    found += figures_of(f"grid/{ZONE_FILE}", scenario.grid.zone)
    found += figures_of(f"grid/{SKY_FILE}", scenario.grid.sky)
    return found


def profile_files(profiles: Profiles) -> dict[str, dict[str, Spec]]:
    """The profiles by the file in which they stand."""
    return {
        "profiles/vehicles.yaml": dict(profiles.vehicles),
        "profiles/chargers.yaml": dict(profiles.chargers),
        "profiles/places.yaml": dict(profiles.places),
        "profiles/routes.yaml": dict(profiles.routes),
        "profiles/climates.yaml": dict(profiles.cities),
        "profiles/passenger_demand.yaml": dict(profiles.demands),
        "profiles/taxi_demand.yaml": dict(profiles.taxi_demand),
        "profiles/seasons.yaml": dict(profiles.seasons),
    }


def figures_of(file: str, spec: Spec, at: Location = ()) -> list[Figure]:
    """Every number inside a specification that stands at ``at`` in a file."""
    return [
        Figure(
            file=file,
            key=".".join(map(str, where)),
            value=value,
            certainty=source.certainty if source else None,
            source=source.source if source else None,
        )
        for where, value, source in _numbers(spec, at, None)
    ]


@dataclass(frozen=True, slots=True)
class _Sources:
    """The sources of the innermost block that has any, and where that block stands."""

    at: Location
    entries: dict[str, Source]

    def of(self, where: Location) -> Source | None:
        """The entry that fits a key most closely: the key itself, a block around it, or ``"*"``."""
        inner = where[len(self.at) :]
        for depth in range(len(inner), 0, -1):
            exact = ".".join(map(str, inner[:depth]))
            unnumbered = ".".join(step for step in inner[:depth] if isinstance(step, str))
            for key in (exact, unnumbered):
                if key in self.entries:
                    return self.entries[key]
        return self.entries.get("*")

    def names(self, where: Location) -> bool:
        """Whether an entry other than ``"*"`` speaks for a key."""
        source = self.of(where)
        return source is not None and source is not self.entries.get("*")


def _numbers(value: Any, at: Location, sources: _Sources | None) -> Iterator[tuple[Location, float, Source | None]]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield at, value, sources.of(at) if sources else None
        return
    if isinstance(value, SourcedSpec) and value.sources:
        sources = _Sources(at, value.sources)
    for key, inner in inside(value):
        where = (*at, key)
        if isinstance(value, Spec) and key not in value.model_fields_set and not (sources and sources.names(where)):
            yield from ((place, number, DEFAULT) for place, number, _ in _numbers(inner, where, None))
        else:
            yield from _numbers(inner, where, sources)
