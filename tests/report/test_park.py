"""A depot whose buses serve the building beside it, from the scenario to the page, held against the tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fleetsim import pipeline
from fleetsim.report.balance import balance_lines
from fleetsim.report.figures.flow import flow
from fleetsim.report.figures.power import site_power
from fleetsim.report.page import render
from fleetsim.report.series import site_powers
from fleetsim.results.schema import SOURCES, STOCK_SOURCES
from tests import laws

ROOT = Path(__file__).parents[2]
NAMES = [source for source in STOCK_SOURCES if source != "delivered"]


@cache
def results() -> pipeline.Results:
    return pipeline.simulate(
        pipeline.load(ROOT / "configs" / "kunming_feed_back.yaml", overrides=["days=2", "warmup_days=1"])
    )


def value(scope: str, subject: str, metric: str) -> float:
    return float(results().metrics().loc[(scope, subject, metric), "value"])


def test_by_source_the_loads_less_what_the_buses_fed_are_the_meter_in_every_slot() -> None:
    records = results().records
    laws.check(records)
    tables, first = records.tables, records.clock.report_from_s // 900
    slots, supply, feeds, grid = (tables[name] for name in ("site_slots", "supply_slots", "feed_slots", "grid_slots"))
    made_mw = np.column_stack([grid[f"{source}_mw"] for source in SOURCES])
    metered = (slots["grid_kw"] / 4)[:, None] * made_mw / made_mw.sum(axis=1, keepdims=True)
    taken = (slots["load_kw"] / 4)[:, None] * np.column_stack([supply[f"{name}_share"] for name in NAMES])
    fed = np.zeros(taken.shape)
    mine = feeds["slot_at"] >= records.clock.report_from_s
    kwh = (feeds["fed_back_kw"] / 4)[:, None] * np.column_stack([feeds[f"{name}_share"] for name in NAMES])
    np.add.at(fed, (feeds["slot_at"][mine] // 900).astype(int) - first, kwh[mine])
    assert (taken - fed)[:, : len(SOURCES)] == pytest.approx(metered, abs=1e-9)
    assert (taken - fed)[:, len(SOURCES) :] == pytest.approx(0.0, abs=1e-9)
    assert fed[:, NAMES.index("initial")].sum() > 1.0
    assert slots["grid_kw"].min() >= 0.0


def test_the_metrics_are_sums_of_the_tables() -> None:
    tables = results().records.tables
    sessions, feeds = tables["sessions"], tables["feed_slots"]
    fed_kwh = feeds["fed_back_kw"].sum() / 4
    assert fed_kwh == pytest.approx(sessions["discharged_kwh"].sum())
    assert fed_kwh > 3_000.0
    assert value("run", "run", "fed_back_kwh") == value("site", "park", "fed_back_kwh") == pytest.approx(fed_kwh)
    assert value("run", "run", "cost_cny") == pytest.approx(sessions["cost_cny"].sum() - feeds["cost_cny"].sum())
    assert value("site", "park", "emission_kg") == pytest.approx(sessions["emission_kg"].sum())
    known = 1.0 - sessions["initial_share"]
    clean_kwh = (sessions["clean_share"] * known * sessions["energy_kwh"])[sessions["energy_kwh"] > 1e-6].sum()
    known_kwh = (known * sessions["energy_kwh"]).sum()
    clean_kwh -= np.nansum(feeds["clean_share"] * (1.0 - feeds["initial_share"]) * feeds["fed_back_kw"]) / 4
    known_kwh -= ((1.0 - feeds["initial_share"]) * feeds["fed_back_kw"]).sum() / 4
    assert value("fleet", "commuters", "clean_share") == pytest.approx(clean_kwh / known_kwh)
    assert feeds["initial_share"].max() > 0.5
    kept_kwh = value("run", "run", "energy_kwh") - fed_kwh
    assert value("fleet", "commuters", "cost_cny_per_kwh") == pytest.approx(value("run", "run", "cost_cny") / kept_kwh)


def test_the_figures_show_what_went_round() -> None:
    view, records = results().view(), results().records
    fed_kwh, load_kwh = value("run", "run", "fed_back_kwh"), records.tables["site_slots"]["load_kw"].sum() / 4
    figure = flow(view)
    assert figure is not None
    (sankey,) = figure["data"]
    names = [label["en"] if isinstance(label, dict) else str(label) for label in sankey["node"]["label"]]
    links = {
        (names[source], names[target]): kwh
        for source, target, kwh in zip(*(sankey["link"][name] for name in ("source", "target", "value")), strict=True)
    }
    loads, battery = "taken by the loads of the sites", "stored and there at the start"
    assert sum(kwh for (_, target), kwh in links.items() if target == loads) == pytest.approx(load_kwh, rel=1e-3)
    assert links["fed back to the sites", loads] == pytest.approx(links[battery, "fed back to the sites"], rel=0.02)
    parts = dict(balance_lines(view)[-1].parts_kwh)
    assert parts["balance.fed_back"] == fed_kwh
    assert parts["balance.feed_loss"] == pytest.approx(fed_kwh * (1 / 0.95 - 1))
    assert "balance.rest" not in parts
    (power,) = site_powers(records)
    drawn = [each["name"]["en"] for each in site_power(view, power, 300)["data"] if isinstance(each["name"], dict)]
    assert {"Fed back by vehicles", "At the connection"} <= set(drawn)


@pytest.mark.parametrize(("lang", "said"), [("en", "fed back to the sites"), ("zh", "反向供电")])
def test_the_page_says_so_in_both_languages(lang: str, said: str) -> None:
    page = render(results().view(), lang)  # type: ignore[arg-type]
    assert said in page
