"""The whole road, from a scenario file to saved results."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fleetsim import load, pipeline, read, simulate
from fleetsim.errors import InputError, RunError
from fleetsim.pipeline import run
from fleetsim.report.words import word
from fleetsim.results.catalogue import Catalogue
from fleetsim.results.listing import CATALOGUE_FILE, open_catalogue
from fleetsim.results.schema import TABLES
from fleetsim.scenario.schema import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    file = Path(__file__).parents[1] / "configs" / "first_depot.yaml"
    return load(file, overrides=["days=1", "warmup_days=1"])


def test_results_have_every_table_as_a_data_frame(scenario):
    results = simulate(scenario)
    assert list(results.tables) == list(TABLES)
    for table, columns in TABLES.items():
        assert list(results.tables[table].columns) == [column.name for column in columns]
    assert len(results.tables["sessions"]) > 0
    assert results.page is None


def test_metrics_are_found_by_scope_subject_and_metric(scenario):
    metrics = simulate(scenario).metrics()
    assert metrics.loc[("fleet", "line_140", "vehicles"), "value"] == 20
    assert metrics.loc[("site", "dayangfu", "energy_kwh"), "unit"] == "kWh"


def test_saved_results_read_back_are_the_same(scenario, tmp_path):
    results = simulate(scenario)
    folder = results.save(tmp_path)
    back = read(folder)
    assert back.run_id == results.run_id == folder.name
    assert back.facts == results.facts
    for table in TABLES:
        pd.testing.assert_frame_equal(back.tables[table], results.tables[table])
    assert results.page is not None
    assert results.page.is_file()


def test_the_figures_of_the_page_are_those_of_the_catalogue(scenario, tmp_path):
    """Read from the file and from the database, each figure to the last digit that the page prints."""
    results = simulate(scenario)
    results.save(tmp_path)
    with closing(sqlite3.connect(tmp_path / CATALOGUE_FILE)) as catalogue:
        rows = catalogue.execute("SELECT scope, subject, metric, value, unit FROM metrics ORDER BY rowid").fetchall()
    page = results.page.read_text(encoding="utf-8")
    page = page[page.index('id="metrics"') : page.index('id="assumptions"')]
    compared = 0
    for scope in dict.fromkeys(row[0] for row in rows):
        table = page[page.index(f'<summary><span lang="en">{word(f"table.scope.{scope}", "en")}') :]
        values = {(subject, metric): (value, unit) for kind, subject, metric, value, unit in rows if kind == scope}
        subjects = list(dict.fromkeys(subject for subject, _ in values))
        for metric in dict.fromkeys(metric for _, metric in values):
            row = re.search(f'<tr data-metric="{metric}">(.*?)</tr>', table, re.DOTALL)
            shown = re.findall(r'<td class="n">(.*?)</td>', row[1])
            for subject, text in zip(subjects, shown, strict=True):
                value, unit = values.get((subject, metric), (None, ""))
                if value is None:
                    assert text == "–"
                elif not text.startswith("&lt;"):  # an error of rounding is printed as a bound
                    half_a_digit = 0.5 * 10.0 ** -len(text.partition(".")[2])
                    printed = 100.0 * value if unit == "share" else value
                    assert float(text.replace(",", "")) == pytest.approx(printed, rel=0, abs=1.001 * half_a_digit)
                    compared += 1
    assert compared > 150


def test_every_input_is_counted_by_its_certainty_once(scenario):
    facts = simulate(scenario).facts
    counted = [count.get("assumed", 0) for count in facts.certainties.values()]
    assert sum(counted) == len(facts.assumptions)
    assert set(facts.certainties) == {"work", "sites", "grid", "tariff"}


def test_a_run_that_is_there_is_not_computed_again(scenario, tmp_path, monkeypatch):
    first = run(scenario, results=tmp_path)
    assert not first.reused
    monkeypatch.setattr(pipeline, "simulate", lambda *_: pytest.fail("computed again"))
    again = run(scenario, results=tmp_path)
    assert again.reused
    assert again.run_id == first.run_id


@pytest.mark.parametrize("store", ["nonsense", "sqlite:////nowhere/runs.db"])
def test_a_store_that_cannot_be_used_is_found_before_anything_is_simulated(scenario, tmp_path, monkeypatch, store):
    monkeypatch.setattr(pipeline, "simulate", lambda *_: pytest.fail("simulated"))
    with pytest.raises(InputError, match="--store"):
        run(scenario, results=tmp_path / "results", store=store)
    assert list((tmp_path / "results").iterdir()) == []


def test_a_damaged_catalogue_is_found_before_anything_is_simulated(scenario, tmp_path, monkeypatch):
    (tmp_path / CATALOGUE_FILE).write_bytes(b"not a database" * 100)
    monkeypatch.setattr(pipeline, "simulate", lambda *_: pytest.fail("simulated"))
    with pytest.raises(InputError, match=CATALOGUE_FILE):
        run(scenario, results=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [CATALOGUE_FILE]


def test_a_run_that_is_there_is_listed_in_a_new_store(scenario, tmp_path):
    first = run(scenario, results=tmp_path / "results")
    store = f"sqlite:///{tmp_path / 'other.db'}"
    assert run(scenario, results=tmp_path / "results", store=store).reused
    with open_catalogue(tmp_path, store) as catalogue:
        assert [(row.run_id, row.status) for row in catalogue.runs()] == [(first.run_id, "done")]


def test_a_store_that_is_lost_during_a_run_does_not_make_it_a_failure(scenario, tmp_path, monkeypatch):
    def lost(*_args: object) -> None:
        raise RunError("catalogue: connection lost")

    monkeypatch.setattr(Catalogue, "record", lost)
    with pytest.raises(RunError, match="is saved but not listed"):
        run(scenario, results=tmp_path)
    assert list(tmp_path.glob("*.failed.json")) == []
    assert len(list(tmp_path.glob("*/run.json"))) == 1


def test_again_replaces_a_run(scenario, tmp_path):
    def created_at() -> str:
        return json.loads((folder / "timing.json").read_text())["created_at"]

    folder = tmp_path / run(scenario, results=tmp_path).run_id
    before = created_at()
    assert not run(scenario, results=tmp_path, again=True).reused
    assert created_at() > before


def test_one_and_two_workers_write_the_same_bytes(scenario, tmp_path):
    for workers in (1, 2):
        run(scenario, results=tmp_path / str(workers), workers=workers)
    one, two = (next((tmp_path / str(workers)).glob("*/run.json")).parent for workers in (1, 2))
    assert one.name == two.name
    for path in one.iterdir():
        assert path.name == "timing.json" or path.read_bytes() == (two / path.name).read_bytes(), path.name


def test_a_run_that_fails_is_recorded_and_leaves_no_folder(scenario, tmp_path, monkeypatch):
    def fail(*_args: object) -> None:
        raise RunError("a worker died")

    monkeypatch.setattr(pipeline, "simulate", fail)
    with pytest.raises(RunError):
        run(scenario, results=tmp_path)
    failed = [path for path in tmp_path.iterdir() if path.suffix == ".json"]
    assert [json.loads(path.read_text())["error"] for path in failed] == ["a worker died"]
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == []


def test_an_override_makes_another_run(scenario):
    other = load(Path(scenario.workspace) / scenario.file, overrides=["days=1", "warmup_days=1", "seed=2"])
    assert simulate(other).run_id != simulate(scenario).run_id


def test_fleets_that_the_grid_would_notice_are_dispatched_with(scenario, monkeypatch):
    assert not asked_with_fleet(scenario, monkeypatch)
    monkeypatch.setattr(pipeline, "NOTICEABLE_SHARE", 0.0)
    (fleet_mw,) = asked_with_fleet(scenario, monkeypatch)
    clock = scenario.spec.clock
    assert fleet_mw.shape == (clock.slots,)
    assert np.max(fleet_mw) > 0


def asked_with_fleet(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The fleets' loads with which the grid was computed again."""
    from fleetsim.grid import model

    loads: list[np.ndarray] = []
    with monkeypatch.context() as patch:
        once = model.grid_slots

        def watched(*args, **options):
            loads.extend(args[4:])
            return once(*args, **options)

        patch.setattr(model, "grid_slots", watched)
        simulate(scenario)
    return loads


def test_grid_months_hold_the_energy_of_their_days(scenario):
    (day,) = pipeline.grid_days(scenario)
    (month,) = pipeline.grid_days(scenario, "month")
    assert month.pop("month") == "2026-03"
    assert month == pytest.approx({name: value for name, value in day.items() if name != "date"})


def test_grid_days_cover_the_reported_days_with_energy_that_adds_up(scenario):
    (day,) = pipeline.grid_days(scenario)
    generated = sum(day[f"{source}_gwh"] for source in ("hydro", "wind", "solar", "biomass", "nuclear", "thermal"))
    assert day["date"] == "2026-03-09"
    assert generated + day["import_gwh"] == pytest.approx(day["demand_gwh"] + day["export_gwh"], rel=1e-6)
