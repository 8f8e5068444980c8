"""Commands parse, call and print: results to stdout, talk to stderr, exit codes that a script can rely on."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fleetsim import pipeline
from fleetsim.errors import RunError
from fleetsim.pipeline import Results


@pytest.fixture
def depot(root: Path) -> Path:
    return root / "configs" / "first_depot.yaml"


def test_run_prints_the_summary_and_talks_to_stderr(fleetsim, depot, straw_engine, root):
    done = fleetsim("run", depot, "--days", "1", "--set", "seed=4", "--workers", "2", "--lang", "zh")
    assert done.exit_code == 0
    assert done.stdout == "summary in zh\n"
    assert "remark:" in done.stderr
    scenario = straw_engine.pop("scenario")
    assert (scenario.spec.days, scenario.spec.seed) == (1, 4)
    assert straw_engine == {
        "results": root / "results",
        "workers": 2,
        "again": False,
        "store": None,
        "language": "zh",
    }


def test_run_as_json_is_one_object_with_every_metric(fleetsim, depot, straw_engine, results):
    done = fleetsim("run", depot, "--json", "--results", results)
    printed = json.loads(done.stdout)
    assert printed["run_id"] == "small-1"
    assert printed["folder"] == str(results / "small-1")
    assert printed["metrics"][1] == {
        "scope": "fleet",
        "subject": "red",
        "metric": "clean_share",
        "value": None,
        "unit": "",
        "definition": "clean share",
    }


def test_every_problem_is_listed_and_the_exit_code_is_2(fleetsim, depot, straw_engine):
    done = fleetsim("run", depot, "--set", "seeed=1", "--set", "sites.dayangfu.connection_kw=-5")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "seeed" in done.stderr
    assert "connection_kw" in done.stderr
    assert "2 problems found" in done.stderr
    assert straw_engine == {}


def test_a_run_that_fails_ends_with_1_and_its_message(fleetsim, depot, monkeypatch):
    def fail(*_args: object, **_options: object) -> None:
        raise RunError("the disk is full")

    monkeypatch.setattr(pipeline, "run", fail)
    done = fleetsim("run", depot)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.endswith("error: the disk is full\n")


def test_an_unexpected_failure_is_one_line_and_where_to_report_it(fleetsim, depot, monkeypatch):
    def fail(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(pipeline, "run", fail)
    done = fleetsim("run", depot)
    assert done.exit_code == 1
    assert "error: ZeroDivisionError: division by zero" in done.stderr
    assert "report it" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv("FLEETSIM_DEBUG", "1")
    assert isinstance(fleetsim("run", depot).exception, ZeroDivisionError)


def test_an_interrupt_ends_with_130(fleetsim, depot, monkeypatch):
    def interrupt(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run", interrupt)
    assert fleetsim("run", depot).exit_code == 130


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        (["rnu"], "did you mean 'run'?"),
        (["frobnicate"], "there are: run, check"),
        (["run", "a.yaml", "--sed", "1"], "--seed"),
        (["report", "last", "--lang", "fr"], "'en', 'zh'"),
        (["run", "a.yaml", "--workers", "0"], "x>=1"),
    ],
)
def test_what_is_misspelt_is_answered_with_what_there_is(fleetsim, typed, advice):
    done = fleetsim(*typed)
    assert done.exit_code == 2
    assert advice in done.stderr


def test_check_says_that_a_scenario_is_good(fleetsim, depot):
    done = fleetsim("check", depot)
    assert done.exit_code == 0
    assert "good; 20 vehicles" in done.stdout


def test_check_warns_of_duties_that_the_battery_cannot_make(fleetsim, depot):
    done = fleetsim("check", depot, "--set", "fleets.line_140.state_of_health=0.2")
    assert done.exit_code == 0
    assert "blocks need more than" in done.stderr


def test_a_missing_scenario_is_bad_input(fleetsim, tmp_path):
    done = fleetsim("check", tmp_path / "nothing.yaml")
    assert done.exit_code == 2
    assert "nothing.yaml" in done.stderr


def test_init_makes_a_workspace_whose_scenario_is_good(fleetsim, tmp_path):
    made = fleetsim("init", tmp_path / "mine")
    assert made.exit_code == 0
    scenario = made.stdout.split()[-1]
    assert fleetsim("check", scenario).exit_code == 0
    assert fleetsim("init", tmp_path / "mine").exit_code == 2


def test_runs_lists_what_the_folders_hold_and_makes_a_missing_catalogue(fleetsim, results):
    done = fleetsim("runs", "--results", results)
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["run_id", "small-1", "small-2"]
    listed = json.loads(fleetsim("runs", "--results", results, "--json").stdout)
    assert [row["run_id"] for row in listed] == ["small-1", "small-2"]


def test_runs_without_a_results_folder_is_bad_input(fleetsim, tmp_path):
    assert fleetsim("runs", "--results", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize(("typed", "run_id"), [("small-1", "small-1"), ("small-2", "small-2"), ("last", "small-2")])
def test_a_run_is_named_by_its_id_or_as_the_last(fleetsim, results, typed, run_id):
    done = fleetsim("show", typed, "--results", results, "--json")
    assert json.loads(done.stdout)["run_id"] == run_id


@pytest.mark.parametrize(("typed", "advice"), [("small", "small-1, small-2"), ("smal-1", "did you mean small-1")])
def test_a_run_that_is_none_or_several_is_bad_input(fleetsim, results, typed, advice):
    done = fleetsim("show", typed, "--results", results)
    assert done.exit_code == 2
    assert advice in done.stderr


def test_a_run_whose_folder_is_gone_is_said_to_be(fleetsim, results):
    fleetsim("rebuild", "--results", results)
    (results / "small-2").rename(results.parent / "elsewhere")
    done = fleetsim("show", "last", "--results", results)
    assert done.exit_code == 2
    assert "fleetsim rebuild" in done.stderr
    assert fleetsim("rebuild", "--results", results).stdout == f"{results}: 1 runs listed\n"


def test_report_writes_the_page_and_prints_its_path(fleetsim, results, monkeypatch):
    monkeypatch.setattr(Results, "write_page", lambda self, language: Path(f"{self.run_id}.{language}"))
    assert fleetsim("report", "last", "--lang", "zh", "--results", results).stdout == "small-2.zh\n"


def test_grid_shows_a_row_for_each_reported_day(fleetsim, depot):
    days = json.loads(fleetsim("grid", depot, "--days", "3", "--json").stdout)
    assert [day["date"] for day in days] == ["2026-03-09", "2026-03-10", "2026-03-11"]
    assert all(0 < day["clean_share"] < 1 for day in days)
    assert len(fleetsim("grid", depot, "--days", "3").stdout.splitlines()) == 4


@pytest.mark.parametrize(("by", "rows"), [("hour", 24), ("15min", 96)])
def test_grid_writes_hours_and_slots_as_csv_that_add_up_to_the_day(fleetsim, depot, tmp_path, by, rows):
    file = tmp_path / "grid.csv"
    done = fleetsim("grid", depot, "--days", "1", "--by", by, "--out", file)
    assert done.exit_code == 0, done.stderr
    assert done.stdout == ""
    with file.open(newline="") as text:
        found = list(csv.DictReader(text))
    (day,) = json.loads(fleetsim("grid", depot, "--days", "1", "--json").stdout)
    assert len(found) == rows
    assert found[0]["begins_at"] == "2026-03-09T00:00"
    assert found[-1]["begins_at"] == ("2026-03-09T23:00" if by == "hour" else "2026-03-09T23:45")
    for column in ("demand_gwh", "hydro_gwh", "thermal_gwh", "export_gwh"):
        assert sum(float(row[column]) for row in found) == pytest.approx(day[column])
    assert max(float(row["demand_peak_mw"]) for row in found) == pytest.approx(day["demand_peak_mw"])


def test_grid_says_where_it_cannot_write(fleetsim, depot, tmp_path):
    done = fleetsim("grid", depot, "--out", tmp_path / "nowhere" / "grid.csv")
    assert done.exit_code == 2
    assert "must be a file in a folder that exists" in done.stderr


def test_grid_shows_the_months_of_a_year_of_ones_own(fleetsim, depot):
    plan = "{capacity_gw: {hydro: 95, wind: 40, solar: 90, thermal: 15}, consumption_twh: 330, hydro_twh: 340}"
    settings = [f"grid.plan={plan}", "grid.year=2030", "grid.hydrology=published"]
    asked = [part for setting in settings for part in ("--set", setting)]
    done = fleetsim("grid", depot, "--by", "month", "--days", "40", *asked, "--json")
    assert done.exit_code == 0, done.stderr
    assert [month["month"] for month in json.loads(done.stdout)] == ["2026-03", "2026-04"]


def test_a_network_for_pypsa_names_the_extra_that_it_needs(fleetsim, depot, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypsa", None)
    done = fleetsim("grid", depot, "--pypsa", tmp_path / "year.nc")
    assert done.exit_code == 2
    assert "pip install 'fleetsim[pypsa]'" in done.stderr


@pytest.mark.parametrize("file", ["scenario", "vehicles", "chargers", "places", "routes", "climates"])
def test_schema_is_json_schema_whose_references_all_lead_somewhere(fleetsim, file):
    schema = json.loads(fleetsim("schema", file).stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    references = {text.split('"')[0] for text in json.dumps(schema).split('"#/$defs/')[1:]}
    assert references <= schema.get("$defs", {}).keys()


def test_help_of_every_command_ends_with_an_example(fleetsim):
    for name in fleetsim("--help").stdout.split("Commands:")[1].splitlines()[1:]:
        if name.strip():
            assert "Example: fleetsim" in fleetsim(name.split()[0], "--help").stdout


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom fleetsim.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('numpy', 'pandas', 'yaml', 'pydantic', 'sqlalchemy', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_reader_that_leaves_early_is_no_failure_worth_a_traceback(results):
    command = f"{sys.executable} -m fleetsim schema | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False, env=os.environ)
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_economics_reckons_a_run_with_the_prices_that_are_named(fleetsim, results, root, tmp_path):
    prices = tmp_path / "prices.yaml"
    text = (root / "profiles" / "prices.yaml").read_text(encoding="utf-8")
    prices.write_text(text.replace("year_days: 365", "year_days: 300", 1), encoding="utf-8")
    done = fleetsim("economics", "small-1", "--results", results, "--prices", prices, "--json")
    assert done.exit_code == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["prices"] == str(prices)
    assert [fleet["fleet"] for fleet in printed["fleets"]] == ["red"]
    prices.write_text(text.replace("year_days: 365", "year_days: 3650", 1), encoding="utf-8")
    refused = fleetsim("economics", "small-1", "--results", results, "--prices", prices)
    assert refused.exit_code == 2
    assert "year_days" in refused.stderr
    assert refused.stdout == ""
