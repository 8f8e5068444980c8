"""The catalogue: which runs there are and what came out, in SQL. The folders stay the truth; it can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from fleetsim.errors import InputError, Problem, RunError

_SCHEMA = sa.MetaData()

RUNS = sa.Table(
    "runs",
    _SCHEMA,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("scenario", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger),
    sa.Column("start_at", sa.Text),
    sa.Column("days", sa.Integer),
    sa.Column("vehicles", sa.Integer),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("version", sa.Text),
    sa.Column("scenario_sha256", sa.Text),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("cpu_s", sa.Double),
    sa.Column("wall_s", sa.Double),
)
METRICS = sa.Table(
    "metrics",
    _SCHEMA,
    sa.Column("run_id", sa.Text, nullable=False, index=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("metric", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("definition", sa.Text, nullable=False),
)
STUDIES = sa.Table(
    "studies",
    _SCHEMA,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
)

MetricRow = tuple[str, str, str, float | None, str, str]
"""Scope, subject, metric, value, unit, definition."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as the catalogue lists it."""

    run_id: str
    scenario: str
    seed: int | None
    start_at: str | None
    days: int | None
    vehicles: int | None
    status: str
    """``done`` or ``failed``."""
    error: str | None
    version: str | None
    scenario_sha256: str | None
    created_at: str
    cpu_s: float | None
    wall_s: float | None


_RUN_FIELDS = tuple(field.name for field in fields(RunRow))


class Catalogue:
    """An open catalogue; ``with`` closes it. Any database that SQLAlchemy reaches; SQLite in WAL mode."""

    def __init__(self, url: str) -> None:
        try:
            self._engine = _engine(url)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError) as error:
            allowed = (
                f"cannot be opened ({error}); a URL such as sqlite:///runs.db or postgresql+psycopg://host/database"
            )
            raise InputError([Problem("--store", None, "", repr(url), allowed)]) from None
        with self._transaction() as connection:
            _SCHEMA.create_all(connection)

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def record(self, run: RunRow, metrics: Iterable[MetricRow] = ()) -> None:
        """Put a run and its metrics in the place of what was known of it, in one transaction."""
        self._replace([run], {run.run_id: list(metrics)}, everything=False)

    def rebuild(self, runs: Sequence[tuple[RunRow, Sequence[MetricRow]]]) -> None:
        """Forget all runs and list these instead, in one transaction."""
        self._replace([run for run, _ in runs], {run.run_id: list(rows) for run, rows in runs}, everything=True)

    def runs(self) -> list[RunRow]:
        """All runs, the oldest first."""
        with self._transaction() as connection:
            rows = connection.execute(sa.select(RUNS).order_by(RUNS.c.created_at, RUNS.c.run_id))
            return [RunRow(**row._mapping) for row in rows]

    def _replace(self, runs: list[RunRow], metrics: dict[str, list[MetricRow]], *, everything: bool) -> None:
        with self._transaction() as connection:
            for table in (METRICS, RUNS):
                forget = sa.delete(table) if everything else sa.delete(table).where(table.c.run_id.in_(metrics))
                connection.execute(forget)
            self._insert(connection, RUNS, [tuple(getattr(run, name) for name in _RUN_FIELDS) for run in runs])
            rows = [(run_id, *row) for run_id, of_run in metrics.items() for row in of_run]
            self._insert(connection, METRICS, rows)

    def _insert(self, connection: sa.Connection, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
        """Rows as plain tuples straight to the driver: several times faster than through the expression layer."""
        if not rows:
            return
        mark = "?" if self._engine.dialect.paramstyle == "qmark" else "%s"
        columns = [column.name for column in table.columns]
        values = ", ".join([mark] * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({values})", rows)

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            cause = getattr(error, "orig", None) or error
            raise RunError(f"catalogue {where}: {cause}") from None


def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Readers never wait for the writer, and writers wait for each other."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 60000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()
