"""The catalogue: which runs there are and what came out, in SQL. The folders stay the truth; it can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from fleetsim.errors import InputError, Problem, RunError
from fleetsim.spec import Text

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
STUDY_TITLES = sa.Table(
    "study_titles",
    _SCHEMA,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("title_zh", sa.Text, nullable=False),
)
STUDY_RUNS = sa.Table(
    "study_runs",
    _SCHEMA,
    sa.Column("study", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("variant", sa.Text, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("settings", sa.Text, nullable=False),
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


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study as the catalogue lists it."""

    study: str
    kind: str
    """``batch``."""
    status: str
    """``running``, ``done`` or ``failed``."""
    created_at: str


@dataclass(frozen=True, slots=True)
class StudyRun:
    """A run in its place in a study."""

    study: str
    key: str
    """Hash over everything the configuration depends on."""
    number: int
    """Place in the plan."""
    run_id: str
    variant: str
    seed: int
    settings: str
    """What the axes set, as a JSON object of scenario keys and values."""


_WRITING = "fleetsim_writing"
"""Option of a connection that is going to write."""
_WRITER = 7_302_656_001
"""The advisory lock of a PostgreSQL catalogue: who holds it is its one writer."""
_ASKED_AT_ONCE = 10_000
"""Runs named in one question; databases allow some tens of thousands of values."""
_RUN_FIELDS = tuple(field.name for field in fields(RunRow))
_STUDY_RUN_FIELDS = tuple(column.name for column in STUDY_RUNS.columns)


class Catalogue:
    """An open catalogue; ``with`` closes it. Any database that SQLAlchemy reaches; SQLite in WAL mode.

    Raises ``InputError`` where it cannot be opened: a URL that means nothing, a driver that is not there, a server
    that does not answer, a file that is no database.
    """

    def __init__(self, at: str | Path) -> None:
        """``at``: a URL, or the path of an SQLite file."""
        with _opening(at):
            self._engine = _engine(at)
            try:
                _make_tables(self._engine)
            except BaseException:
                self._engine.dispose()
                raise
        self._at = at

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def verify(self) -> None:
        """Raise ``InputError`` where runs could not be listed: it is read-only, or its tables are of another make."""
        with _opening(self._at), self._engine.begin() as connection:
            for table in _SCHEMA.sorted_tables:
                connection.execute(sa.select(table).limit(1)).all()
                connection.execute(sa.delete(table).where(sa.false()))

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

    def metrics(self, run_ids: Sequence[str], scope: str, names: Sequence[str] = ()) -> dict[str, list[MetricRow]]:
        """The metrics of one scope by run, by subject and name; all of them, or those of some names."""
        of_scope = METRICS.c.scope == scope
        if names:
            of_scope &= METRICS.c.metric.in_(names)
        found: dict[str, list[MetricRow]] = {}
        with self._transaction() as connection:
            for first in range(0, len(run_ids), _ASKED_AT_ONCE):
                asked = METRICS.c.run_id.in_(run_ids[first : first + _ASKED_AT_ONCE])
                for run_id, *row in connection.execute(sa.select(METRICS).where(asked & of_scope)):
                    found.setdefault(run_id, []).append(tuple(row))
        return {run_id: sorted(rows, key=lambda row: row[1:3]) for run_id, rows in found.items()}

    def record_study(self, study: StudyRow, members: Sequence[StudyRun], title: Text | None = None) -> None:
        """Put a study, with those of its runs that are there already, in the place of what was known of it."""
        with self._transaction(writing=True) as connection:
            for table in (STUDIES, STUDY_TITLES, STUDY_RUNS):
                connection.execute(sa.delete(table).where(table.c.study == study.study))
            self._insert(connection, STUDIES, [(study.study, study.kind, study.status, study.created_at)])
            self._insert(connection, STUDY_TITLES, [(study.study, title.en, title.zh)] if title else [])
            self._insert(connection, STUDY_RUNS, [_member_values(member) for member in members])

    def record_member(self, member: StudyRun, run: RunRow, metrics: Iterable[MetricRow], *, failure_id: str) -> None:
        """Put a run of a study, its metrics and its place in the plan into the catalogue, in one transaction.

        ``failure_id`` is the name under which an earlier attempt may be listed as failed.
        """
        with self._transaction(writing=True) as connection:
            for table in (METRICS, RUNS):
                connection.execute(sa.delete(table).where(table.c.run_id.in_([run.run_id, failure_id])))
            mine = (STUDY_RUNS.c.study == member.study) & (STUDY_RUNS.c.key == member.key)
            connection.execute(sa.delete(STUDY_RUNS).where(mine))
            self._insert(connection, RUNS, [tuple(getattr(run, name) for name in _RUN_FIELDS)])
            self._insert(connection, METRICS, [(run.run_id, *row) for row in metrics])
            self._insert(connection, STUDY_RUNS, [_member_values(member)])

    def studies(self) -> list[StudyRow]:
        """All studies, the oldest first."""
        with self._transaction() as connection:
            rows = connection.execute(sa.select(STUDIES).order_by(STUDIES.c.created_at, STUDIES.c.study))
            return [StudyRow(**row._mapping) for row in rows]

    def study_title(self, study: str) -> Text | None:
        """What a study asks; ``None`` where it was listed without."""
        query = sa.select(STUDY_TITLES.c.title_en, STUDY_TITLES.c.title_zh).where(STUDY_TITLES.c.study == study)
        with self._transaction() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None else Text(en=row.title_en, zh=row.title_zh)

    def study_runs(self, study: str) -> list[tuple[StudyRun, str]]:
        """The runs of a study in order of the plan, each with its status."""
        query = sa.select(STUDY_RUNS, RUNS.c.status).join(RUNS, RUNS.c.run_id == STUDY_RUNS.c.run_id)
        query = query.where(STUDY_RUNS.c.study == study).order_by(STUDY_RUNS.c.number)
        with self._transaction() as connection:
            return [
                (StudyRun(**{name: row._mapping[name] for name in _STUDY_RUN_FIELDS}), row.status)
                for row in connection.execute(query)
            ]

    def _replace(self, runs: list[RunRow], metrics: dict[str, list[MetricRow]], *, everything: bool) -> None:
        with self._transaction(writing=True) as connection:
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
    def _transaction(self, *, writing: bool = False) -> Iterator[sa.Connection]:
        engine = self._engine.execution_options(**{_WRITING: True}) if writing else self._engine
        try:
            with engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            cause = getattr(error, "orig", None) or error
            raise RunError(f"catalogue {where}: {cause}") from None


