"""The folder of a run: written aside and renamed, so that it is there whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TypedDict

from fleetsim.clock import Clock
from fleetsim.errors import InputError, Problem, RunError
from fleetsim.results import parquet
from fleetsim.results.facts import read_facts, write_json
from fleetsim.results.identity import Identity
from fleetsim.results.records import Records
from fleetsim.results.schema import TABLES, Entities, Frame

SCENARIO_FILE = "scenario.yaml"
_FAILED = ".failed.json"

_NAMED_BY = {
    "vehicles": ("vehicles", "vehicle"),
    "fleets": ("vehicles", "fleet"),
    "kinds": ("vehicles", "kind"),
    "models": ("vehicles", "model"),
    "cities": ("vehicles", "city"),
    "sites": ("sites", "site"),
    "site_kinds": ("sites", "kind"),
    "places": ("places", "place"),
    "routes": ("routes", "route"),
}
"""Table and column whose dictionary is the list of each kind of entity."""


class Failure(TypedDict):
    """What is known of a run that could not be finished."""

    run_id: str
    scenario: str
    error: str
    failed_at: str


def prepare_folder(results: Path) -> None:
    """Make the results folder. Raises ``InputError`` where nothing can be written into it."""
    probe = results / f".{token_hex(4)}.probe"
    try:
        results.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = f"cannot be written: {error.strerror or error}; choose another folder with --results"
        raise InputError([Problem(str(results), None, "results folder", "", reason)]) from None


def stored(results: Path, identity: Identity) -> Path | None:
    """The folder of a run that is already there; ``RunError`` where its name belongs to another content."""
    folder = results / identity.run_id
    if not folder.exists():
        return None
    if read_facts(folder).sha256 != identity.sha256:
        raise RunError(f"{folder}: holds a run of another content under the same name; --again replaces it")
    return folder


@contextmanager
def aside(results: Path, run_id: str, *, replace: bool) -> Iterator[Path]:
    """A folder to fill, which becomes ``results/<run_id>`` when the block ends well and vanishes otherwise.

    Where the run appeared in the meantime (two processes, same inputs, same bytes), the first one stays,
    unless ``replace`` asks for the new one.
    """
    folder = results / f".{run_id}.{token_hex(4)}.partial"
    try:
        folder.mkdir(parents=True)
        yield folder
        _settle(folder, results / run_id, replace=replace)
        (results / f"{run_id}{_FAILED}").unlink(missing_ok=True)
    except OSError as error:
        raise RunError(f"{results}: the run could not be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _settle(folder: Path, final: Path, *, replace: bool) -> None:
    if not final.exists():
        folder.rename(final)
    elif replace:
        old = folder.with_suffix(".replaced")
        final.rename(old)
        try:
            folder.rename(final)
        except BaseException:
            old.rename(final)
            raise
        shutil.rmtree(old, ignore_errors=True)


def record_failure(results: Path, failure: Failure) -> None:
    """Leave ``<run_id>.failed.json``; a disk that cannot take even that must not hide the failure itself."""
    with suppress(OSError):
        write_json(results / f"{failure['run_id']}{_FAILED}", failure)


def forget_failure(results: Path, run_id: str) -> None:
    """Take the record of a failure away once the run is there."""
    with suppress(OSError):
        (results / f"{run_id}{_FAILED}").unlink(missing_ok=True)


def failures(results: Path) -> list[Failure]:
    """The records of failed runs, by run_id."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob(f"*{_FAILED}"))]


def folders(results: Path) -> list[Path]:
    """The run folders below a results folder, by name."""
    return sorted(path.parent for path in results.glob("*/run.json") if not path.parent.name.startswith("."))


def write_records(folder: Path, records: Records) -> None:
    """Write every table of the contract, those without rows included."""
    for table in TABLES:
        parquet.write_table(_path(folder, table), table, records.tables[table], records.entities, records.clock)


def read_records(folder: Path) -> Records:
    """The records of a run folder; a table is read when it is asked for."""
    clock, entities = read_facts(folder).clock, _entities(folder)
    return Records(clock, entities, StoredTables(folder, entities, clock))


def _entities(folder: Path) -> Entities:
    naming = {table: parquet.read_table(_path(folder, table)) for table in {table for table, _ in _NAMED_BY.values()}}
    return {domain: parquet.dictionary(naming[table], column) for domain, (table, column) in _NAMED_BY.items()}


def _path(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


class StoredTables(Mapping[str, Frame]):
    """The tables of a run folder, each read at its first use."""

    def __init__(self, folder: Path, entities: Entities, clock: Clock) -> None:
        self._folder, self._entities, self._clock = folder, entities, clock
        self._read: dict[str, Frame] = {}

    def __getitem__(self, table: str) -> Frame:
        if table not in TABLES:
            raise KeyError(table)
        if table not in self._read:
            arrow = parquet.read_table(_path(self._folder, table))
            self._read[table] = parquet.to_frame(table, arrow, self._entities, self._clock)
        return self._read[table]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)
