"""Writing ``grid/network/``: one city's rows in place of those it had, the other cities' as they stand."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from fleetsim.errors import InputError, Problem
from fleetsim.network.reading import FEEDERS, SOLAR, STORAGE, SUBSTATIONS, TRANSFORMERS, NetworkInputs, load_network
from fleetsim.network.rules import RULES
from fleetsim.network.spec import FeederRow, SolarRow, StorageRow, SubstationRow, TransformerRow
from fleetsim.spec import Spec

NOTE = "# Columns, units and sources: README.md in this folder. What is marked synthetic is made up, not surveyed.\n"


def without_city(root: Path, city: str, replace: bool) -> NetworkInputs:
    """The network of the workspace at ``root`` without a city; refuses to drop rows unless that is wanted."""
    problems: list[Problem] = []
    found = load_network(root, problems)
    if problems:
        raise InputError(problems)
    if found is None or not (root / RULES).is_file():
        allowed = "must be a workspace with grid/network/, such as fleetsim init makes"
        raise InputError([Problem(str(root), None, "", "", allowed)])
    gone = {name for name, row in found.substations.items() if row.city == city}
    if gone and not replace:
        allowed = "the city has substations already; --replace puts the file's in their place"
        raise InputError([Problem(str(root / SUBSTATIONS), None, "city", repr(city), allowed)])
    feeders = {name: row for name, row in found.feeders.items() if found.substation_of(name) not in gone}
    return NetworkInputs(
        {name: row for name, row in found.substations.items() if name not in gone},
        feeders,
        {name: row for name, row in found.transformers.items() if row.feeder in feeders},
        tuple(row for row in found.solar if found.city_of(row.node) != city),
        tuple(row for row in found.storage if found.city_of(row.node) != city),
    )


def write_network(
    root: Path,
    kept: NetworkInputs,
    substations: Sequence[SubstationRow],
    feeders: Sequence[FeederRow],
    transformers: Sequence[TransformerRow],
    solar: Sequence[SolarRow] = (),
    storage: Sequence[StorageRow] = (),
) -> None:
    """Write the tables; those of panels and batteries where there are any."""
    texts = {
        SUBSTATIONS: _table(SubstationRow, [*kept.substations.values(), *substations]),
        FEEDERS: _table(FeederRow, [*kept.feeders.values(), *feeders]),
        TRANSFORMERS: _table(TransformerRow, [*kept.transformers.values(), *transformers]),
    }
    if kept.solar or solar or (root / SOLAR).is_file():
        texts[SOLAR] = _table(SolarRow, [*kept.solar, *solar])
    if kept.storage or storage or (root / STORAGE).is_file():
        texts[STORAGE] = _table(StorageRow, [*kept.storage, *storage])
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")


def _table(model: type[Spec], rows: Sequence[Spec]) -> str:
    text = io.StringIO()
    text.write(NOTE)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(model.model_fields)
    for row in rows:
        writer.writerow([_cell(value) for value in row.model_dump().values()])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " ".join(f"{part:.9g}" for part in value)
    return "" if value is None else f"{value:.9g}" if isinstance(value, float) else str(value)
