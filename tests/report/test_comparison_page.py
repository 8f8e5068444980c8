"""The page of a comparison in a real browser: drawn, in both languages, its figures those of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fleetsim.comparison.differences import Comparison
from fleetsim.report.comparison_page import comparison_page, write_comparison_page
from fleetsim.spec import Text
from tests.report.test_comparison import alternative, comparison, difference
from tests.report.test_page_in_browser import DESKTOP, PHONE, OpenPage, browser, pytestmark

__all__ = ["browser", "pytestmark"]
HOSTILE = '</script>"><img src=x onerror="window.attacked=1"><b>{}</b>\'`${{1}}../../'
SEEDS = range(1, 5)


def values(metric: str, count: int, seed: int) -> float:
    """Something that differs between configurations and seeds."""
    return {"peak_kw": 100.0 * count + 7 * seed, "service_level": 0.9 + 0.01 * count - 0.002 * seed}[metric]


def study(labels: Sequence[str] = ("few", "some", "many")) -> Comparison:
    """A study of chargers: the first configuration is the baseline."""
    differences = [
        difference(
            metric,
            unit,
            [values(metric, 0, seed) for seed in SEEDS],
            [values(metric, count, seed) * (1 + 0.001 * (seed % 2) * count) for seed in SEEDS],
            labels[count],
        )
        for metric, unit in (("peak_kw", "kW"), ("service_level", "share"))
        for count in range(1, len(labels))
    ]
    every = tuple(alternative(label, count, SEEDS) for count, label in enumerate(labels))
    return replace(comparison(*differences), alternatives=every)


class OpenComparison(OpenPage):
    """The page of a comparison that the browser shows."""

    def __init__(self, driver: Any, shown: Comparison, folder: Path, size: tuple[int, int]) -> None:
        path = folder / "comparison.html"
        write_comparison_page(shown, path, "en")
        self.show(driver, path, size)


@pytest.fixture(scope="module")
def page(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenComparison]:
    return OpenComparison(browser, study(), tmp_path_factory.mktemp("page"), DESKTOP)


def test_every_figure_is_drawn_without_an_error(page: OpenComparison) -> None:
    assert page.ask("document.querySelectorAll('.plot').length") == 5  # all together, and two for each metric
    assert page.undrawn() == []
    assert page.errors() == []


def test_the_figures_are_the_differences_and_their_intervals(page: OpenComparison) -> None:
    shown = study()
    drawn = {one.metric: page.ask(f"document.getElementById('plot-difference_{number}').data.at(-1)")
             for number, one in enumerate(every[0] for every in shown.by_metric().values())}  # fmt: skip
    for (_, metric), every in shown.by_metric().items():
        scale = 100 if metric == "service_level" else 1
        assert drawn[metric]["y"] == [one.label for one in every]
        assert drawn[metric]["x"] == pytest.approx([scale * one.difference for one in every])
        own = [scale * (np.array(one.values) - np.array(one.baseline)) for one in every]
        widths = [3.182446305284263 * each.std(ddof=1) / 2 for each in own]  # t(0.975, 3), four seeds
        assert drawn[metric]["error_x"]["array"] == pytest.approx(widths)


def test_the_line_over_what_is_varied_goes_through_the_means(page: OpenComparison) -> None:
    line = page.ask("document.getElementById('plot-along_0').data[0]")
    assert line["x"] == [0, 1, 2]
    assert line["y"][0] == pytest.approx(np.mean([values("peak_kw", 0, seed) for seed in SEEDS]))


def test_the_switch_changes_text_and_figures(page: OpenComparison) -> None:
    assert "is best" in page.visible_text()
    page.switch("zh")
    assert "最优" in page.visible_text()
    assert "is best" not in page.visible_text()
    assert "差值" in page.ask("document.querySelector('#plot-difference_0 .xtitle').textContent")
    page.switch("en")
    assert page.errors() == []


def test_paper_gets_plots_of_its_own_width(page: OpenComparison) -> None:
    page.ask("window.dispatchEvent(new Event('beforeprint'))")
    assert page.ask("document.querySelector('#plot-overview svg').getBoundingClientRect().width") < 700
    page.ask("window.dispatchEvent(new Event('afterprint'))")


def test_a_phone_needs_no_sideways_scrolling_and_markup_runs_nowhere(browser: Any, tmp_path: Path) -> None:
    labels = [HOSTILE.format(number) for number in range(3)]
    shown = OpenComparison(browser, replace(study(labels), study=HOSTILE.format("study")), tmp_path, PHONE)
    shown.ask("document.querySelectorAll('details').forEach((entry) => { entry.open = true; })")
    shown.switch("zh")
    assert shown.ask("document.documentElement.scrollWidth") <= PHONE[0]
    assert shown.ask("document.querySelectorAll('b, img').length") == 0
    assert shown.ask("window.attacked === undefined")
    assert labels[1] in shown.visible_text()
    assert shown.undrawn() == []
    assert shown.errors() == []


def test_of_many_configurations_the_table_has_all_and_the_figure_those_that_differ_most() -> None:
    labels = [f"number {number}" for number in range(60)]
    text = comparison_page(study(labels), "en")
    figures = json.loads(text.split('id="figures">')[1].split("</script>")[0])
    assert "overview" not in figures
    assert len(figures["difference_0"][0]["data"][1]["y"]) == 24
    assert all(f'<th scope="row">{label}</th>' in text for label in labels[1:])


def test_a_study_that_asks_something_is_titled_by_it_and_its_name_follows() -> None:
    asked = Text(en="Do more <chargers> help?", zh="充电桩越多越好吗？")
    text = comparison_page(replace(study(), study="chargers", title=asked), "en")
    heading = text.split("<h1>")[1].split("</h1>")[0]
    assert "Do more &lt;chargers&gt; help?" in heading
    assert "充电桩越多越好吗？" in heading
    assert "chargers: 2 configurations" not in heading
    assert "Study chargers: 2 configurations beside few" in text
    assert "<title>充电桩越多越好吗？</title>" in comparison_page(replace(study(), title=asked), "zh")
    without = comparison_page(replace(study(), study="chargers"), "en")
    assert "Study chargers: 2 configurations beside few" in without.split("<h1>")[1].split("</h1>")[0]
