"""Indices meet those of functions whose indices are known, and come from stored runs only when all are there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fleetsim
from fleetsim.comparison.indices import indices_of
from fleetsim.errors import InputError
from fleetsim.results.catalogue import Catalogue, StudyRow, StudyRun
from fleetsim.results.listing import CATALOGUE_FILE
from fleetsim.study.plan import load_plan, sobol_points
from fleetsim.study.spec import Range, SobolSample
from tests.comparison.conftest import row

AXES = (
    "[{sobol: {samples: 64, ranges: {sites.east.connection_kw: {low: 0, high: 1}, days: {low: 0, high: 1}, "
    "seed_of_nothing: {low: 0, high: 1}}}}]"
)


def test_the_function_of_ishigami_has_its_known_indices():
    """sin x1 + 7 sin2 x2 + 0.1 x3^4 sin x1 (Ishigami and Homma, 1990): variance and indices in closed form."""
    reach = Range(low=-np.pi, high=np.pi)
    points = sobol_points(SobolSample(samples=2048, ranges={"x1": reach, "x2": reach, "x3": reach}))
    x1, x2, x3 = np.array([list(point.values()) for point in points]).T
    found = indices_of(np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1), 3, 0.95)
    first, first_low, first_high, total, total_low, total_high = found.T
    assert first == pytest.approx([0.3139, 0.4424, 0.0], abs=0.02)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.02)
    assert (first_low < [0.3139, 0.4424, 0.0]).all()
    assert (first_high > [0.3139, 0.4424, 0.0]).all()
    assert (total_low < [0.5576, 0.4424, 0.2437]).all()
    assert (total_high > [0.5576, 0.4424, 0.2437]).all()


def test_the_mixed_sets_differ_from_the_first_in_one_input_alone():
    reach = {"x1": Range(low=0, high=1), "x2": Range(low=2, high=9, whole=True)}
    points = [tuple(point.values()) for point in sobol_points(SobolSample(samples=8, ranges=reach))]
    first, second, one, two = (points[8 * part : 8 * part + 8] for part in range(4))
    assert one == [(theirs[0], mine[1]) for mine, theirs in zip(first, second, strict=True)]
    assert two == [(mine[0], theirs[1]) for mine, theirs in zip(first, second, strict=True)]
    assert all(isinstance(value, int) and 2 <= value <= 9 for _, value in points)


@pytest.fixture
def stored(study, tmp_path):
    """A study file with a ``sobol`` axis, and a catalogue in which its runs have metrics of a known form."""
    path = study(axes=AXES)

    def write(leave_out: int = 0) -> tuple[Path, Path]:
        results = tmp_path / "sampled"
        results.mkdir(exist_ok=True)
        ranges = dict.fromkeys(("sites.east.connection_kw", "days", "seed_of_nothing"), Range(low=0, high=1))
        points = sobol_points(SobolSample(samples=64, ranges=ranges))
        unique = [json.loads(text) for text in dict.fromkeys(json.dumps(point) for point in points)]
        with Catalogue(results / CATALOGUE_FILE) as catalogue:
            catalogue.record_study(StudyRow("small", "batch", "done", "2026-03-09"), [])
            members = [(point, seed) for point in unique for seed in (1, 2)]
            for number, (point, seed) in enumerate(members[leave_out:]):
                x1, x2, _ = point.values()
                metrics = {"peak_kw": 100 + x1 + 2 * x2 + 0.5 * (seed - 1.5), "unmet_kwh": 0.0}
                rows = [("run", "run", name, value, "kW", name) for name, value in metrics.items()]
                member = StudyRun("small", str(number), number, f"run-{number}", "base", seed, json.dumps(point))
                catalogue.record_member(member, row(f"run-{number}", seed), rows, failure_id="")
        return path, results

    return write


def test_an_additive_metric_has_the_shares_of_its_coefficients(stored):
    path, results = stored()
    found = fleetsim.sensitivity(path, results=results)
    assert [one.key for one in found.indices] == ["sites.east.connection_kw", "days", "seed_of_nothing"]
    for index in ("first", "total"):
        assert [getattr(one, index) for one in found.indices] == pytest.approx([0.2, 0.8, 0.0], abs=0.05)
    assert found.unmoved == ("unmet_kwh",)
    assert found == fleetsim.sensitivity(path, results=results)


def test_missing_runs_are_counted(stored):
    path, results = stored(leave_out=3)
    with pytest.raises(InputError, match="3 of 640 runs are missing, failed or filtered; fleetsim batch makes them"):
        fleetsim.sensitivity(path, results=results)


def test_a_study_of_another_form_is_bad_input(study, tmp_path):
    (tmp_path / "results").mkdir()
    with pytest.raises(InputError, match="sensitivity needs one axis, of the form sobol"):
        fleetsim.sensitivity(study(), results=tmp_path / "results")


def test_samples_are_a_power_of_two(study):
    with pytest.raises(InputError, match="samples must be a power of two from 8"):
        load_plan(study(axes="[{sobol: {samples: 12, ranges: {days: {low: 1, high: 2}}}}]"))
