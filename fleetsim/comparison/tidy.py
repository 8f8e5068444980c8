"""Metrics of many runs in long form: a row for each run, scope, subject and metric, with everything that was varied."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fleetsim.comparison.alternatives import Alternative, Member
from fleetsim.results.catalogue import Catalogue
from fleetsim.results.files import written_aside
from fleetsim.results.schema import SCOPES

Form = Literal["csv", "parquet"]
BEFORE = ("run_id", "scenario", "study", "variant", "seed")
BEHIND = ("scope", "subject", "metric", "value", "unit")
_AT_ONCE = 100
"""Runs whose metrics are held in memory at the same time."""


@dataclass(frozen=True, slots=True)
class TidyMetrics:
    """The runs whose metrics are written, and the keys that differ between them."""

    study: str
    """Name of the study; empty for single runs."""
    alternatives: tuple[Alternative, ...]
    keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """What the file has as columns."""
        return (*BEFORE, *self.keys, *BEHIND)


def tidy(alternatives: Sequence[Alternative], study: str | None) -> TidyMetrics:
    """The metrics of these configurations; a key that is a column already, as ``seed``, is not repeated."""
    keys = dict.fromkeys(key for one in alternatives for key in one.point if key not in (*BEFORE, *BEHIND))
    return TidyMetrics(study or "", tuple(alternatives), tuple(keys))


def write_tidy(content: TidyMetrics, catalogue: Catalogue, out: Path, form: Form, *, replace: bool = False) -> int:
    """Write the file, which appears whole or not at all; how many rows it has. Runs that failed have none."""
    with written_aside(out, "--output", replace=replace) as aside:
        if form == "csv":
            return _write_csv(content, catalogue, aside)
        return _write_parquet(content, catalogue, aside)


def _write_csv(content: TidyMetrics, catalogue: Catalogue, aside: Path) -> int:
    count = 0
    with aside.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(content.columns)
        for chunk in _chunks(content, catalogue):
            write.writerows(["" if cell is None else _cell(cell) for cell in row] for row in chunk)
            count += len(chunk)
    return count


def _write_parquet(content: TidyMetrics, catalogue: Catalogue, aside: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {key: _kind([one.point.get(key) for one in content.alternatives]) for key in content.keys}
    plain = {"seed": pa.int64(), "value": pa.float64()}
    arrow = {float: pa.float64(), int: pa.int64(), bool: pa.bool_(), str: pa.string()}
    fields = [
        *((name, plain.get(name, pa.string())) for name in BEFORE),
        *((key, arrow[kind]) for key, kind in kinds.items()),
        *((name, plain.get(name, pa.string())) for name in BEHIND),
    ]
    count, schema = 0, pa.schema(fields)
    with pq.ParquetWriter(aside, schema) as writer:
        for chunk in _chunks(content, catalogue):
            columns = [
                pa.array([_typed(row[place], kinds.get(name)) for row in chunk], schema.field(place).type)
                for place, name in enumerate(content.columns)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(chunk)
    return count


def _chunks(content: TidyMetrics, catalogue: Catalogue) -> Iterator[list[tuple[Any, ...]]]:
    members = [(one, member) for one in content.alternatives for member in one.members if member.row.status == "done"]
    for first in range(0, len(members), _AT_ONCE):
        chunk = members[first : first + _AT_ONCE]
        by_scope = [(scope, catalogue.metrics([member.row.run_id for _, member in chunk], scope)) for scope in SCOPES]
        yield [
            (*_before(content, one, member), *row[:5])
            for one, member in chunk
            for _, found in by_scope
            for row in found.get(member.row.run_id, ())
        ]


def _before(content: TidyMetrics, one: Alternative, member: Member) -> tuple[Any, ...]:
    variant = one.name if content.study else ""
    varied = (one.point.get(key) for key in content.keys)
    return member.row.run_id, member.row.scenario, content.study, variant, member.seed, *varied


def _kind(values: Sequence[Any]) -> type:
    """The type that holds all values of a column: text where they are of several."""
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        return float if float in kinds else int
    return bool if kinds == {bool} else str


def _typed(value: Any, kind: type | None) -> Any:
    if value is None or kind is None:
        return value
    return _text(value) if kind is str else kind(value)


def _cell(value: Any) -> Any:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
