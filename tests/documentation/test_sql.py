"""The queries of ``docs/sql.md`` give the answers that the page prints."""

from __future__ import annotations

import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from fleetsim.cli import main
from fleetsim.results.catalogue import METRICS, RUNS, STUDIES, STUDY_RUNS
from fleetsim.results.listing import CATALOGUE_FILE
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "sql.md"
QUERY = re.compile(r"(```sql\n(.*?)```\n\n```text\n)(.*?)(```)", re.DOTALL)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The catalogue after the commands of the page."""
    results = tmp_path_factory.mktemp("results")
    (commands,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    for command in commands.splitlines():
        words = [str(ROOT / word) if word.startswith("configs/") else word for word in shlex.split(command)[1:]]
        ran = CliRunner().invoke(main, [*words, "--results", str(results)])
        assert ran.exit_code == 0, ran.output
    with closing(sqlite3.connect(f"file:{results / CATALOGUE_FILE}?mode=ro", uri=True)) as connection:
        yield connection


def answer(catalogue: sqlite3.Connection, query: str) -> str:
    """Heads and rows as the page prints them."""
    cursor = catalogue.execute(query)
    heads = [column[0] for column in cursor.description]
    return "".join(" | ".join(map(str, row)) + "\n" for row in (heads, *cursor))


def test_every_query_gives_the_answer_that_the_page_prints(catalogue, regenerate):
    text = PAGE.read_text(encoding="utf-8")
    if regenerate:
        text = QUERY.sub(lambda found: found[1] + answer(catalogue, found[2]) + found[4], text)
        PAGE.write_text(text, encoding="utf-8")
    queries = QUERY.findall(text)
    assert len(queries) == text.count("```sql") == 5
    for _, query, printed, _ in queries:
        assert len(printed.splitlines()) > 1, query
        assert answer(catalogue, query) == printed, query


def test_the_python_of_the_page_reads_a_run(catalogue, capsys):
    (file,) = (file for _, name, file in catalogue.execute("PRAGMA database_list") if name == "main")
    (run_id,) = catalogue.execute("SELECT run_id FROM runs LIMIT 1").fetchone()
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(script.replace("results/<run_id>", file.replace(CATALOGUE_FILE, run_id)), {})
    (energy_kwh,) = catalogue.execute(
        "SELECT value FROM metrics WHERE run_id = ? AND scope = 'run' AND metric = 'energy_kwh'", [run_id]
    ).fetchone()
    hours = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()[1:-1]]
    assert sum(hours) == pytest.approx(energy_kwh, rel=1e-3)


@pytest.mark.parametrize("table", [RUNS, METRICS, STUDIES, STUDY_RUNS], ids=lambda table: table.name)
def test_the_page_lists_the_columns_that_there_are(table: sa.Table):
    listed = re.search(rf"^\| `{table.name}` \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed
    assert re.sub(r" \(.*?\)", "", listed[1]).split(", ") == [column.name for column in table.columns]
