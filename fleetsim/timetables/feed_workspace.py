"""Writing an imported feed into a workspace: places, roads, timetables, and a scenario that is ready to run."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from math import ceil
from pathlib import Path

from fleetsim.documents import read_yaml
from fleetsim.errors import InputError, Problem, RunError
from fleetsim.timetables.feed_plan import FeedPlan, FleetPlan
from fleetsim.work.spec import WEEKDAYS
from fleetsim.work.timetable import TimetableTrip, clock

CHARGER = "dc_120"
VEHICLES_PER_CHARGER, VEHICLES_PER_TERMINAL_CHARGER = 2, 8
"""What is taken where nobody says how many chargers there are."""
STOP_TIME_SHARE = 0.25
UNDULATION_M_PER_KM = 5
START = date(2026, 3, 9)
"""A Monday within the tariff and the grid year that come with the program."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an import comes from."""

    feed: str
    sha256: str
    dates: tuple[date, ...]
    methods: Mapping[str, int]

    def sentence(self) -> str:
        """Feed, hash and dates, for the heads of the files."""
        first, last = self.dates[0], self.dates[-1]
        when = f"{first}" if first == last else f"{first} to {last}"
        return f"GTFS feed {self.feed}, sha256 {self.sha256}, service of {when}"

    def lengths(self) -> str:
        """How the trips' lengths were found."""
        return "; ".join(f"{trips} by {method}" for method, trips in sorted(self.methods.items()))


def write_workspace(root: Path, name: str, plan: FeedPlan, city: str, origin: Origin) -> list[Path]:
    """Add a plan to a workspace; the files that were written or added to.

    Raises ``InputError`` if an import of this name is there already: nothing is overwritten.
    """
    scenario = root / "configs" / f"{name}.yaml"
    tables = {fleet.name: root / "profiles" / "timetables" / f"{fleet.name}.csv" for fleet in plan.fleets}
    added = {root / "profiles" / "places.yaml": _places(plan, origin)}
    added[root / "profiles" / "routes.yaml"] = "".join(_route(fleet, city, origin) for fleet in plan.fleets)
    _refuse_taken(root, name, [scenario, *tables.values()], added)
    texts = {file: file.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + text for file, text in added.items()}
    texts |= {tables[fleet.name]: _timetable(fleet, origin) for fleet in plan.fleets}
    texts[scenario] = _scenario(name, plan, origin)
    try:
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunError(f"the import could not be written to {root}: {error.strerror or error}") from None
    return list(texts)


def _refuse_taken(root: Path, name: str, files: Sequence[Path], added: Mapping[Path, str]) -> None:
    allowed = "is there already; choose another --name (nothing was written)"
    taken = [str(file.relative_to(root)) for file in files if file.exists()]
    for file in added:
        held = read_yaml(file, root).data
        if isinstance(held, dict) and any(str(key) == name or str(key).startswith(f"{name}_") for key in held):
            taken.append(f"a name of {file.relative_to(root)} that begins so")
    if taken:
        raise InputError([Problem("--name", None, "", name, f"{what} {allowed}") for what in taken])


def _source(certainty: str, text: str) -> str:
    return f"{{certainty: {certainty}, source: {_quoted(text)}}}"


def _quoted(text: str) -> str:
    """Text as YAML reads it: JSON strings are YAML."""
    return json.dumps(text, ensure_ascii=False)


def _places(plan: FeedPlan, origin: Origin) -> str:
    lines = [f"# From {origin.sentence()}\n"]
    for name, place in plan.places.items():
        title = f"{{en: {_quoted(place.name.en)}, zh: {_quoted(place.name.zh)}}}"
        lines.append(
            f"{name}:\n  name: {title}\n  city: {place.city}\n  lat: {place.lat}\n  lon: {place.lon}\n"
            f"  elevation_m: {place.elevation_m:g}\n  quality: {place.quality}\n  sources:\n"
            f'    "*": {_source("published", f"GTFS feed {origin.feed}")}\n'
            f"    elevation_m: {_source('assumed', 'A feed tells no heights; all of it was taken as flat')}\n"
        )
    return "\n".join(lines)


def _route(fleet: FleetPlan, city: str, origin: Origin) -> str:
    """The road that stands for a fleet's lines: its most frequent pair of ends, and the means of its trips."""
    service = [trip for trip in fleet.trips if trip.purpose == "service"]
    (start, end), _ = Counter((trip.origin, trip.destination) for trip in service).most_common(1)[0]
    same = [trip.distance_km for trip in service if (trip.origin, trip.destination) == (start, end)]
    length_km = max(0.1, sum(same) / len(same))
    km = sum(trip.distance_km for trip in service)
    speed_kmh = min(130.0, km / (sum(trip.arrive_s - trip.depart_s for trip in service) / 3_600))
    return (
        f"# From {origin.sentence()}\n\n{fleet.name}:\n"
        f"  name: {{en: {_quoted(f'Lines of {fleet.name}')}, zh: {_quoted(f'{fleet.name} 线路')}}}\n"
        f"  city: {city}\n  waypoints:\n"
        f"    - {{place: {start}, distance_km: 0}}\n"
        f"    - {{place: {end}, distance_km: {length_km:.2f}}}\n"
        f"  speed_kmh: {speed_kmh:.1f}\n  peak_speed_kmh: {speed_kmh:.1f}\n  stops_per_km: {fleet.stops_per_km}\n"
        f"  stop_time_share: {STOP_TIME_SHARE}\n  undulation_m_per_km: {UNDULATION_M_PER_KM}\n  sources:\n"
        f'    "*": {_source("derived", f"Means over the trips of GTFS feed {origin.feed}")}\n'
        f"    stop_time_share: {_source('assumed', 'Town traffic')}\n"
        f"    undulation_m_per_km: {_source('assumed', 'Gently rolling')}\n\n"
    )


