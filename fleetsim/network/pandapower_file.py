"""A network file of pandapower as rows of the network tables of a city (extra ``powerflow``)."""

from __future__ import annotations

import json
import re
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fleetsim.documents import SpecT
from fleetsim.documents.faults import faults_of
from fleetsim.errors import InputError, Problem
from fleetsim.network.spec import FeederRow, SolarRow, StorageRow, SubstationRow, TransformerRow
from fleetsim.network.tree import BUSBAR_KV

HIGHEST_KV, LOW_KV = 35.0, 1.0
REFUSED = ("trafo3w", "impedance", "dcline", "tcsc")
"""Elements that carry power and have no counterpart."""
LEFT_OUT = ("gen", "shunt", "ward", "xward", "motor", "asymmetric_load", "asymmetric_sgen")
"""Elements that the tables do not hold."""
PANELS = ("PV", "pv", "solar", "", "nan", "None")
"""Types of static generators that are read as panels."""
ROUND_TRIP = 0.86
"""Of batteries, which the file does not say: lithium iron phosphate with its converter, AC to AC."""


@dataclass(frozen=True, slots=True)
class About:
    """What the file does not say."""

    city: str
    city_mw: float
    """Load of the city at the moment of the file's loads."""
    city_mean_mw: float
    """Its mean load."""
    elevation_m: float


@dataclass(slots=True)
class Converted:
    """Rows of the city, and what was left out."""

    substations: list[SubstationRow] = field(default_factory=list)
    feeders: list[FeederRow] = field(default_factory=list)
    transformers: list[TransformerRow] = field(default_factory=list)
    solar: list[SolarRow] = field(default_factory=list)
    storage: list[StorageRow] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def convert(path: Path, about: About, taken: Iterable[str]) -> Converted:
    """The rows of the city; raises ``InputError`` with all that stands against them.

    A transformer to 35 kV or less is one of a substation, lines behind it are feeders, transformers below 1 kV are
    transformers. A busbar is held at the voltage that pandapower's power flow gives it. Impedances and currents of
    other voltages are referred to 10 kV. ``taken`` names stay free for others.
    """
    net = _solved(path)
    reader = _Reader(str(path), net, about, set(taken))
    found = reader.converted()
    if reader.problems:
        raise InputError(reader.problems)
    return found


