"""A real day with buses, swap taxis and hydrogen buses in it, for figures that need the records of a run."""

from __future__ import annotations

from functools import cache

from fleetsim import pipeline
from fleetsim.report.view import ReportView
from fleetsim.workspace import packaged_inputs


@cache
def view_of_a_day() -> ReportView:
    """Simulated once for all tests; nothing in it may be changed."""
    parts = "parts=[first_depot.yaml, kunming_taxis.yaml, lijiang_hydrogen.yaml]"
    scenario = pipeline.load(
        packaged_inputs() / "configs" / "yunnan_week.yaml", overrides=[parts, "days=1", "warmup_days=1"]
    )
    return pipeline.simulate(scenario).view()
