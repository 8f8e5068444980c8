"""Which parts of a scenario never meet: its connected components."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from fleetsim.scenario.schema import Scenario, ScenarioSpec


@dataclass(frozen=True, slots=True)
class Component:
    """Sites and fleets that share something while they run, each in order of name."""

    sites: tuple[str, ...]
    fleets: tuple[str, ...]

    @property
    def name(self) -> str:
        """It is called after its first site."""
        return self.sites[0]


def components(spec: ScenarioSpec) -> tuple[Component, ...]:
    """The components of a scenario in order of name: two sites are tied when one fleet may use both."""
    group = {site: site for site in spec.sites}
    for fleet in spec.fleets.values():
        tied = {group[site] for site in fleet.meets_at}
        group = {site: min(tied) if of in tied else of for site, of in group.items()}
    return tuple(
        Component(
            tuple(sorted(site for site, of in group.items() if of == name)),
            tuple(sorted(fleet for fleet, of in spec.fleets.items() if group[of.meets_at[0]] == name)),
        )
        for name in sorted(set(group.values()))
    )


def part_around(scenario: Scenario, sites: Collection[str]) -> Scenario:
    """The scenario with nothing but the components that hold these sites; what happens there stays the same."""
    spec = scenario.spec
    held = [one for one in components(spec) if not set(sites).isdisjoint(one.sites)]
    near = {name: spec.sites[name] for one in held for name in one.sites}
    fleets = {name: spec.fleets[name] for one in held for name in one.fleets}
    timetables = {name: trips for name, trips in scenario.timetables.items() if name in fleets}
    return replace(scenario, spec=spec.model_copy(update={"sites": near, "fleets": fleets}), timetables=timetables)
