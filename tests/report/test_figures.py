"""Figures: valid for plotly, true to the metrics, and legible without colour."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import numpy as np
import pytest

from fleetsim.report.figures.cost import MOST_PRICES, cost
from fleetsim.report.figures.drawing import Figure, shortened, unpacked
from fleetsim.report.figures.duration import duration
from fleetsim.report.figures.flow import flow
from fleetsim.report.figures.generation import generation
from fleetsim.report.figures.power import FLEET_COLOURS, site_power, total_power
from fleetsim.report.figures.service import service
from fleetsim.report.figures.utilisation import utilisation
from fleetsim.report.figures.waiting import waiting
from fleetsim.report.fleet_power import fleet_powers
from fleetsim.report.series import site_powers
from fleetsim.report.view import ReportView
from tests.report.synthetic import synthetic_view


def in_language(node: Any, lang: str) -> Any:
    """A description as the page hands it to plotly, but for the colours."""
    if isinstance(node, dict):
        if node.keys() == {"en", "zh"}:
            return node[lang]
        return {key: in_language(value, lang) for key, value in node.items()}
    return [in_language(value, lang) for value in node] if isinstance(node, list) else node


def every_figure(view: ReportView) -> dict[str, Figure | None]:
    powers = site_powers(view.records)
    sites: dict[str, Figure | None] = {power.site: site_power(view, power, 200) for power in powers}
    return sites | {
        "total": total_power(view, powers, fleet_powers(view.records)[1]),
        "duration": duration(powers),
        "flow": flow(view),
        "utilisation": utilisation(view),
        "service": service(view),
        "waiting": waiting(view),
        "generation": generation(view),
        "cost": cost(view),
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("sites", [1, 2, 14])
def test_plotly_accepts_every_figure(lang: str, sites: int) -> None:
    import plotly.graph_objects as go

    for figure in every_figure(synthetic_view(sites=sites)).values():
        if figure is not None:
            go.Figure(in_language(figure, lang))


def test_every_colour_is_declared_for_light_and_dark() -> None:
    style = resources.files("fleetsim.report").joinpath("templates/page.css").read_text(encoding="utf-8")
    light, dark = style.split("prefers-color-scheme: dark", 1)
    used = set(re.findall(r"var\((--[\w-]+)\)", str(every_figure(synthetic_view(sites=14)))))
    assert used
    for colour in used:
        assert f"{colour}:" in light
        assert f"{colour}:" in dark.split("* {")[0], colour


def test_the_marker_stands_at_the_peak_of_the_metrics() -> None:
    view = synthetic_view()
    for power in site_powers(view.records):
        marker = site_power(view, power, 200)["data"][-1]
        assert marker["y"] == [pytest.approx(view.metric("site", power.site, "peak_kw"))]
    total = total_power(view, site_powers(view.records), {})
    assert total is not None
    assert total["data"][-1]["y"] == [pytest.approx(view.run("peak_kw"))]


def test_areas_of_a_site_add_up_to_its_energy() -> None:
    view = synthetic_view()
    for power in site_powers(view.records):
        areas = [trace for trace in site_power(view, power, 200)["data"] if "stackgroup" in trace]
        kwh = sum(unpacked(trace["y"]).sum() for trace in areas) / 4
        assert kwh == pytest.approx(view.metric("site", power.site, "grid_kwh"), rel=1e-5)


def test_small_fleets_are_gathered_and_none_is_lost() -> None:
    view = synthetic_view(sites=14)
    powers = site_powers(view.records)
    fleets_kw = {power.site: power.vehicles_kw for power in powers}
    figure = total_power(view, powers, fleets_kw)
    assert figure is not None
    areas = [trace for trace in figure["data"] if "stackgroup" in trace]
    assert [trace["name"]["en"] for trace in areas[:2]] == ["Buildings and workshop", "Standby of the chargers"]
    assert len(areas) == 2 + len(FLEET_COLOURS)
    kwh = sum(unpacked(trace["y"]).sum() for trace in areas) / 4
    assert kwh == pytest.approx(view.run("grid_kwh"), rel=1e-5)


def test_one_site_needs_no_figure_of_all_sites() -> None:
    view = synthetic_view(sites=1)
    assert total_power(view, site_powers(view.records), {"jinma_day": np.ones(672)}) is None


def test_a_site_without_limit_has_no_limit_line() -> None:
    view = synthetic_view(limited=False)
    power = site_powers(view.records)[0]
    assert not any("dash" in trace.get("line", {}) for trace in site_power(view, power, 200)["data"])


def test_utilisation_is_that_of_the_metrics_best_used_site_first() -> None:
    view = synthetic_view(sites=5)
    figure = utilisation(view)
    assert figure is not None
    by_energy = figure["data"][-1]["x"]
    assert by_energy == sorted(by_energy, reverse=True)
    assert set(by_energy) == {view.metric("site", site, "utilisation_energy") for site in view.subjects("site")}


def test_definitions_and_methods_differ_by_more_than_colour() -> None:
    figures = every_figure(synthetic_view())
    marks = figures["utilisation"]
    lines = figures["generation"]
    bars = figures["service"]
    assert marks
    assert lines
    assert bars
    assert len({trace["marker"]["symbol"] for trace in marks["data"] if "marker" in trace}) == 3
    assert len({trace["line"]["dash"] for trace in lines["data"] if trace.get("yaxis") == "y2"}) == 3
    assert len({trace["marker"]["pattern"]["shape"] for trace in bars["data"] if trace["type"] == "bar"}) == 2


def test_generation_shows_what_the_grid_made() -> None:
    view = synthetic_view()
    figure = generation(view)
    assert figure is not None
    gwh = {
        trace["name"]["en"].lower(): unpacked(trace["y"]).sum() / 4e3
        for trace in figure["data"]
        if "stackgroup" in trace
    }
    assert "nuclear" not in gwh
    for source, value in gwh.items():
        assert value == pytest.approx(view.metric("grid", "yunnan", f"generation_{source}_gwh"), rel=1e-5)


def test_nothing_is_drawn_where_nobody_waited() -> None:
    assert waiting(synthetic_view(queue=False)) is None


def test_energy_by_price_is_all_the_energy() -> None:
    view = synthetic_view(sites=3)
    figure = cost(view)
    assert figure is not None
    assert sum(figure["data"][0]["y"]) == pytest.approx(view.run("grid_kwh"))


def test_many_prices_are_gathered() -> None:
    view = synthetic_view()
    slots = view.records.tables["site_slots"]
    slots["price_cny_per_kwh"] = np.linspace(0.2, 0.9, len(slots["site"]))
    figure = cost(view)
    assert figure is not None
    assert len(figure["data"][0]["x"]) == MOST_PRICES
    assert sum(figure["data"][0]["y"]) == pytest.approx(view.run("grid_kwh"))


def test_a_long_name_is_cut_beside_a_bar() -> None:
    assert shortened({"en": "x" * 80, "zh": "站"}) == {"en": "x" * 25 + "…", "zh": "站"}
