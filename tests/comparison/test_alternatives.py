"""Runs find their configuration, and each configuration a label that tells it from the others."""

from __future__ import annotations

import pytest

import fleetsim
from fleetsim import pipeline
from fleetsim.errors import InputError
from fleetsim.results.listing import rebuild


@pytest.fixture
def run(small_workspace, tmp_path):
    """Run the small depot for a day on the cheapest grid, and get the run_id."""

    def done(*settings: str, scenario: str = "depot") -> str:
        plain = ["days=1", "warmup_days=0", "grid.level=constant"]
        path = small_workspace / "configs" / f"{scenario}.yaml"
        results = pipeline.simulate(pipeline.load(path, overrides=[*plain, *settings]))
        return results.save(tmp_path / "results").name

    return done


def compared(tmp_path, *runs, **options):
    rebuild(tmp_path / "results")
    return fleetsim.compare(*runs, results=tmp_path / "results", **options)


def test_runs_that_differ_in_their_seed_alone_are_one_configuration(run, tmp_path):
    few = [run(f"seed={seed}", "sites.east.chargers.0.count=2") for seed in (1, 2)]
    many = [run(f"seed={seed}", "sites.east.chargers.0.count=5") for seed in (2, 1)]
    comparison = compared(tmp_path, few[0], many[0], few[1], many[1])
    assert [one.label for one in comparison.alternatives] == ["count=2", "count=5"]
    assert [[member.row.run_id for member in one.members] for one in comparison.alternatives] == [few, many[::-1]]
    assert comparison.left_out == ()


def test_the_order_of_the_runs_says_which_is_the_baseline(run, tmp_path):
    few, many = run("sites.east.chargers.0.count=2"), run("sites.east.chargers.0.count=5")
    assert compared(tmp_path, many, few).baseline.label == "count=5"
    assert compared(tmp_path, many, few, baseline=few).baseline.label == "count=2"


def test_scenarios_of_other_names_are_told_apart_by_them(run, tmp_path, small_workspace):
    text = (small_workspace / "configs" / "depot.yaml").read_text(encoding="utf-8")
    text = text.replace("name: depot\n", "name: other\n")
    (small_workspace / "configs" / "other.yaml").write_text(text, encoding="utf-8")
    comparison = compared(tmp_path, run(), run(scenario="other"))
    assert [one.label for one in comparison.alternatives] == ["depot", "other"]
    assert {one.difference for one in comparison.differences} == {0.0}


def test_an_input_that_no_setting_shows_leaves_the_number_of_the_run(run, tmp_path, small_workspace):
    first = run()
    for file in (small_workspace / "profiles").glob("vehicles.yaml"):
        file.write_text(file.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    second = run()
    labels = [one.label for one in compared(tmp_path, first, second).alternatives]
    assert labels == [f"depot ({run_id.rsplit('-', 1)[1][:6]})" for run_id in (first, second)]


def test_one_configuration_alone_is_bad_input(run, tmp_path):
    runs = [run("seed=1"), run("seed=2")]
    with pytest.raises(InputError, match="a comparison needs two that differ"):
        compared(tmp_path, *runs)


def test_every_name_that_means_no_run_is_named(run, tmp_path):
    run()
    with pytest.raises(InputError) as failure:
        compared(tmp_path, "depot-x", "nothing")
    assert len(failure.value.problems) == 2
    assert [problem.found for problem in failure.value.problems] == ["'depot-x'", "'nothing'"]


def test_a_run_of_another_version_is_left_out(run, tmp_path, monkeypatch):
    first = run("sites.east.chargers.0.count=2")
    monkeypatch.setattr("fleetsim.results.identity.source_sha256", lambda: "f" * 64)
    with pytest.raises(InputError, match=r"program .* ffffff"):
        compared(tmp_path, first, run("sites.east.chargers.0.count=5"))
