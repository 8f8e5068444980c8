"""Reading ``grid/network/``: the tables of the network, and everything that is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fleetsim.documents import Row, SpecT, one_of, read_csv
from fleetsim.errors import Problem
from fleetsim.network.spec import FeederRow, SolarRow, StorageRow, SubstationRow, TransformerRow

FOLDER = "grid/network"
SUBSTATIONS, FEEDERS, TRANSFORMERS = (f"{FOLDER}/{name}.csv" for name in ("substations", "feeders", "transformers"))
SOLAR, STORAGE = (f"{FOLDER}/{name}.csv" for name in ("solar", "storage"))
"""These two may be missing."""
SHARE_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class NetworkInputs:
    """The network of a workspace; feeders stand behind those at which they begin."""

    substations: Mapping[str, SubstationRow]
    feeders: Mapping[str, FeederRow]
    transformers: Mapping[str, TransformerRow]
    solar: tuple[SolarRow, ...] = ()
    storage: tuple[StorageRow, ...] = ()

    def substation_of(self, feeder: str) -> str:
        """The substation that a feeder hangs on."""
        while feeder in self.feeders:
            feeder = self.feeders[feeder].upstream
        return feeder

    def city_of(self, node: str) -> str:
        """The city of a substation, feeder or transformer."""
        feeder = self.transformers[node].feeder if node in self.transformers else node
        return self.substations[self.substation_of(feeder)].city

    @property
    def cities(self) -> set[str]:
        """Cities with a feeder."""
        return {self.substations[self.substation_of(name)].city for name in self.feeders}


def load_network(root: Path, problems: list[Problem]) -> NetworkInputs | None:
    """The network of the workspace at ``root``, if it has one; faults go to ``problems`` and give nothing."""
    if not (root / FOLDER).is_dir():
        return None
    before = len(problems)
    substations = read_csv(SubstationRow, root / SUBSTATIONS, root, problems)
    feeders = read_csv(FeederRow, root / FEEDERS, root, problems)
    transformers = read_csv(TransformerRow, root / TRANSFORMERS, root, problems, may_be_empty=True)
    solar = _if_there(SolarRow, SOLAR, root, problems)
    storage = _if_there(StorageRow, STORAGE, root, problems)
    if len(problems) > before:
        return None
    problems += [
        *_twice(substations, feeders, transformers),
        *_share_faults(substations, feeders),
        *_feeder_faults(substations, feeders),
        *_transformer_faults(feeders, transformers),
        *_supply_faults(substations, [*feeders, *transformers], solar, storage),
    ]
    if len(problems) > before:
        return None
    by_name = {row.spec.name: row.spec for row in feeders}
    depth = {name: _depth(name, by_name) for name in by_name}
    return NetworkInputs(
        {row.spec.name: row.spec for row in substations},
        {name: by_name[name] for name in sorted(by_name, key=depth.__getitem__)},
        {row.spec.name: row.spec for row in transformers},
        tuple(row.spec for row in solar),
        tuple(row.spec for row in storage),
    )


def _if_there(model: type[SpecT], name: str, root: Path, problems: list[Problem]) -> list[Row[SpecT]]:
    return read_csv(model, root / name, root, problems, may_be_empty=True) if (root / name).is_file() else []


def _supply_faults(
    substations: Sequence[Row[SubstationRow]],
    below: Sequence[Row[FeederRow] | Row[TransformerRow]],
    solar: Sequence[Row[SolarRow]],
    storage: Sequence[Row[StorageRow]],
) -> list[Problem]:
    """Panels and batteries on nodes that are not there or no assets, twice, or without what they follow."""
    known = [*(row.spec.name for row in substations if row.spec.units), *(row.spec.name for row in below)]
    problems, first = [], dict[str, int]()
    rows: list[tuple[str, int, str]] = [
        *((SOLAR, row.line, row.spec.node) for row in solar),
        *((STORAGE, row.line, row.spec.node) for row in storage),
    ]
    for file, line, node in rows:
        if node not in known:
            allowed = one_of(node, known, "substations with transformers, feeders and transformers")
            problems.append(Problem(file, line, "node", repr(node), allowed))
    for each in storage:
        node, shaves = each.spec.node, each.spec.strategy == "peak_shaving"
        if node in first:
            allowed = f"must have one battery only; one stands in line {first[node]} already"
            problems.append(Problem(STORAGE, each.line, "node", repr(node), allowed))
        first.setdefault(node, each.line)
        if shaves != (each.spec.target_kw is not None):
            allowed = "must be given with peak_shaving, and with no other strategy"
            problems.append(
                Problem(STORAGE, each.line, "target_kw", "" if shaves else f"{each.spec.target_kw:g}", allowed)
            )
    return problems


def _depth(name: str, feeders: Mapping[str, FeederRow]) -> int:
    """Pieces between a feeder and its substation; as many as there are feeders where they form a loop."""
    depth = 0
    while name in feeders and depth < len(feeders):
        name, depth = feeders[name].upstream, depth + 1
    return depth


def _twice(
    substations: Sequence[Row[SubstationRow]],
    feeders: Sequence[Row[FeederRow]],
    transformers: Sequence[Row[TransformerRow]],
) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for file, rows in ((SUBSTATIONS, substations), (FEEDERS, feeders), (TRANSFORMERS, transformers)):
        for row in rows:
            if row.spec.name in seen:
                allowed = f"must be unique in all tables; it stands in {seen[row.spec.name]} already"
                problems.append(Problem(file, row.line, "name", repr(row.spec.name), allowed))
            seen.setdefault(row.spec.name, f"{file}:{row.line}")
    return problems


def _share_faults(substations: Sequence[Row[SubstationRow]], feeders: Sequence[Row[FeederRow]]) -> list[Problem]:
    """Shares that do not add up, or hang on a substation without transformers."""
    problems = []
    of_city: Counter[str] = Counter()
    last = {row.spec.city: row.line for row in substations}
    for row in substations:
        of_city[row.spec.city] += row.spec.city_share  # type: ignore[assignment]
    for city, share in of_city.items():
        if abs(share - 1) > SHARE_TOLERANCE:
            allowed = f"the shares of {city} must add up to 1"
            problems.append(Problem(SUBSTATIONS, last[city], "city_share", f"a sum of {share:.6g}", allowed))
    by_name = {row.spec.name: row.spec for row in feeders}
    of_substation: Counter[str] = Counter()
    for feeder in feeders:
        above = feeder.spec.upstream
        for _ in by_name:
            above = by_name[above].upstream if above in by_name else above
        of_substation[above] += feeder.spec.substation_share  # type: ignore[assignment]
    for station in substations:
        if (share := of_substation[station.spec.name]) > 1 + SHARE_TOLERANCE:
            allowed = "the shares of its feeders must not add up to more than 1"
            problems.append(Problem(SUBSTATIONS, station.line, station.spec.name, f"a sum of {share:.6g}", allowed))
    return problems


def _feeder_faults(substations: Sequence[Row[SubstationRow]], feeders: Sequence[Row[FeederRow]]) -> list[Problem]:
    """Missing nodes, islands, loops and ties that lead nowhere."""
    stations = {row.spec.name: row.spec for row in substations}
    by_name = {row.spec.name: row.spec for row in feeders}
    known = [*stations, *by_name]
    problems = []
    for row in feeders:
        spec = row.spec
        if spec.upstream not in known:
            allowed = one_of(spec.upstream, known, "substations and feeders")
            problems.append(Problem(FEEDERS, row.line, "upstream", repr(spec.upstream), allowed))
        elif spec.upstream in stations and not stations[spec.upstream].units:
            allowed = "must have transformers: a feeder cannot begin where units is 0"
            problems.append(Problem(FEEDERS, row.line, "upstream", repr(spec.upstream), allowed))
        elif _depth(spec.name, by_name) == len(by_name) and _in_loop(spec.name, by_name):
            allowed = "the feeders form a loop that no substation feeds; a network must be radial (ties go into tie)"
            problems.append(Problem(FEEDERS, row.line, "upstream", repr(spec.upstream), allowed))
        if spec.tie is not None and (spec.tie not in by_name or spec.tie == spec.name):
            others = [name for name in by_name if name != spec.name]
            problems.append(Problem(FEEDERS, row.line, "tie", repr(spec.tie), one_of(spec.tie, others, "feeders")))
    return problems


def _in_loop(name: str, feeders: Mapping[str, FeederRow]) -> bool:
    at = name
    for _ in feeders:
        at = feeders[at].upstream
        if at not in feeders:
            return False
    return True


def _transformer_faults(feeders: Sequence[Row[FeederRow]], rows: Sequence[Row[TransformerRow]]) -> list[Problem]:
    names = [row.spec.name for row in feeders]
    problems = []
    for row in rows:
        spec = row.spec
        if spec.feeder not in names:
            problems.append(
                Problem(TRANSFORMERS, row.line, "feeder", repr(spec.feeder), one_of(spec.feeder, names, "feeders"))
            )
        if spec.load_loss_kw / spec.rated_kva >= spec.short_circuit_share:
            most = spec.short_circuit_share * spec.rated_kva
            allowed = f"must be below {most:g} kW, or the transformer would have no reactance"
            problems.append(Problem(TRANSFORMERS, row.line, "load_loss_kw", f"{spec.load_loss_kw:g}", allowed))
    return problems
