"""The tables of a run: the contract between the simulator and everybody who reads its results.

Inside the program a table is a ``Frame``: NumPy columns of equal length, times in seconds since the start,
names as integer codes. On disk it is a Parquet file with civil times and names. A column is never
absent; where it does not apply it is empty (NaN, code -1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Frame = dict[str, NDArray[Any]]
"""Columns of one table by name, all of the same length."""

Kind = Literal["time", "float", "int", "bool", "text", "code"]
"""``time``: float seconds since the start; ``code``: integers into ``Column.domain``, -1 for none."""

SOURCES = ("hydro", "wind", "solar", "biomass", "nuclear", "thermal", "import")
"""Where grid electricity comes from; ``thermal`` is coal with a few per cent of gas and waste."""
CLEAN_SOURCES = ("hydro", "wind", "solar", "biomass", "nuclear")
"""The sources that count as clean; nothing else does."""
STOCK_SOURCES = (*SOURCES, "site_solar", "delivered", "initial")
"""What a store can hold; ``delivered`` is hydrogen made elsewhere, ``initial`` what was there when the run began."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name carries the unit, ``meaning`` is the definition that a report shows."""

    name: str
    kind: Kind
    meaning: str
    domain: str | tuple[str, ...] = ()
    """For codes: the words themselves, or the entity list (``vehicles``, ``sites``, ...) that names them."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy type of the column inside the program."""
        return np.dtype({"time": "f8", "float": "f8", "int": "i8", "bool": "?", "text": "O", "code": "i4"}[self.kind])

    def empty(self, rows: int) -> NDArray[Any]:
        """``rows`` values that say "does not apply"."""
        filler: dict[str, Any] = {"time": np.nan, "float": np.nan, "int": -1, "bool": False, "text": "", "code": -1}
        return np.full(rows, filler[self.kind], dtype=self.dtype)


def _code(name: str, domain: str | tuple[str, ...], meaning: str) -> Column:
    return Column(name, "code", meaning, domain)


def _time(name: str, meaning: str) -> Column:
    return Column(name, "time", meaning)


def _float(name: str, meaning: str) -> Column:
    return Column(name, "float", meaning)


def _int(name: str, meaning: str) -> Column:
    return Column(name, "int", meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning)


PURPOSES = ("service", "deadhead", "round", "passenger", "transfer", "private")
LATE_S = 300.0
"""A departure more than this after its timetable is late."""
TRIP_STATUS = ("done", "late", "cancelled", "horizon")
"""``late``: departed more than 5 minutes after the timetable; ``horizon``: still under way at the end."""
TRIP_REASONS = ("battery", "no_vehicle", "hydrogen", "knock_on")
"""Why a trip is late or cancelled; ``knock_on``: an earlier trip of the same block came late."""
SESSION_ENDS = ("target", "departure", "horizon", "outage", "shared")
"""``shared``: a vehicle gave its second gun to another, or took one; what it still wants is the next session."""
WAIT_OUTCOMES = ("served", "left", "balked", "horizon", "passed")
WAIT_CAUSES = ("turn", "pressure")
"""What is waited for: a charger, lane, pack or dispenser with what it gives, or pressure in the banks of a station."""
REFUEL_ENDS = ("full", "empty_storage", "departure", "horizon", "outage", "pressure")
"""``pressure``: no bank had pressure left for the tank; a fill that goes on after a wait is another row."""
FLOWS = ("initial", "produced", "vented", "delivered", "dispensed", "left")
"""Hydrogen of a storage: what was there when reporting began, what came and went, what was there at the end."""
LOADS = ("vehicle", "pack", "electrolyser", "compressor", "storage", "solar", "standby", "base")
"""What draws at a site; ``base`` is the building and everything else behind the same meter."""
STORAGE_STRATEGIES = ("solar_surplus", "peak_shaving", "valley_to_peak")
ASSET_KINDS = ("feeder", "transformer", "substation")
HOLDERS = ("vehicle", "pack", "storage", "tank", "battery")
"""Who holds energy; ``storage`` is that of a hydrogen station, ``battery`` the stationary one of any site."""
SCOPES = ("run", "city", "fleet", "site", "asset", "grid")

