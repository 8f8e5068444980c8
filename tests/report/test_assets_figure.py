"""The figure of assets by margin, on a day of Lijiang."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fleetsim import pipeline
from fleetsim.report.captions import captions
from fleetsim.report.figures.assets import assets, by_margin
from fleetsim.report.figures.drawing import MOST_ROWS
from fleetsim.report.page import render
from fleetsim.report.series import site_powers
from fleetsim.report.view import ReportView
from tests.conftest import ROOT
from tests.report.synthetic import synthetic_view


@pytest.fixture(scope="module")
def view() -> ReportView:
    scenario = pipeline.load(ROOT / "configs" / "lijiang_buses.yaml", overrides=["days=1", "warmup_days=0"])
    records = pipeline.simulate(scenario).records
    return replace(synthetic_view(), records=records, metrics=records.tables["metrics"])


def test_every_asset_that_carries_a_site_has_a_mark_least_margin_first(view: ReportView) -> None:
    figure = assets(view)
    assert figure is not None
    marks = sorted(
        (row, loading) for trace in figure["data"] for row, loading in zip(trace["y"], trace["x"], strict=True)
    )
    shown = by_margin(view)[:MOST_ROWS]
    assert [row for row, _ in marks] == list(range(len(shown)))
    loadings = [loading for _, loading in marks]
    assert loadings == sorted(loadings, reverse=True)
    expected = [view.metric("asset", name, "peak_loading") for name in shown]
    assert loadings == pytest.approx(expected, abs=1e-4)


def test_what_is_made_up_is_marked_and_heavy_load_has_its_line(view: ReportView) -> None:
    figure = assets(view)
    assert figure is not None
    table = view.records.tables["assets"]
    made_up = dict(zip(table["asset"], table["synthetic"], strict=True))
    starred = [name["en"].startswith("* ") for name in figure["layout"]["yaxis"]["ticktext"]]
    assert starred == [made_up[name] for name in by_margin(view)[:MOST_ROWS]]
    assert any(starred)
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [0.8, 1.0]


def test_the_caption_counts_heavy_load_in_both_languages(view: ReportView) -> None:
    heavy = sum(view.metric("asset", name, "peak_loading") > 0.8 for name in by_margin(view))
    said = captions(view, site_powers(view.records))["assets"]
    assert f"{heavy} of {len(by_margin(view))} above 80 %" in said.en
    assert "SYNTHETIC" in said.en
    assert "虚构" in said.zh


def test_the_page_has_the_figure_among_the_planners_and_leaves_it_out_without_a_network(view: ReportView) -> None:
    assert 'id="plot-assets"' in render(view, "en")
    without = synthetic_view()
    assert assets(without) is None or without.subjects("asset")
