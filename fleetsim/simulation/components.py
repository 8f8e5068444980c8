"""Which parts of a scenario never meet: its connected components."""

from __future__ import annotations

from dataclasses import dataclass

from fleetsim.scenario.schema import ScenarioSpec


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