_CLEAN = (
    _float("clean_share", "clean share, average of production (location-based)"),
    _float("clean_share_consumption", "clean share, average of consumption, exports carrying the mix"),
    _float("clean_share_dedicated", "clean share, average of consumption, contracted hydro exported first"),
)
_CLEAN_SESSION = (
    *_CLEAN,
    _float("clean_share_zone", "clean share, average of consumption in the city's zone, flow-traced"),
    _float("clean_share_contractual", "clean share, market-based: certificates held, residual mix for the rest"),
)
_MARGINAL_KG = (
    _float("emission_marginal_province_kg", "marginal emission within the province, kg CO2"),
    _float("emission_marginal_southern_kg", "marginal emission in the southern grid, kg CO2"),
)

TABLES: dict[str, tuple[Column, ...]] = {
    "metrics": (
        _code("scope", SCOPES, "what the subject is"),
        _text("subject", "name of the run, city, fleet, site, asset or grid"),
        _text("metric", "name of the metric"),
        _float("value", "its value"),
        _text("unit", "its unit"),
        _text("definition", "what it means"),
    ),
    "vehicles": (
        _code("vehicle", "vehicles", "name: fleet and number"),
        _code("fleet", "fleets", "fleet"),
        _code("kind", "kinds", "kind of vehicle"),
        _code("model", "models", "vehicle sheet"),
        _code("city", "cities", "city"),
        _code("home", "sites", "home site"),
        _float("battery_kwh", "usable battery energy, kWh"),
        _float("tank_kg", "hydrogen tank, kg"),
        _float("reserve_soc", "state of charge (or share of the tank) below which no duty is planned to end, 0 to 1"),
    ),
    "sites": (
        _code("site", "sites", "name"),
        _code("kind", "site_kinds", "kind of site"),
        _code("city", "cities", "city"),
        _float("lat", "latitude, degrees north (WGS-84)"),
        _float("lon", "longitude, degrees east (WGS-84)"),
        _int("chargers", "number of chargers"),
        _float("charger_kw", "mean nameplate of a charger, DC output, kW"),
        _float("connection_kw", "limit of the grid connection, AC, kW"),
        _float("transformer_kw", "limit of the transformer at its elevation and the site's power factor, kW"),
        _float("power_factor", "power factor of the site's load"),
        _float(
            "demand_cny_per_kw_month", "price of the highest 15-minute mean of a month, CNY/kW; 0 where none is charged"
        ),
        _int("staff", "people who move plugs at a time; 0 where plugs move by themselves"),
        _int("lanes", "lanes of a swap station"),
        _int("packs", "swap packs of the station"),
        _float("pack_kwh", "usable energy of a swap pack, kWh"),
        _float("swaps_per_day", "swaps that the lanes can do in a day"),
    ),
    "site_supply": (
        _code("site", "sites", "site with panels or a battery of its own"),
        _float("solar_kwp", "nameplate of its panels, kWp; 0 without"),
        Column("feed_in", "bool", "whether surplus solar goes to the grid; otherwise it is curtailed"),
        _float("storage_kwh", "usable energy of its battery, kWh; empty without"),
        _float("storage_kw", "power of the battery at its terminals, both ways, AC, kW"),
        _float("round_trip_efficiency", "energy out over energy in, AC"),
        _code("strategy", STORAGE_STRATEGIES, "what the battery follows"),
        _float("target_kw", "power from the grid below which peak shaving keeps the site, kW"),
        _float("initial_kwh", "energy in the battery at the start of the reported time, kWh"),
        _float("promised_kwh", "part of it that the battery needs to keep its promises, kWh"),
    ),
    "stations": (
        _code("fleet", "fleets", "fleet whose vehicles have no home"),
        _code("site", "sites", "station that they may use"),
    ),
    "places": (
        _code("place", "places", "name"),
        _float("lat", "latitude, degrees north (WGS-84)"),
        _float("lon", "longitude, degrees east (WGS-84)"),
        _float("elevation_m", "elevation, m"),
    ),
    "routes": (
        _code("route", "routes", "name"),
        _int("point", "position along the route, from 0"),
        _float("distance_km", "distance from the start of the route, km"),
        _float("lat", "latitude, degrees north (WGS-84)"),
        _float("lon", "longitude, degrees east (WGS-84)"),
        _float("elevation_m", "elevation, m"),
    ),
    "trips": (
        _code("vehicle", "vehicles", "vehicle; none for a trip that no vehicle was there to run"),
        _code("fleet", "fleets", "fleet"),
        _int("trip", "number of the trip within its vehicle, from the start of the warm-up"),
        _code(
            "purpose",
            PURPOSES,
            "service, deadhead, round, passenger, transfer or private (of others who come to public chargers)",
        ),
        _code("route", "routes", "route, where there is one"),
        _time("planned_depart_at", "planned departure"),
        _time("planned_arrive_at", "planned arrival"),
        _time("depart_at", "departure"),
        _time("arrive_at", "arrival"),
        _code("origin", "places", "place of departure"),
        _code("destination", "places", "place of arrival"),
        _float("distance_km", "distance, km"),
        _float("used_kwh", "net energy from the battery (with a fuel cell: from both), kWh"),
        _float("regenerated_kwh", "energy that braking and descents gave back to the battery, kWh"),
        _float("hydrogen_kg", "hydrogen used, kg"),
        _float("soc_start", "state of charge (with a fuel cell: share of the tank) at departure, 0 to 1"),
        _float("soc_end", "state of charge (with a fuel cell: share of the tank) at arrival, 0 to 1"),
        _float("initial_share", "share of what was driven whose origin is unknown: there when the run began"),
        _float("clean_share", "clean share of what was driven, its initial energy left out"),
        _float("emission_kg", "emission of what was driven, kg CO2, its initial energy left out"),
        _time("due_at", "time by which a round is to be finished: the end of its shift"),
        _int("passengers", "passengers on board, where the work counts them"),
        _float("passenger_wait_h", "hours that all of them together waited for the planned departure"),
        _code("status", TRIP_STATUS, "done, late, cancelled or cut by the horizon"),
        _code("reason", TRIP_REASONS, "why it is late or cancelled, or was given to another vehicle"),
        _code("relieved", "vehicles", "vehicle that was to run it and stayed at home, short of energy"),
    ),
    "sessions": (
        _int("session", "number of the session within the run"),
        _code("vehicle", "vehicles", "vehicle"),
        _int("pack", "swap pack, numbered through the run; empty for the battery of a vehicle"),
        _code("site", "sites", "site"),
        _int("charger", "charger within the site, from 0"),
        _int("second_charger", "the charger whose gun the same vehicle took as well; empty for one gun"),
        _time("arrive_at", "arrival at the site"),
        _time("plug_at", "plugged in"),
        _time("start_at", "first power"),
        _time("end_at", "last power"),
        _time("unplug_at", "charger free again"),
        _time("planned_unplug_at", "departure that the plan foresaw"),
        _float("requested_kwh", "energy asked for, in the battery, kWh"),
        _float("energy_kwh", "energy drawn at the meter, AC, kWh"),
        _float("delivered_kwh", "energy at the charger's outlet, DC, kWh"),
        _float("stored_kwh", "energy that reached the battery, kWh"),
        _float("unmet_kwh", "energy asked for and not in the battery at the end, kWh"),
        _float("discharged_kwh", "energy fed back at the meter, AC, kWh"),
        _float("released_kwh", "energy that left the battery to be fed back, kWh"),
        _float("soc_start", "state of charge at plug-in, 0 to 1"),
        _float("soc_end", "state of charge at the end, 0 to 1"),
        _float("peak_kw", "highest power at the meter, AC, kW"),
        _float("initial_share", "share of the energy whose origin is unknown: in a battery at the site from the start"),
        *_CLEAN_SESSION,
        _float("emission_kg", "emission, average of production, kg CO2"),
        *_MARGINAL_KG,
        _float("cost_cny", "cost of energy, CNY"),
        _code("end_reason", SESSION_ENDS, "why the session ended"),
    ),
    "waits": (
        _code("vehicle", "vehicles", "vehicle"),
        _code("site", "sites", "site"),
        _time("arrive_at", "came into the queue"),
        _time("end_at", "left the queue"),
        _code(
            "outcome",
            WAIT_OUTCOMES,
            "how the wait ended; passed: a layover that found no gun",
        ),
        _code("cause", WAIT_CAUSES, "what was waited for: a turn, or pressure in the banks of a hydrogen station"),
    ),
    "draws": (
        _code("site", "sites", "site"),
        _code("load", LOADS, "what draws"),
        _int("session", "session, for vehicles and packs"),
        _int("clock", "clock of the site that scales the draw"),
        _time("start_at", "from"),
        _time("end_at", "to"),
        _float("offered_kw", "power at the meter before scaling, AC, kW; negative feeds back"),
    ),
    "clocks": (
        _code("site", "sites", "site"),
        _int("clock", "clock within the site: 0 of its connection, from 1 on of its cabinets"),
        _time("start_at", "from"),
        _time("end_at", "to"),
        _float("factor", "share given of what is asked; power of a draw = offered_kw x factor of its clock"),
    ),
    "swaps": (
        _code("vehicle", "vehicles", "vehicle"),
        _code("site", "sites", "site"),
        _time("arrive_at", "arrival at the site"),
        _time("start_at", "swap begins"),
        _time("end_at", "swap ends"),
        _int("pack_out", "pack taken out of the vehicle"),
        _int("pack_in", "pack put into the vehicle"),
        _float("soc_out", "state of charge of the pack taken out"),
        _float("soc_in", "state of charge of the pack put in"),
        _float("clean_share", "clean share of the energy in the pack put in"),
        _code("end_reason", SESSION_ENDS, "how the visit ended"),
    ),
    "refuels": (
        _code("vehicle", "vehicles", "vehicle"),
        _code("site", "sites", "site"),
        _time("arrive_at", "arrival at the site"),
        _time("start_at", "fill begins"),
        _time("end_at", "fill ends"),
        _float("tank_start_kg", "hydrogen in the tank before, kg"),
        _float("tank_end_kg", "hydrogen in the tank after, kg"),
        _float("hydrogen_kg", "hydrogen dispensed, kg"),
        _float("clean_share", "clean share of the hydrogen"),
        _code("end_reason", REFUEL_ENDS, "why the fill ended"),
    ),
    "hydrogen_flows": (
        _code("site", "sites", "hydrogen station"),
        _code("flow", FLOWS, "what it is; all times and amounts within the reported time"),
        _code("vehicle", "vehicles", "vehicle that was filled, also of what was vented meanwhile"),
        _time("start_at", "from"),
        _time("end_at", "to; the flow is even in between"),
        _float("hydrogen_kg", "hydrogen, kg"),
        _float("energy_kwh", "energy at the meter of electrolyser and compressor, AC, kWh"),
        _float("clean_share", "clean share of the hydrogen, its initial part left out"),
        _float("emission_kg", "emission of making (or making and bringing) it, kg CO2"),
        _float("cost_cny", "cost of energy, CNY"),
    ),
    "banks": (
        _code("site", "sites", "hydrogen station"),
        _int("bank", "bank within the station, from 0, the lowest pressure first"),
        _time("start_at", "from"),
        _time("end_at", "to; the content changes evenly in between"),
        _float("start_kg", "content at the start, kg"),
        _float("end_kg", "content at the end, kg"),
        _float("start_mpa", "pressure at the start, MPa"),
        _float("end_mpa", "pressure at the end, MPa"),
    ),
    "stocks": (
        _text("holder", "name of the vehicle, pack, storage or tank"),
        _code("holder_kind", HOLDERS, "what the holder is"),
        _code("source", STOCK_SOURCES, "where the energy came from"),
        _float("start_kwh", "energy of that source at the start of the reported time, kWh (hydrogen: as LHV)"),
        _float("end_kwh", "energy of that source at the end, kWh (hydrogen: as LHV)"),
    ),
    "outages": (
        _text("asset", "charger, site or grid asset"),
        _text("kind", "what the asset is"),
        _time("start_at", "from"),
        _time("end_at", "to"),
        _text("cause", "why"),
    ),
    "site_slots": (
        _code("site", "sites", "site"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("load_kw", "mean of all loads, AC, kW"),
        _float("solar_kw", "mean of local solar, AC, kW"),
        _float("storage_kw", "mean of local storage, charging positive, AC, kW"),
        _float("fed_back_kw", "mean that vehicles fed back, AC, kW"),
        _float("grid_kw", "mean at the connection = load + storage - solar - fed back, kW"),
        _float("peak_kw", "highest power at the connection within the slot, kW"),
        _float("limit_kw", "limit of connection and transformer, the lower of the two, kW"),
        _float("price_cny_per_kwh", "price of energy, CNY/kWh"),
        _float("plugged", "mean number of vehicles plugged in"),
        _float("charging", "mean number of vehicles drawing power"),
        _float("queued", "mean number of vehicles waiting"),
        _float("storage_kwh", "energy in local storage at the end of the slot, kWh"),
        _float("hydrogen_kg", "hydrogen stored at the end of the slot, kg"),
        _float("packs_ready", "mean number of swap packs ready"),
    ),
    "supply_slots": (
        _code("site", "sites", "site with panels or a battery of its own, or that vehicles fed"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("available_kw", "mean power that its panels can give, AC, kW"),
        _float("promised_kw", "power that its battery is sure to draw or, negative, to give if it is asked, kW"),
        Column("may_give", "bool", "whether a battery that follows the tariff gives what it has"),
        _float("curtailed_kw", "solar power that nobody took, kW"),
        _float("fed_in_kw", "power given to the grid, kW"),
        _float("drawn_kw", "power drawn from the grid, kW"),
        _float("charged_kw", "power into the battery, AC, kW"),
        _float("charged_solar_kw", "part of it that came from the panels, kW"),
        _float("discharged_kw", "power out of the battery, AC, kW"),
        _float("fed_back_kw", "power that vehicles fed back, AC, kW"),
        *(
            _float(f"{source}_share", f"share of {source} in what the site's loads took")
            for source in STOCK_SOURCES
            if source != "delivered"
        ),
    ),
    "feed_slots": (
        _int("session", "session in which a vehicle fed back to its site"),
        _code("vehicle", "vehicles", "vehicle"),
        _code("site", "sites", "site"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("fed_back_kw", "mean power that it fed back, AC, kW"),
        *_CLEAN_SESSION,
        _float("emission_kg", "emission that went along, average of production, kg CO2"),
        _float("emission_marginal_province_kg", "marginal emission that it spared within the province, kg CO2"),
        _float("emission_marginal_southern_kg", "marginal emission that it spared in the southern grid, kg CO2"),
        _float("cost_cny", "cost of energy that went along, CNY"),
        *(
            _float(f"{source}_share", f"share of {source} in what it fed back")
            for source in STOCK_SOURCES
            if source != "delivered"
        ),
    ),
    "grid_slots": (
        _text("zone", "zone of the grid"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("demand_mw", "demand of the zone, MW"),
        _float("fleet_mw", "demand of the fleets of the scenario, MW"),
        *(_float(f"{source}_mw", f"generation by {source}, MW") for source in SOURCES),
        _float("export_mw", "net export, MW"),
        *_CLEAN,
        _float("emission_kg_per_kwh", "emission factor, average of production, kg CO2/kWh"),
        _float("emission_marginal_province_kg_per_kwh", "marginal emission within the province, kg CO2/kWh"),
        _float("emission_marginal_southern_kg_per_kwh", "marginal emission in the southern grid, kg CO2/kWh"),
    ),
    "zone_slots": (
        _text("zone", "city, rest of the province or neighbour"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("demand_mw", "consumption of the zone, MW"),
        *(_float(f"{source}_mw", f"generation by {source} in the zone, MW") for source in SOURCES),
        _float("received_mw", "power that comes in from other zones, MW"),
        _float("sent_mw", "power that goes out to other zones, MW"),
        _float("clean_share_zone", "clean share, average of the zone's consumption, flow-traced"),
        _float(
            "emission_zone_kg_per_kwh", "emission factor, average of the zone's consumption, flow-traced, kg CO2/kWh"
        ),
    ),
    "assets": (
        _text("asset", "transformer, feeder or substation"),
        _code("kind", ASSET_KINDS, "what it is"),
        _text("city", "city"),
        _text("upstream", "feeder or substation that feeds it"),
        _text("sites", "sites that hang on the transformer, spaces between"),
        _float("limit_kva", "apparent power that it may carry for ever, at its elevation, kVA"),
        _float(
            "n_1_loading",
            "highest loading with one unit of a substation out, or of the tie with a feeder out; infinite: no reserve",
        ),
        _float("hosting_kw", "further power that fits at all times, nothing overloaded and no voltage too low, kW"),
        Column("synthetic", "bool", "whether it is made up, or a default, rather than surveyed"),
    ),
    "asset_slots": (
        _text("asset", "transformer, feeder or substation"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("load_kw", "active power, kW"),
        _float("load_kvar", "reactive power, kvar"),
        _float("loading", "apparent power over the limit; of a feeder, current over ampacity"),
        _float("voltage_pu", "voltage at its lower end, per unit"),
        _float("loss_kw", "loss, kW; unknown of substations"),
        _float("hot_spot_c", "temperature of the hottest place of a transformer's winding (IEC 60076-7), degC"),
    ),
    "node_supply": (
        _text(
            "asset", "transformer, feeder or substation of a network with panels or batteries behind no site's meter"
        ),
        _text("city", "city"),
        _float("solar_kwp", "nameplate of the panels that hang on it, kWp; 0 without"),
        _float("storage_kwh", "usable energy of the battery that hangs on it, kWh; empty without"),
        _float("storage_kw", "power of the battery at its terminals, both ways, AC, kW"),
        _float("round_trip_efficiency", "energy out over energy in, AC"),
        _float("lowest_kw", "least active power that enters it; negative flows upwards, kW"),
        _float("reverse_h", "time in which power flows upwards, h"),
        _float("highest_pu", "highest voltage at its lower end, per unit"),
        _float(
            "hosting_solar_kwp",
            "further panels that fit at all times, nothing overloaded upwards, no voltage too high, kWp",
        ),
        Column("synthetic", "bool", "whether its panels or its battery are made up rather than surveyed"),
    ),
    "node_supply_slots": (
        _text("asset", "transformer, feeder or substation with panels or a battery"),
        _time("slot_at", "start of the slot of 15 minutes"),
        _float("solar_kw", "power of the panels, AC, kW"),
        _float("storage_kw", "power of the battery, charging positive, AC, kW"),
        _float("storage_kwh", "energy in the battery at the end of the slot, kWh"),
    ),
}


def complete(table: str, columns: Mapping[str, NDArray[Any]], only: Collection[str] = ()) -> Frame:
    """The frame of ``table`` with every column of the contract, or ``only`` some: those given, the others empty.

    Raises ``KeyError`` for a column that the contract does not know and ``ValueError`` for unequal lengths.
    """
    contract = TABLES[table]
    unknown = columns.keys() - {column.name for column in contract}
    if unknown:
        raise KeyError(f"table {table} has no column {', '.join(sorted(unknown))}")
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of table {table} differ in length: {sorted(lengths)}")
    rows = lengths.pop() if lengths else 0
    return {
        column.name: np.asarray(columns[column.name], dtype=column.dtype)
        if column.name in columns
        else column.empty(rows)
        for column in contract
        if not only or column.name in only
    }


def concatenate(table: str, frames: Sequence[Frame]) -> Frame:
    """Frames of the same table with the same columns, one below the other."""
    if not frames:
        return complete(table, {})
    return {name: np.concatenate([frame[name] for frame in frames]) for name in frames[0]}


def select(frame: Frame, rows: NDArray[Any]) -> Frame:
    """The rows of a frame that a mask or an index picks."""
    return {name: values[rows] for name, values in frame.items()}


Entities = Mapping[str, tuple[str, ...]]
"""Names behind the codes: ``vehicles``, ``fleets``, ``sites``, ``places``, ``routes``, ``models``, ``cities``,
``kinds``, ``site_kinds``."""
