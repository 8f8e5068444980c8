"""Small real runs, simulated once for all tests; nothing in them may be changed."""

from __future__ import annotations

from functools import cache

import numpy as np

from fleetsim import pipeline
from fleetsim.results.records import Records
from fleetsim.telematics.gbt32960.editions import EDITIONS
from fleetsim.telematics.reports import Reporter
from fleetsim.telematics.trace import Tracer
from fleetsim.workspace import packaged_inputs
from tests.report.day import view_of_a_day


@cache
def tracer_of_a_day() -> Tracer:
    """Buses, swap taxis and hydrogen buses; 10 degrees in Kunming, and nobody knows how warm Lijiang is."""
    records = view_of_a_day().records
    return Tracer(records, {"kunming": np.full(records.clock.total_days * 24 + 1, 10.0)})


@cache
def hydrogen_tracer() -> Tracer:
    """Hydrogen buses that are filled."""
    scenario = pipeline.load(
        packaged_inputs() / "configs" / "lijiang_hydrogen.yaml", overrides=["days=2", "warmup_days=1"]
    )
    return Tracer(pipeline.simulate(scenario).view().records, {})


@cache
def feeding_tracer() -> Tracer:
    """Buses that feed back to their park."""
    scenario = pipeline.load(
        packaged_inputs() / "configs" / "kunming_feed_back.yaml", overrides=["days=2", "warmup_days=1"]
    )
    return Tracer(pipeline.simulate(scenario).view().records, {})


def reporter(tracer: Tracer, year: int = 2016, driving_s: float = 60.0, charging_s: float = 60.0) -> Reporter:
    """One that reports rarely."""
    return Reporter(tracer, EDITIONS[year], driving_s, charging_s)


def codes(records: Records, kind: str = "") -> list[int]:
    """Vehicles whose names hold a text."""
    return [code for code, name in enumerate(records.entities["vehicles"]) if kind in name]
