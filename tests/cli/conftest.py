"""The command line with an engine of straw: a run takes no time and always comes to the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fleetsim import pipeline
from fleetsim.cli import main
from fleetsim.pipeline import Results
from tests.recorded import save, small_records

Fleetsim = Callable[..., Result]


@pytest.fixture
def fleetsim() -> Fleetsim:
    """The command ``fleetsim``; stdout and stderr apart."""
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A results folder with two runs."""
    folder = tmp_path / "results"
    for run_id in ("small-1", "small-2"):
        save(folder, small_records(), run_id)
    return folder


@pytest.fixture
def straw_engine(results: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Replaces the run; what it was asked for."""
    asked: dict[str, object] = {}

    def run(scenario: object, **options: object) -> Results:
        asked.update(options, scenario=scenario)
        return pipeline.read(results / "small-1")

    monkeypatch.setattr(pipeline, "run", run)
    monkeypatch.setattr(Results, "summary", lambda _self, language, _width: f"summary in {language}")
    return asked
