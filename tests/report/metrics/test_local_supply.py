"""Metrics and figures of panels and batteries, on two days of the shipped depot."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fleetsim import pipeline
from fleetsim.report.balance import balance_lines
from fleetsim.report.figures.flow import flow
from fleetsim.report.figures.power import site_power
from fleetsim.report.series import site_powers

ROOT = Path(__file__).parents[3]


@cache
def results(*overrides: str) -> pipeline.Results:
    file = ROOT / "configs" / "kunming_solar_depot.yaml"
    return pipeline.simulate(pipeline.load(file, overrides=["days=2", "warmup_days=1", *overrides]))


def value(metric: str, *overrides: str) -> float:
    return float(results(*overrides).metrics().loc[("site", "dayangfu", metric), "value"])


def test_what_the_roof_gave_was_used_fed_in_or_curtailed() -> None:
    slots = results().records.tables["supply_slots"]
    available_kwh = slots["available_kw"].sum() / 4
    assert value("solar_kwh") + value("curtailed_kwh") == pytest.approx(available_kwh)
    assert value("self_consumption") == pytest.approx((value("solar_kwh") - value("fed_in_kwh")) / available_kwh)
    assert 0.5 < value("self_consumption") <= 1.0
    assert 0.2 < value("self_sufficiency") < 1.0


def test_a_battery_loses_what_its_efficiency_takes_and_counts_its_cycles() -> None:
    slots = results().records.tables["supply_slots"]
    came, gone = (slots[f"{name}_kw"].sum() / 4 for name in ("charged", "discharged"))
    eta = 0.86**0.5
    assert value("storage_loss_kwh") == pytest.approx(came * (1 - eta) + gone * (1 / eta - 1))
    assert value("storage_cycles") == pytest.approx(gone / eta / 1_000)


def test_without_feed_in_the_surplus_is_curtailed() -> None:
    alone = ("sites.dayangfu.solar.feed_in=false", "sites.dayangfu.storage=null")
    assert value("fed_in_kwh", *alone) == 0.0
    assert value("curtailed_kwh", *alone) > 100.0
    assert np.isnan(value("storage_cycles", *alone))


def test_the_flow_of_energy_begins_at_grid_and_roof_and_adds_up_to_the_loads() -> None:
    view = results().view()
    figure = flow(view)
    assert figure is not None
    links = figure["data"][0]["link"]
    names = [label["en"] if isinstance(label, dict) else str(label) for label in figure["data"][0]["node"]["label"]]
    loads_kwh = results().records.tables["site_slots"]["load_kw"].sum() / 4
    (target,) = {t for s, t in zip(links["source"], links["target"], strict=True) if "olar of the sites" in names[s]}
    into = sum(kwh for t, kwh in zip(links["target"], links["value"], strict=True) if t == target)
    assert into == pytest.approx(loads_kwh, rel=1e-3)
    line = balance_lines(view)[0]
    assert line.key == "balance.loads"
    assert sum(kwh for _, kwh in line.parts_kwh) == pytest.approx(loads_kwh)


def test_the_figure_of_the_site_shows_loads_and_battery_stacked_and_lines_of_sun_and_connection() -> None:
    view = results().view()
    (power,) = site_powers(view.records)
    drawn = site_power(view, power, 300)["data"]
    areas = [trace for trace in drawn if "stackgroup" in trace]
    lines = [trace for trace in drawn if trace["mode"] == "lines" and "stackgroup" not in trace]
    assert len(areas) == 4
    assert len(lines) == 3
