"""Which parts of a scenario never meet: its connected components."""

from __future__ import annotations

from dataclasses import dataclass

from fleetsim.scenario.schema import ScenarioSpec


@dataclass(frozen=True, slots=True)
class Component:
    """Sites and fleets that share something while they run, by name; called after its first site."""

    sites: tuple[str, ...]
    fleets: tuple[str, ...]

    @property
    def name(self) -> str:
        """Name of the component."""
        return self.sites[0]


def components(spec: ScenarioSpec) -> tuple[Component, ...]:
    """The components of a scenario in order of name. Today a fleet meets others only at its home."""
    fleets_at: dict[str, list[str]] = {site: [] for site in sorted(spec.sites)}
    for name in sorted(spec.fleets):
        fleets_at[spec.fleets[name].home].append(name)
    return tuple(Component((site,), tuple(fleets)) for site, fleets in fleets_at.items())
