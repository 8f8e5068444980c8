"""Figures made from records: who drew power when, who stood where, how full batteries were, and where energy went."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from fleetsim import pipeline
from fleetsim.clock import DAY_S, SLOT_S
from fleetsim.report.charge_levels import QUANTILES, charge_levels
from fleetsim.report.figures.chargers import heat, occupancy
from fleetsim.report.figures.drawing import Variant, unpacked
from fleetsim.report.figures.duration import duration
from fleetsim.report.figures.flow import flow
from fleetsim.report.figures.levels import levels
from fleetsim.report.figures.places import places
from fleetsim.report.fleet_power import fleet_powers
from fleetsim.report.page import render
from fleetsim.report.series import site_powers, total_kw
from fleetsim.report.view import ReportView
from fleetsim.workspace import packaged_inputs
from tests.report.day import view_of_a_day
from tests.report.test_figures import in_language


@pytest.fixture
def view() -> ReportView:
    return view_of_a_day()


def named(variants: list[Variant], view: ReportView, subject: str) -> Any:
    return next(each.figure for each in variants if each.name["en"] == view.called(subject, "en"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_plotly_accepts_every_figure_and_every_variant(view, lang):
    figures = [duration(site_powers(view.records)), flow(view)]
    figures += [each.figure for make in (occupancy, heat, levels, places) for each in make(view)]
    assert len(figures) > 8
    for figure in figures:
        go.Figure(in_language(figure, lang))


def test_the_power_of_the_fleets_is_that_of_the_vehicles_at_the_sites(view):
    slot_s, by_fleet = fleet_powers(view.records)
    assert {"line_140", "taxis"} <= by_fleet.keys()
    assert len(slot_s) == DAY_S / SLOT_S
    of_sites = sum(power.vehicles_kw for power in site_powers(view.records))
    unknown = of_sites - sum(by_fleet.values())
    assert np.all(unknown > -1e-6)
    assert unknown.sum() < 0.5 * of_sites.sum()
    depot = next(power for power in site_powers(view.records) if power.site == "dayangfu")
    np.testing.assert_allclose(by_fleet["line_140"], depot.vehicles_kw, atol=1e-6)


def test_the_stays_at_the_chargers_are_those_of_the_sessions(view):
    figure = named(occupancy(view), view, "dayangfu")
    plugged_h, charging_h = (np.nansum(np.diff(unpacked(trace["x"]).reshape(-1, 3)[:, :2])) for trace in figure["data"])
    hours = view.metric("site", "dayangfu", "chargers") * 24
    assert plugged_h / hours == pytest.approx(view.metric("site", "dayangfu", "utilisation_plugged"), rel=1e-4)
    assert 0 < charging_h < plugged_h


def test_who_feeds_back_is_shown_at_the_charger_and_for_as_long_as_it_does():
    overrides = ["days=1", "warmup_days=1"]
    scenario = pipeline.load(packaged_inputs() / "configs" / "kunming_feed_back.yaml", overrides=overrides)
    view = pipeline.simulate(scenario).view()
    draws, sessions = view.records.tables["draws"], view.records.tables["sessions"]
    fed = draws["offered_kw"] < 0.0
    figure = named(occupancy(view), view, "park")
    assert [trace["name"]["en"] for trace in figure["data"]] == ["plugged in", "charging", "feeding back"]
    shown_h = np.diff(unpacked(figure["data"][-1]["x"]).reshape(-1, 3)[:, :2])
    assert shown_h.sum() == pytest.approx((draws["end_at"] - draws["start_at"])[fed].sum() / 3_600, rel=1e-4)
    chargers = np.unique(sessions["charger"][np.isin(sessions["session"], draws["session"][fed])])
    assert len(np.unique(unpacked(figure["data"][-1]["y"]).reshape(-1, 3)[:, 0])) == len(chargers) > 3


def test_the_heat_map_is_the_plugged_time_by_charger_and_hour(view):
    (trace,) = named(heat(view), view, "dayangfu")["data"]
    share = np.array(trace["z"])
    assert share.shape == (10, 24)
    assert share.mean() == pytest.approx(view.metric("site", "dayangfu", "utilisation_plugged"), abs=2e-3)


def test_states_of_charge_lie_between_those_recorded_and_meet_them(view):
    records = view.records
    fleet = records.entities["fleets"].index("line_140")
    trips = records.tables["trips"]
    mine = trips["fleet"] == fleet
    found = charge_levels(records, fleet, np.arange(records.clock.report_from_s, records.clock.end_s, 300.0))
    assert found is not None
    assert len(found) == len(QUANTILES)
    assert np.all(np.diff(found, axis=0) >= -1e-12)
    assert found.min() >= min(trips["soc_end"][mine].min(), trips["soc_start"][mine].min()) - 1e-9
    assert found.max() <= 0.95 + 1e-9
    row = np.flatnonzero(mine)[0]
    alone = np.where(trips["vehicle"] == trips["vehicle"][row], fleet, -1)
    vehicles = records.tables["vehicles"]
    assert alone.max() == fleet
    assert charge_levels(records, records.entities["fleets"].index("demonstration"), np.array([1e5])) is not None
    assert charge_levels(records, len(vehicles["vehicle"]) + 1, np.array([1e5])) is None


def test_energy_flows_from_the_sources_to_the_road_and_none_is_lost_unseen(view):
    figure = flow(view)
    assert figure is not None
    (trace,) = figure["data"]
    names = [label["en"] for label in trace["node"]["label"]]
    links = list(zip(trace["link"]["source"], trace["link"]["target"], trace["link"]["value"], strict=True))
    connection = names.index("at the connection")
    into = sum(kwh for _, target, kwh in links if target == connection)
    out = sum(kwh for source, _, kwh in links if source == connection)
    assert into == pytest.approx(view.run("grid_kwh"), rel=1e-4)
    assert out == pytest.approx(into, rel=1e-3)
    clean = sum(kwh for source, target, kwh in links if target == connection and names[source] != "Thermal")
    assert 0.7 < clean / into < 0.95


def test_the_highest_load_of_the_duration_curve_is_the_peak(view):
    powers = site_powers(view.records)
    figure = duration(powers)
    assert figure is not None
    curve = unpacked(figure["data"][0]["y"])
    assert curve[0] == pytest.approx(view.run("peak_kw"), rel=1e-5)
    assert np.all(np.diff(curve) <= 0)
    assert unpacked(figure["data"][1]["y"]).max() == pytest.approx(total_kw(powers)[1].max(), rel=1e-5)


def test_the_map_has_every_site_once(view):
    drawn = [
        place
        for each in places(view)
        for trace in each.figure["data"]
        if "markers" in trace["mode"]
        for place in zip(trace["x"], trace["y"], strict=True)
    ]
    assert len(drawn) == len(view.subjects("site"))
    assert [each.name["zh"] for each in places(view)][:1] == ["昆明"]


def test_the_page_of_a_real_day_has_every_figure_and_its_choices(view):
    page = render(view, "en")
    for key in ("power_total", "duration", "places", "occupancy", "heat", "levels", "flow", "packs", "hydrogen"):
        assert f'id="plot-{key}"' in page, key
    assert page.count('class="choice"') == 2
    assert len(page.encode()) < 3e6