def _timetable(fleet: FleetPlan, origin: Origin) -> str:
    text = StringIO()
    text.write(f"# {origin.sentence()}\n# Lengths: {origin.lengths()}. Columns: README.md of this folder.\n")
    text.write("# certainty: published\n# source: the feed; empty trips, and blocks not in the feed, are computed\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("block", "depart", "arrive", "origin", "destination", "distance_km", "days", "purpose"))
    for trip in fleet.trips:
        ends = (trip.origin, trip.destination)
        times = (clock(trip.depart_s), clock(trip.arrive_s))
        writer.writerow((trip.block, *times, *ends, f"{trip.distance_km:.3f}", _days(trip), trip.purpose))
    return text.getvalue()


def _days(trip: TimetableTrip) -> str:
    first, last = trip.days[0], trip.days[-1]
    if len(trip.days) > 1 and last - first + 1 == len(trip.days):
        return f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
    return " ".join(WEEKDAYS[day] for day in trip.days)


def _scenario(name: str, plan: FeedPlan, origin: Origin) -> str:
    title = _quoted(f"{name}: the timetable {origin.feed} with electric buses")
    title_zh = _quoted(f"{name}：{origin.feed} 时刻表电动化")
    head = f"""# From {origin.sentence()}
# Lengths of trips: {origin.lengths()}.
# Most trips under way at once: {plan.simultaneous}; vehicles of the schedule on the fullest day: {plan.scheduled}.
# Climate, grid and tariff are those of Yunnan until you put others into profiles/ and grid/; the week is another one
# with the same days of the week.

name: {name}
title: {{en: {title}, zh: {title_zh}}}
start_date: {START}
days: 7
warmup_days: 2
seed: 1
grid:
  level: water
  year: {START.year}
  hydrology: normal
  loss_share: 0.05
  sources:
    "*": {_source("assumed", "The grid that comes with the program, a normal year's water, 5 % losses to the meter")}
tariff: yunnan_general
sources:
  "*": {_source("assumed", "Chosen: a week under the tariff in force since 1 March 2026")}

sites:
"""
    fleets = "\nfleets:\n" + "\n".join(_fleet(fleet, origin) for fleet in plan.fleets)
    sites = [_site(depot, plan) for depot in dict.fromkeys(f.depot for f in plan.fleets)]
    return head + "\n".join([*sites, *(_terminal(*terminal, plan) for terminal in plan.terminals.items())]) + fleets


def _site(depot: str, plan: FeedPlan) -> str:
    chargers = ceil(sum(fleet.vehicles for fleet in plan.fleets if fleet.depot == depot) / VEHICLES_PER_CHARGER)
    why = f"One charger of 120 kW for {VEHICLES_PER_CHARGER} buses, no limit of the connection: replace by your own"
    return f"""  {depot}:
    kind: depot
    place: {depot}
    chargers:
      - {{type: {CHARGER}, count: {chargers}}}
    strategy: immediate
    sharing: proportional
    sources:
      "*": {_source("assumed", why)}
"""


def _terminal(site: str, place: str, plan: FeedPlan) -> str:
    chargers = ceil(
        sum(fleet.vehicles for fleet in plan.fleets if site in fleet.terminals) / VEHICLES_PER_TERMINAL_CHARGER
    )
    why = (
        f"One charger of 120 kW for {VEHICLES_PER_TERMINAL_CHARGER} buses of fleets that end here, a minute to plug "
        "in, no limit of the connection: replace by your own"
    )
    return f"""  {site}:
    kind: terminal
    place: {place}
    chargers:
      - {{type: {CHARGER}, count: {chargers}}}
    plug_in_min: 1
    sources:
      "*": {_source("assumed", why)}
"""


def _fleet(fleet: FleetPlan, origin: Origin) -> str:
    why = f"{fleet.fewest_vehicles} vehicles are away at once on the fullest day, the rest are spares"
    charge = f"    opportunity: {{terminals: [{', '.join(fleet.terminals)}]}}\n" if fleet.terminals else ""
    return f"""  {fleet.name}:
    kind: bus
    model: {fleet.model}
    count: {fleet.vehicles}
    home: {fleet.depot}
    work:
      kind: timetable
      file: profiles/timetables/{fleet.name}.csv
      route: {fleet.name}
{charge}    sources:
      count: {_source("derived", why)}
      work: {_source("published", f"GTFS feed {origin.feed}")}
      "*": {_source("assumed", "Charge policy: from 0.20 to 0.95, starting at 0.80; half load, new batteries")}
"""
