"""A catalogue on a PostgreSQL server holds what one in a file holds, and many may write into it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fleetsim.cli import main
from fleetsim.errors import InputError, RunError
from fleetsim.executors import InProcess
from fleetsim.results.catalogue import Catalogue, RunRow
from fleetsim.results.listing import rebuild
from fleetsim.study.batch import carry_on
from fleetsim.study.plan import load_plan
from tests.postgres import programs, server
from tests.study.conftest import Write, contents

pytest.importorskip("psycopg", reason="the extra postgres is not installed")
PROGRAMS = programs()
pytestmark = pytest.mark.skipif(PROGRAMS is None, reason="no PostgreSQL server is installed")

ROW = RunRow("small-1", "small", 1, "2026-03-09T00:00:00+08:00", 2, 3, "done", None, "0", "2" * 64, "2026", 1.0, 2.0)
METRIC = ("run", "small", "energy_kwh", 133.5, "kWh", "energy at the meter")
_NUMBERS = count(1)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    assert PROGRAMS is not None
    with server(PROGRAMS) as url:
        yield url


@pytest.fixture
def store(postgres: str) -> str:
    """An empty database of its own."""
    name = f"catalogue_{next(_NUMBERS)}"
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return str(sa.make_url(postgres).set(database=name).render_as_string(hide_password=False))


def test_a_study_leaves_the_same_catalogue_on_a_server_as_in_a_file(study: Write, store: str, tmp_path: Path):
    for _ in carry_on(load_plan(study()), InProcess(), tmp_path / "file"):
        pass
    for _ in carry_on(load_plan(study()), InProcess(), tmp_path / "server", store):
        pass
    assert len(contents(tmp_path / "file")["runs"]) == 10  # type: ignore[arg-type]
    assert contents(tmp_path / "server", store) == contents(tmp_path / "file")
    assert not (tmp_path / "server" / "fleetsim.db").exists()


def test_a_second_start_knows_from_the_server_what_is_done(study: Write, store: str, tmp_path: Path):
    def numbers(**changes: str) -> list[int]:
        plan = load_plan(study(**changes))
        return [step.configuration.number for step in carry_on(plan, InProcess(), tmp_path / "r", store)]

    assert len(numbers()) == 10
    assert numbers() == []
    assert numbers(seeds="3") == [2, 5, 8, 11, 14]


def test_the_commands_run_list_and_rebuild_on_a_server(small_workspace: Path, store: str, tmp_path: Path):
    def fleetsim(*arguments: str) -> str:
        ended = CliRunner().invoke(main, [*arguments, "--results", str(tmp_path / "r"), "--store", store])
        assert ended.exit_code == 0, ended.output
        return ended.stdout

    fleetsim("run", str(small_workspace / "configs" / "depot.yaml"), "--days", "1", "--set", "grid.level=constant")
    with Catalogue(store) as catalogue:
        before = catalogue.runs()
        metrics = catalogue.metrics([before[0].run_id], "run")
        assert metrics[before[0].run_id]
        catalogue.rebuild([])
        assert catalogue.runs() == []
    assert rebuild(tmp_path / "r", store) == 1
    with Catalogue(store) as catalogue:
        assert catalogue.runs() == before
        assert catalogue.metrics([before[0].run_id], "run") == metrics
    assert before[0].run_id in fleetsim("runs")


def test_a_transaction_that_fails_changes_nothing(store: str):
    with Catalogue(store) as catalogue:
        catalogue.record(ROW, [METRIC])
        with pytest.raises(RunError, match="catalogue_"):
            catalogue.record(replace(ROW, status="failed"), [(*METRIC[:2], None, *METRIC[3:])])  # type: ignore[list-item]
        assert catalogue.runs() == [ROW]


def test_writers_that_make_the_tables_and_list_the_same_run_at_once_take_turns(store: str):
    ready = Barrier(4)

    def record_often() -> None:
        ready.wait(60)
        with Catalogue(store) as catalogue:
            for _ in range(25):
                catalogue.record(ROW, [METRIC] * 20)

    with ThreadPoolExecutor(4) as pool:
        for writer in [pool.submit(record_often) for _ in range(4)]:
            writer.result()
    with Catalogue(store) as catalogue:
        assert catalogue.runs() == [ROW]
        assert catalogue.metrics([ROW.run_id], "run") == {ROW.run_id: [METRIC] * 20}


def test_a_server_that_does_not_answer_is_bad_input_and_keeps_the_password_to_itself(tmp_path: Path):
    with pytest.raises(InputError, match=r"--store: .*cannot be used") as raised:
        Catalogue(f"postgresql+psycopg://me:secret@/fleet?host={tmp_path}")
    assert "secret" not in str(raised.value)