@contextmanager
def _opening(at: str | Path) -> Iterator[None]:
    """Turn whatever a driver says while it opens a database into what the user can do about it."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, ImportError, TypeError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        if isinstance(at, Path):
            remedy = "if it is damaged, move it away: fleetsim rebuild makes it anew"
            allowed = f"the catalogue cannot be used ({cause}); {remedy}"
            raise InputError([Problem(str(at), None, "", "", allowed)]) from None
        allowed = f"cannot be used ({cause}); a URL such as sqlite:///runs.db or postgresql+psycopg://host/database"
        raise InputError([Problem("--store", None, "", repr(_without_password(at)), allowed)]) from None


def _without_password(url: str) -> str:
    try:
        return sa.make_url(url).render_as_string(hide_password=True)
    except (sa.exc.ArgumentError, ValueError):
        return url


def _make_tables(engine: sa.Engine) -> None:
    """Make the tables that are not there yet; another process may be making them just now."""
    with engine.begin() as connection:
        there = set(sa.inspect(connection).get_table_names())
    lacking = [table for table in _SCHEMA.sorted_tables if table.name not in there]
    if lacking:
        with engine.execution_options(**{_WRITING: True}).begin() as connection:
            for table in lacking:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def _engine(at: str | Path) -> sa.Engine:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(at)) if isinstance(at, Path) else at)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        sa.event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Readers never wait for the writer, and writers wait for each other."""
    connection.isolation_level = None  # transactions begin where we say
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 60000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes its turn at once: one that began by reading could no longer write after another has."""
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _begin_postgresql(connection: sa.Connection) -> None:
    """Writers take turns here too: two that put the same run into the catalogue would fail each other."""
    if connection.get_execution_options().get(_WRITING):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")


def _member_values(member: StudyRun) -> tuple[Any, ...]:
    return tuple(getattr(member, name) for name in _STUDY_RUN_FIELDS)
