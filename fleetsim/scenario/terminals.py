"""Which terminals a fleet may charge at: they must be there, and its trips must end at them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from fleetsim.documents import Document, Location, one_of
from fleetsim.errors import Problem
from fleetsim.profiles import Profiles, Route
from fleetsim.scenario.fleets import BatteryFleet
from fleetsim.scenario.references import Sections, unknown
from fleetsim.scenario.sites import Terminal
from fleetsim.work.planning import AnyWork
from fleetsim.work.spec import Timetable
from fleetsim.work.timetable import TimetableTrips


def terminal_problems(
    document: Document, sections: Sections, timetables: Mapping[str, TimetableTrips], sound: Profiles
) -> Iterator[Problem]:
    """Terminals that do not exist, are of another kind, lie where no trip of the fleet ends, or share one place."""
    terminals = {name: site for name, site in sections.sites.items() if isinstance(site, Terminal)}
    for name, fleet in sections.fleets.items():
        if not isinstance(fleet, BatteryFleet) or fleet.opportunity is None:
            continue
        ends = _ends(fleet.work, sound.routes.get(fleet.work.route), timetables.get(name))
        taken: dict[str, str] = {}
        for number, terminal in enumerate(fleet.opportunity.terminals):
            where: Location = ("fleets", name, "opportunity", "terminals", number)
            yield from unknown(document, where, terminal, sections.site_names, "sites")
            site = sections.sites.get(terminal)
            if site is None:
                continue
            if not isinstance(site, Terminal):
                allowed = one_of(terminal, sorted(terminals), "sites of kind terminal")
                yield document.problem(where, f"a {site.kind}", allowed)
            elif site.place in taken:
                allowed = f"must lie at another place than {taken[site.place]}, which is at {site.place} too"
                yield document.problem(where, repr(terminal), allowed)
            elif ends is not None and site.place not in ends:
                allowed = f"must lie where trips of the fleet end ({', '.join(sorted(ends))}), not at {site.place}"
                yield document.problem(where, repr(terminal), allowed)
            else:
                taken[site.place] = terminal


def _ends(work: AnyWork, route: Route | None, timetable: TimetableTrips | None) -> Collection[str] | None:
    """The places at which trips of a work end; ``None`` where they could not be read."""
    if isinstance(work, Timetable):
        return None if timetable is None else {trip.destination for trip in timetable.trips}
    if route is None:
        return None
    return {route.waypoints[0].place, route.waypoints[-1].place, *work.places}
