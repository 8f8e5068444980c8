"""A depot as an operator knows it: lists of places, chargers and vehicles in CSV, which become sites and fleets.

What a list leaves open gets a default, with its reason as source, and is told in a remark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import StringConstraints
from typing_extensions import Doc

from fleetsim.charging.spec import StrategyName
from fleetsim.documents import Document, Row, read_csv, shown
from fleetsim.errors import Problem
from fleetsim.profiles import Climate, Place
from fleetsim.spec import Certainty, Name, Source, Spec, Text
from fleetsim.timetables.feed_workspace import VEHICLES_PER_CHARGER, VEHICLES_PER_TERMINAL_CHARGER
from fleetsim.units import (
    ChargerKw,
    ConnectionKw,
    ConsumptionKwhPerKm,
    Count,
    DistanceKm,
    DurationMin,
    ElevationM,
    LatitudeDeg,
    LoadKw,
    LongitudeDeg,
    PositiveShare,
    Share,
)

PLACES, CHARGERS, VEHICLES = "places.csv", "chargers.csv", "vehicles.csv"
PLUG_IN_MIN = 1.0
Told = Annotated[str, StringConstraints(min_length=3), Doc("a document or a reason in words")]


class _Listed(Spec):
    """What every row may say of itself."""

    certainty: Certainty = "assumed"
    """How far the row's figures can be trusted."""
    source: Told = "No source given in the list"
    """Where they come from."""


class PlaceRow(_Listed):
    """A place: a depot, or an end of trips."""

    place: Name
    """Name by which other lists call it."""
    name: str = ""
    """Name for the report."""
    lat: LatitudeDeg
    """Degrees north (WGS-84)."""
    lon: LongitudeDeg
    """Degrees east (WGS-84)."""
    elevation_m: ElevationM | None = None
    """Height above the sea; by default that of the city."""
    city: Name = "kunming"
    """City of ``profiles/climates.yaml``."""


class ChargerRow(_Listed):
    """A depot, or a terminal of lines, with its chargers of one type."""

    site: Name
    """Name of the depot or terminal."""
    kind: Literal["depot", "terminal"] = "depot"
    """``depot``, where vehicles live, or ``terminal``, where they charge while they wait for their next trip."""
    place: Name
    """Where it is; a terminal lies at an end of trips."""
    type: Name = "dc_120"
    """Type of ``profiles/chargers.yaml``."""
    count: Count | None = None
    """How many; by default one for two vehicles that live here, or for eight that charge at this terminal."""
    power_kw: ChargerKw | None = None
    """Nameplate power where it differs from the type's."""
    connection_kw: ConnectionKw | None = None
    """What the connection allows; by default no limit."""
    base_load_kw: LoadKw | None = None
    """Workshop, washing, lights; by default nothing."""
    strategy: StrategyName | None = None
    """When vehicles may charge at a depot; by default at once."""
    bidirectional: bool | None = None
    """Whether vehicles that can feed back may do so here, where the strategy is ``bidirectional``: true or false."""
    plug_in_min: DurationMin | None = None
    """Time until the first power at a terminal; by default a minute."""


