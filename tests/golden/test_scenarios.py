"""The shipped scenarios: their laws, their repeatability, and their figures as they were last agreed on.

A change of a figure is a decision: look at it, then run ``pytest tests/golden --regenerate`` and say why in the commit.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from fleetsim import pipeline
from fleetsim.results.schema import SCOPES, TABLES
from fleetsim.results.store import write_records
from fleetsim.workspace import packaged_inputs
from tests import laws

CONFIGS = packaged_inputs() / "configs"
LARGE = ("kunming_city_year", "kunming_sanitation_full", "kunming_taxis_full", "yunnan_week")
"""Full scale takes minutes with all laws checked; one day of the week of the mission stands for them below."""
SCENARIOS = tuple(sorted(file.stem for file in CONFIGS.glob("*.yaml") if file.stem not in LARGE))
GOLDEN = Path(__file__).parent


@cache
def outcome(name: str, workers: int = 1) -> pipeline.Results:
    """A scenario's results; each is run once for all tests."""
    return pipeline.simulate(pipeline.load(CONFIGS / f"{name}.yaml"), workers)


def figures(results: pipeline.Results) -> dict[str, float | None]:
    """Every metric by scope, subject and name; none where it does not apply."""
    metrics = results.records.tables["metrics"]
    keys = zip(metrics["scope"], metrics["subject"], metrics["metric"], strict=True)
    names = [f"{SCOPES[scope]}/{subject}/{metric}" for scope, subject, metric in keys]
    return {name: None if value != value else float(value) for name, value in zip(names, metrics["value"], strict=True)}


@pytest.fixture(params=SCENARIOS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_laws_hold(name: str) -> None:
    laws.check(outcome(name).records)


def test_every_balance_closes(name: str) -> None:
    errors = [value for key, value in figures(outcome(name)).items() if "/balance_error" in key]
    assert errors
    assert max(value for value in errors if value is not None) <= 1e-6


def test_every_table_has_the_columns_of_the_contract(name: str) -> None:
    tables = outcome(name).records.tables
    assert tables.keys() == TABLES.keys()
    for table, columns in TABLES.items():
        assert list(tables[table]) == [column.name for column in columns], table


def test_figures_are_those_agreed_on(name: str, request: pytest.FixtureRequest) -> None:
    file = GOLDEN / f"{name}.json"
    found = figures(outcome(name))
    if request.config.getoption("--regenerate"):
        file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    agreed = json.loads(file.read_text(encoding="utf-8"))
    assert found.keys() == agreed.keys()
    for key, value in agreed.items():
        if "/balance_error" in key:
            continue
        assert found[key] == (None if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), key


def test_a_day_of_the_whole_week_closes_its_balances() -> None:
    results = pipeline.simulate(pipeline.load(CONFIGS / "yunnan_week.yaml", overrides=["days=1", "warmup_days=0"]))
    found = figures(results)
    errors = [value for key, value in found.items() if "/balance_error" in key and value is not None]
    assert max(errors) <= 1e-6
    assert {key.split("/")[1] for key in found if key.startswith("city/")} >= {"kunming", "lijiang"}
    laws.batteries_stay_between_empty_and_full(results.records)


def test_two_workers_write_the_same_bytes(tmp_path: Path) -> None:
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        folder.mkdir()
        results = outcome("kunming_buses", workers)
        write_records(folder, results.records)
        (folder / "run_id").write_text(results.run_id, encoding="utf-8")
    one, two = (sorted((tmp_path / str(workers)).iterdir()) for workers in (1, 2))
    assert [file.name for file in one] == [file.name for file in two]
    for a, b in zip(one, two, strict=True):
        assert a.read_bytes() == b.read_bytes(), a.name
