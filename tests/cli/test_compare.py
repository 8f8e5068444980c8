"""``fleetsim compare``: a study by its name, runs by theirs, and messages for what cannot be."""

from __future__ import annotations

import json
import shutil

import pytest

from fleetsim.cli import compare
from fleetsim.executors import InProcess
from fleetsim.results import schema
from fleetsim.study.batch import carry_on
from fleetsim.study.plan import load_plan
from tests.conftest import ROOT

STUDY = """
study: strategies
title: {en: Strategies, zh: 策略}
scenario: depot.yaml
set: {days: 1, warmup_days: 0, grid.level: constant}
axes:
  - grid: {sites.east.chargers.0.count: [2, 4]}
seeds: 3
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The results folder of a study of two configurations."""
    folder = tmp_path_factory.mktemp("compare")
    shutil.copytree(ROOT / "tests" / "workspace", folder / "workspace")
    shutil.copytree(ROOT / "grid", folder / "workspace" / "grid")
    path = folder / "workspace" / "configs" / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    assert [step.error for step in carry_on(load_plan(path), InProcess(), folder / "results")] == [None] * 6
    return folder / "results"


def test_a_study_and_its_runs_come_to_the_same(fleetsim, ran):
    by_name = fleetsim("compare", "strategies", "--results", ran, "--json")
    assert by_name.exit_code == 0, by_name.output
    found = json.loads(by_name.stdout)
    runs = [run for one in found["configurations"] for run in one["runs"].values()]
    assert len(runs) == 6
    by_runs = json.loads(fleetsim("compare", *runs, "--results", ran, "--json").stdout)
    assert by_runs["differences"] == found["differences"]
    assert by_runs["baseline"] == found["baseline"] == "count=2"
    assert json.loads(fleetsim("compare", "--study", "strategies", "--results", ran, "--json").stdout) == found


def test_the_text_speaks_both_languages(fleetsim, ran):
    english = fleetsim("compare", "strategies", "--results", ran, "--metric", "waits")
    assert "Study strategies: one configuration beside count=2" in english.stdout
    chinese = fleetsim("compare", "strategies", "--results", ran, "--metric", "waits", "--lang", "zh")
    assert "研究 strategies：一个方案与“count=2”对比" in chinese.stdout


def test_sites_are_compared_one_by_one(fleetsim, ran):
    asked = ("--scope", "site", "--metric", "peak_kw", "--results", ran, "--json")
    differences = json.loads(fleetsim("compare", "strategies", *asked).stdout)["differences"]
    assert [(one["scope"], one["subject"], one["metric"]) for one in differences] == [("site", "east", "peak_kw")]


def test_every_scope_can_be_asked_for():
    assert compare.SCOPES == schema.SCOPES


@pytest.mark.parametrize("words", [(), ("a", "b", "--study", "c")])
def test_either_runs_or_a_study_are_named(fleetsim, ran, words):
    done = fleetsim("compare", *words, "--results", ran)
    assert done.exit_code == 2
    assert "name either runs or one study" in done.stderr


def test_what_is_not_there_is_bad_input(fleetsim, ran):
    done = fleetsim("compare", "nowhere", "--results", ran)
    assert done.exit_code == 2
    assert "no such study with runs; there are: strategies" in done.stderr


def test_the_page_is_written_and_one_in_no_folder_is_bad_input(fleetsim, ran, tmp_path):
    page = tmp_path / "page.html"
    done = fleetsim("compare", "strategies", "--results", ran, "--page", page, "--lang", "zh")
    assert done.exit_code == 0, done.output
    assert "研究 strategies" in page.read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]
    done = fleetsim("compare", "strategies", "--results", ran, "--page", tmp_path / "nowhere" / "page.html")
    assert done.exit_code == 2
    assert "--page: must be a file in a folder that exists" in done.stderr