class VehicleRow(_Listed):
    """Vehicles of one model that run one timetable."""

    fleet: Name
    """Name of the fleet."""
    model: Name = "bus_12m"
    """Vehicle sheet of ``profiles/vehicles.yaml``."""
    count: Count
    """How many, spares included."""
    home: Name
    """Depot where they live."""
    terminals: str = ""
    """Terminals at which they charge between trips, with blanks between the names; by default none."""
    timetable: str
    """File of their timetable, in the folder of the lists."""
    route: Name = "line_140"
    """Route of ``profiles/routes.yaml`` whose traffic (stops, standing, hills) is like theirs."""
    state_of_health: PositiveShare | None = None
    """Battery energy left by ageing; by default new."""
    charge_target: Share | None = None
    """State of charge at which charging ends; by default 0.95."""
    reserve: Share | None = None
    """State of charge below which no block is planned to end; by default 0.20."""
    exchange: bool = False
    """Whether a vehicle that is short of energy is exchanged for one at home that has enough: true or false."""
    longest_block_km: DistanceKm | None = None
    """Longest way between two charges, for blocks that are built; by default as long as the timetable has it."""
    consumption_kwh_per_km: ConsumptionKwhPerKm | None = None
    """Measured consumption; by default from the formula of a trip."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What the lists of a scenario hold beside its sites and fleets."""

    places: Mapping[str, Row[PlaceRow]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()

    def places_in(self, cities: Mapping[str, Climate]) -> dict[str, Place]:
        """The places as profiles know them; one in an unknown city stands at the sea until that is mended."""
        return {name: _place(row.spec, cities.get(row.spec.city)) for name, row in self.places.items()}


def with_lists(document: Document, root: Path, problems: list[Problem]) -> tuple[Document, Listed]:
    """The document with the sites and fleets of the folder that it names under ``lists``."""
    named = document.data.get("lists") if isinstance(document.data, Mapping) else None
    if not isinstance(named, str):
        return document, Listed()
    folder = root / named
    if not folder.is_dir() or not folder.resolve().is_relative_to(root.resolve()):
        allowed = f"must be a folder in the workspace that holds {PLACES}, {CHARGERS} and {VEHICLES}"
        problems.append(document.problem(("lists",), repr(named), allowed))
        return document, Listed()
    files = tuple(folder / name for name in (PLACES, CHARGERS, VEHICLES))
    places = read_csv(PlaceRow, files[0], root, problems)
    chargers = read_csv(ChargerRow, files[1], root, problems)
    vehicles = read_csv(VehicleRow, files[2], root, problems)
    problems.extend(_twice(shown(files[0], root), "place", places))
    problems.extend(_twice(shown(files[2], root), "fleet", vehicles))
    problems.extend(_at_odds(shown(files[1], root), chargers))
    sites = _sites(chargers, vehicles, shown(files[1], root))
    fleets = {row.spec.fleet: (_fleet(row.spec, named), shown(files[2], root), row.line) for row in vehicles}
    data, parts = dict(document.data), dict(document.parts)
    for section, blocks in (("sites", sites), ("fleets", fleets)):
        data[section] = dict(data.get(section) or {}) | {name: block for name, (block, _, _) in blocks.items()}
        for name, (_, file, line) in blocks.items():
            parts[section, name] = Document(file, None, {(section, name): line})
    at_depots, at_terminals = ([row for row in chargers if row.spec.kind == kind] for kind in ("depot", "terminal"))
    remarks = [
        *_open(shown(files[1], root), at_depots, AT_DEPOTS),
        *_open(shown(files[1], root), at_terminals, AT_TERMINALS),
        *_open(shown(files[2], root), vehicles, OF_VEHICLES),
    ]
    return replace(document, data=data, parts=parts), Listed(
        {row.spec.place: row for row in places}, files, tuple(remarks)
    )


def _twice(file: str, column: str, rows: Sequence[Row[Any]]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for row in rows:
        name = getattr(row.spec, column)
        if name in seen:
            allowed = f"each may stand once; it also stands in line {seen[name]}"
            yield Problem(file, row.line, column, repr(name), allowed)
        seen.setdefault(name, row.line)


def _at_odds(file: str, rows: Sequence[Row[ChargerRow]]) -> Iterator[Problem]:
    """Rows of one site that tell of two, and columns that a kind of site has not."""
    first: dict[str, Row[ChargerRow]] = {}
    for row in rows:
        spec, other = row.spec, first.setdefault(row.spec.site, row)
        for column in ("kind", "place"):
            found, before = getattr(spec, column), getattr(other.spec, column)
            if found != before:
                allowed = f"must be {before}, as in line {other.line}: both are rows of {spec.site}"
                yield Problem(file, row.line, column, repr(found), allowed)
        others = (
            dict.fromkeys(("strategy", "bidirectional"), ("depots", "a layover is short, so buses charge at once"))
            if spec.kind == "terminal"
            else {"plug_in_min": ("terminals", "at depots it does not count")}
        )
        for column, (kind, why) in others.items():
            if getattr(spec, column) is not None:
                yield Problem(file, row.line, column, repr(getattr(spec, column)), f"is for {kind} alone: {why}")


Block = tuple[dict[str, Any], str, int]
"""A site or fleet as a scenario file would say it, and where it stands."""


def _sites(rows: Sequence[Row[ChargerRow]], vehicles: Sequence[Row[VehicleRow]], file: str) -> dict[str, Block]:
    """Depots and terminals; several rows of one site are its groups of chargers."""
    sites: dict[str, Block] = {}
    for row in rows:
        spec = row.spec
        terminal = spec.kind == "terminal"
        here = (v.spec.count for v in vehicles if spec.site in (_terminals(v.spec) if terminal else (v.spec.home,)))
        share = VEHICLES_PER_TERMINAL_CHARGER if terminal else VEHICLES_PER_CHARGER
        count = spec.count or max(1, ceil(sum(here) / share))
        of_kind = () if terminal else ("bidirectional",)
        group = {"type": spec.type, "count": count} | _given(spec, "power_kw", *of_kind)
        new = {"kind": spec.kind, "place": spec.place, "chargers": []} | (
            {"plug_in_min": PLUG_IN_MIN} if terminal else {}
        )
        block, _, line = sites.get(spec.site, (new, file, row.line))
        block["chargers"].append(group)
        block |= _given(spec, "connection_kw", "base_load_kw", "plug_in_min" if terminal else "strategy")
        block["sources"] = {"*": _source(spec)}
        sites[spec.site] = block, file, line
    return sites


def _fleet(spec: VehicleRow, folder: str) -> dict[str, Any]:
    scheduling = _given(spec, "longest_block_km") | {"sources": {"*": _source(spec)}}
    work = {"kind": "timetable", "file": f"{folder}/{spec.timetable}", "route": spec.route, "scheduling": scheduling}
    block = {"kind": "bus", "model": spec.model, "count": spec.count, "home": spec.home, "work": work}
    block["exchange"] = spec.exchange
    if terminals := _terminals(spec):
        block["opportunity"] = {"terminals": terminals, "sources": {"*": _source(spec)}}
    given = _given(spec, "state_of_health", "charge_target", "reserve", "consumption_kwh_per_km")
    return block | given | {"sources": {"*": _source(spec)}}


def _terminals(spec: VehicleRow) -> list[str]:
    """The terminals that a row names."""
    return spec.terminals.split()


def _given(spec: Spec, *columns: str) -> dict[str, Any]:
    """The columns that say something; the others have the scenario's defaults."""
    return {column: value for column in columns if (value := getattr(spec, column)) is not None}


def _source(spec: _Listed) -> dict[str, str]:
    return {"certainty": spec.certainty, "source": spec.source}


_AT_ANY: Mapping[str, str] = {
    "connection_kw": "no limit is taken; the figure stands in the contract with the grid company",
    "base_load_kw": "nothing but charging is taken",
}
AT_DEPOTS: Mapping[str, str] = {
    "count": f"one charger for {VEHICLES_PER_CHARGER} vehicles is taken",
    **_AT_ANY,
    "strategy": "charging begins at once (immediate)",
}
AT_TERMINALS: Mapping[str, str] = {
    "count": f"one charger for {VEHICLES_PER_TERMINAL_CHARGER} vehicles that charge there is taken",
    **_AT_ANY,
    "plug_in_min": f"{PLUG_IN_MIN:g} min until the first power is taken",
}
OF_VEHICLES: Mapping[str, str] = {
    "state_of_health": "new batteries are taken (1.0)",
    "charge_target": "charging to 0.95 is taken",
    "reserve": "0.20 of the battery is kept",
    "longest_block_km": "blocks are as long as the timetable has them, whatever the battery holds",
    "consumption_kwh_per_km": "the trip formula is taken; a figure read from your vehicles is better",
}
"""What is taken where a column is left open, in words."""


def _open(file: str, rows: Sequence[Row[Any]], defaults: Mapping[str, str]) -> Iterator[str]:
    """What the rows leave open, column by column."""
    for column, taken in defaults.items():
        lines = [str(row.line) for row in rows if getattr(row.spec, column) is None]
        if lines:
            yield f"{file}: {column} is not known (line {', '.join(lines)}): {taken}"


def _place(row: PlaceRow, city: Climate | None) -> Place:
    title = row.name or row.place
    height_m = row.elevation_m if row.elevation_m is not None else (city.elevation_m if city else 0.0)
    sources = {"*": Source(certainty=row.certainty, source=row.source)}
    if row.elevation_m is None:
        sources["elevation_m"] = Source(certainty="assumed", source=f"Height of {row.city}: the list gives none")
    return Place(
        name=Text(en=title, zh=title),
        city=row.city,
        lat=row.lat,
        lon=row.lon,
        elevation_m=height_m,
        quality="A",
        sources=sources,
    )