def _solved(path: Path) -> Any:
    """The network with its voltages."""

    def refused(allowed: str, found: str = "") -> InputError:
        return InputError([Problem(str(path), None, "", found, allowed)])

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pandapower
    except ImportError as missing:
        allowed = (
            "reading it needs the extra powerflow, in an environment with pandas 2: pip install 'fleetsim[powerflow]'"
        )
        raise refused(allowed, str(missing)) from missing
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refused(f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise refused(f"not JSON: {error}") from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            net = pandapower.from_json(str(path))
        except Exception as error:  # whatever a file of another kind makes it raise
            raise refused(f"not a network of pandapower: {error}") from error
        if not isinstance(net, pandapower.pandapowerNet) or not len(net.bus):
            raise refused("not a network of pandapower with buses, as pandapower.to_json writes it")
        try:
            pandapower.runpp(net, numba=False)
        except Exception as error:  # pandapower has no common class of its errors
            raise refused(f"pandapower's power flow has no solution: {error}") from error
    return net


class _Reader:
    """Walks from the busbars to the loads."""

    def __init__(self, file: str, net: Any, about: About, taken: set[str]) -> None:
        self.file, self.net, self.about, self.taken = file, net, about, taken
        self.problems: list[Problem] = []
        self.bus_of = self._merged()
        self.load_mva = self._loads()
        self.reached: dict[int, str] = {}
        """Feeder or substation whose end each bus is."""

    def problem(self, key: str, found: str, allowed: str) -> None:
        """Remember a fault."""
        self.problems.append(Problem(self.file, None, key, found, allowed))

    def converted(self) -> Converted:
        """All rows."""
        out = Converted()
        for kind in REFUSED:
            if count := self._count(kind):
                self.problem(kind, str(count), "has no counterpart; replace by two-winding transformers and lines")
        left = [f"{count} of {kind}" for kind in LEFT_OUT if (count := self._count(kind))]
        if left:
            out.remarks.append(f"left out: {', '.join(left)}")
        if (self.net.line["c_nf_per_km"] > 0).any():
            out.remarks.append("left out: what cables charge (c_nf_per_km)")
        shut = {kind: self._shut(kind) for kind in ("line", "trafo")}
        trafos = [row for row in self.net.trafo.itertuples() if row.Index not in shut["trafo"]]
        stations: dict[int, list[Any]] = defaultdict(list)
        for row in trafos:
            if self._kv(row.lv_bus) > LOW_KV:
                stations[self.bus_of[row.lv_bus]].append(row)
        if not stations:
            allowed = f"there must be a transformer to a busbar of {LOW_KV:g} to {HIGHEST_KV:g} kV: a substation"
            self.problem("trafo", "", allowed)
        lines = [row for row in self.net.line.itertuples() if row.Index not in shut["line"]]
        at: dict[int, list[Any]] = defaultdict(list)
        for row in lines:
            at[self.bus_of[row.from_bus]].append(row)
            at[self.bus_of[row.to_bus]].append(row)
        below: dict[int, list[Any]] = defaultdict(list)
        for row in trafos:
            if self._kv(row.lv_bus) <= LOW_KV:
                below[self.bus_of[row.hv_bus]].append(row)
        names = {bus: self._name("substation", bus, self.net.bus.name.get(bus)) for bus in stations}
        self.reached.update(names)
        for bus, units in stations.items():
            self._station(out, bus, names[bus], units, at, below)
        for bus, units in stations.items():
            if any(self.reached.get(self.bus_of[row.hv_bus]) for row in units):
                allowed = "must not hang below another substation: give each voltage level a file of its own"
                self.problem(f"bus {bus}", names[bus], allowed)
        for bus in self.load_mva:
            if bus not in self.reached:
                self.problem(f"bus {bus}", "a load", "must be fed from a substation over lines that are closed")
        self._ties(out, [row for row in self.net.line.itertuples() if row.Index in shut["line"]])
        self._panels(out)
        self._batteries(out)
        self._rest(out)
        return out

    def _panels(self, out: Converted) -> None:
        """Static generators as panels of their rating; what is no panel is left out."""
        rows = [row for row in self.net.sgen.itertuples() if row.in_service]
        others = [row for row in rows if str(row.type) not in PANELS]
        if others:
            out.remarks.append(f"left out: {len(others)} of sgen that are no panels")
        for row in rows:
            node = self._node(row, "sgen")
            if node and row not in others:
                rated_mva = row.sn_mva if row.sn_mva > 0 else row.p_mw * row.scaling
                self._add(out.solar, SolarRow, f"sgen {row.Index}", node=node, peak_kw=float(rated_mva * 1e3),
                    certainty="published", source=f"sgen {row.Index} of the pandapower file",
                )  # fmt: skip

    def _batteries(self, out: Converted) -> None:
        """Storage as batteries; those of one node together. The file says neither efficiency nor what they follow."""
        at: dict[str, list[Any]] = defaultdict(list)
        for row in self.net.storage.itertuples():
            if row.in_service and (node := self._node(row, "storage")):
                at[node].append(row)
        for node, rows in at.items():
            rated_mw = sum(row.sn_mva if row.sn_mva > 0 else abs(row.p_mw) for row in rows)
            self._add(out.storage, StorageRow, f"storage {rows[0].Index}", node=node, strategy="valley_to_peak",
                battery_kwh=float(sum(row.max_e_mwh for row in rows)) * 1e3, power_kw=float(rated_mw) * 1e3,
                round_trip_efficiency=ROUND_TRIP, certainty="assumed",
                source="Size of the pandapower file; efficiency and strategy chosen",
            )  # fmt: skip
        if at:
            out.remarks.append(f"chosen for {len(at)} batteries: efficiency {ROUND_TRIP:g}, strategy valley_to_peak")

    def _node(self, row: Any, kind: str) -> str:
        """Feeder, transformer or substation at whose lower end an element hangs."""
        found = self.reached.get(self.bus_of[row.bus], "")
        if not found:
            self.problem(f"{kind} {row.Index}", repr(row.name), "must hang below a substation over closed lines")
        return found

    def _station(
        self,
        out: Converted,
        bus: int,
        name: str,
        units: list[Any],
        at: dict[int, list[Any]],
        below: dict[int, list[Any]],
    ) -> None:
        """A substation and all that hangs on it."""
        kv = self._kv(bus)
        if kv > HIGHEST_KV:
            self.problem(f"bus {bus}", f"{kv:g} kV", f"the busbar of a substation must have {HIGHEST_KV:g} kV or less")
        sizes = {float(row.sn_mva) for row in units}
        if len(sizes) > 1:
            allowed = "transformers of a substation must be equal (sn_mva)"
            self.problem(f"bus {bus}", " and ".join(f"{size:g}" for size in sorted(sizes)), allowed)
        first, seen = len(out.feeders), set[int]()
        carried = {name: self.load_mva.get(bus, 0j)}
        tails: list[int] = [bus]
        for upper in tails:
            for row in at[upper]:
                if row.Index in seen:
                    continue
                seen.add(row.Index)
                ends = (self.bus_of[row.from_bus], self.bus_of[row.to_bus])
                lower = ends[1] if ends[0] == upper else ends[0]
                if lower in self.reached:
                    allowed = "closes a loop; a network must be radial: open it, and it becomes a tie"
                    self.problem(f"line {row.Index}", repr(row.name), allowed)
                    continue
                feeder = self._name("line", row.Index, row.name)
                self.reached[lower] = feeder
                tails.append(lower)
                load = self.load_mva.get(lower, 0j)
                for one in below[lower]:
                    load += self._transformer(out, feeder, one, at)
                carried[feeder] = load
                self._feeder(out, feeder, self.reached[upper], lower, row, kv)
        for one in below[bus]:
            self.problem(f"trafo {one.Index}", repr(one.name), "must hang on a line, not on a substation's busbar")
        total = sum(carried.values(), 0j)
        for number in range(first, len(out.feeders)):
            row = out.feeders[number]
            share = carried[row.name].real / total.real if total.real else 0.0
            if share < 0:
                self.problem(f"load at the end of {row.name}", f"{carried[row.name].real:g} MW", "must not be below 0")
            else:
                out.feeders[number] = row.model_copy(update={"substation_share": share})
        lat, lon = self._place(bus)
        self._add(out.substations, SubstationRow, f"bus {bus}", name=name, city=self.about.city, lat=lat, lon=lon,
            elevation_m=self.about.elevation_m, units=sum(int(row.parallel) for row in units),
            unit_kva=max(sizes) * 1e3, busbar_pu=float(self.net.res_bus.vm_pu[bus]),
            city_share=total.real / self.about.city_mw, power_factor=total.real / abs(total) if total else 1.0,
        )  # fmt: skip

    def _feeder(self, out: Converted, name: str, upstream: str, bus: int, row: Any, kv: float) -> None:
        lat, lon = self._place(bus)
        referred = (BUSBAR_KV / kv) ** 2 / row.parallel
        self._add(out.feeders, FeederRow, f"line {row.Index}", name=name, upstream=upstream, lat=lat, lon=lon,
            length_km=float(row.length_km), r_ohm_per_km=row.r_ohm_per_km * referred,
            x_ohm_per_km=row.x_ohm_per_km * referred,
            ampacity_a=float(row.max_i_ka * 1e3 * row.df * row.parallel * kv / BUSBAR_KV), substation_share=0.0,
        )  # fmt: skip

    def _transformer(self, out: Converted, feeder: str, row: Any, at: dict[int, list[Any]]) -> complex:
        """Adds a transformer; returns the load of all that hangs below it."""
        load, tails = 0j, [self.bus_of[row.lv_bus]]
        self.reached[tails[0]] = name = self._name("transformer", row.Index, row.name)
        for bus in tails:
            load += self.load_mva.get(bus, 0j)
            for line in at[bus]:
                for end in (self.bus_of[line.from_bus], self.bus_of[line.to_bus]):
                    if end not in self.reached:
                        self.reached[end] = name
                        tails.append(end)
        mean_kw = load.real * 1e3 * self.about.city_mean_mw / self.about.city_mw
        rated = float(row.sn_mva * 1e3 * row.parallel)
        self._add(out.transformers, TransformerRow, f"trafo {row.Index}", name=name, feeder=feeder, rated_kva=rated,
            short_circuit_share=row.vk_percent / 100, load_loss_kw=row.vkr_percent / 100 * rated,
            no_load_loss_kw=float(row.pfe_kw * row.parallel), base_kw=mean_kw,
        )  # fmt: skip
        return load

    def _ties(self, out: Converted, opened: list[Any]) -> None:
        """A line that is open between two feeders lets each take over the other."""
        number = {row.name: place for place, row in enumerate(out.feeders)}
        for line in opened:
            ends = [self.reached.get(self.bus_of[bus], "") for bus in (line.from_bus, line.to_bus)]
            for one, other in (ends, ends[::-1]):
                if one in number and other in number and one != other and out.feeders[number[one]].tie is None:
                    out.feeders[number[one]] = out.feeders[number[one]].model_copy(update={"tie": other})

    def _rest(self, out: Converted) -> None:
        """What the file leaves of the city's load, as a substation without transformers."""
        share = sum(row.city_share for row in out.substations)
        if share > 1:
            allowed = f"the loads of the file must not be more than the city's {self.about.city_mw:g} MW (--city-mw)"
            self.problem("load", f"{share * self.about.city_mw:.3f} MW", allowed)
        elif out.substations and not self.problems:
            update = {"units": 0, "city_share": 1 - share, "name": self._name("rest", 0, f"{self.about.city}_rest")}
            out.substations.append(out.substations[0].model_copy(update=update))

    def _add(self, rows: list[SpecT], model: type[SpecT], key: str, **cells: Any) -> None:
        try:
            rows.append(model(**cells))
        except ValidationError as error:
            for fault in faults_of(model, cells, error):
                self.problem(f"{key}: {fault.at[-1]}", fault.found, fault.allowed)

    def _name(self, kind: str, number: int, given: object) -> str:
        """A name as tables have it: the file's if it has one in latin letters, and free."""
        plain = re.sub(r"[^a-z0-9]+", "_", str(given or "").lower()).strip("_")[:50]
        name = plain if plain and plain[0].isalpha() and plain != "none" else f"{self.about.city}_{kind}_{number}"
        while name in self.taken:
            name = f"{name}_{number}"
        self.taken.add(name)
        return name

    def _place(self, bus: int) -> tuple[float, float]:
        """Latitude and longitude of a bus."""
        geo = self.net.bus["geo"].get(bus) if "geo" in self.net.bus else None
        try:
            lon, lat = json.loads(str(geo))["coordinates"][:2]
        except (TypeError, ValueError, KeyError):
            allowed = "must be a GeoJSON point (longitude, latitude), so that sites find the feeder that is nearest"
            self.problem(f"bus {bus}: geo", repr(geo), allowed)
            return 0.0, 0.0
        return float(lat), float(lon)

    def _kv(self, bus: int) -> float:
        return float(self.net.bus.vn_kv[bus])

    def _count(self, kind: str) -> int:
        rows = self.net.get(kind)
        return 0 if rows is None or not len(rows) else int(rows["in_service"].sum())

    def _shut(self, kind: str) -> set[int]:
        """Lines or transformers that are out of service or behind an open switch."""
        rows, switches = self.net[kind], self.net.switch
        opened = switches[(switches.et == kind[0]) & ~switches.closed.astype(bool)]
        return {int(number) for number in [*rows.index[~rows.in_service.astype(bool)], *opened.element]}

    def _merged(self) -> dict[int, int]:
        """The bus that stands for each: closed switches between buses make them one."""
        switches = self.net.switch[(self.net.switch.et == "b") & self.net.switch.closed.astype(bool)]
        stands = {int(bus): int(bus) for bus in self.net.bus.index}
        for row in switches.itertuples():
            one, other = sorted((stands[row.bus], stands[row.element]))
            stands = {bus: one if root == other else root for bus, root in stands.items()}
        return stands

    def _loads(self) -> dict[int, complex]:
        """Load of each bus that has one, MVA."""
        loads: dict[int, complex] = defaultdict(complex)
        for row in self.net.load[self.net.load.in_service.astype(bool)].itertuples():
            loads[self.bus_of[row.bus]] += complex(row.p_mw, row.q_mvar) * row.scaling
        return dict(loads)
