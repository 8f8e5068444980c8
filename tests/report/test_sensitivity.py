"""What the indices of a study say, in text and on the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fleetsim.comparison.indices import Index, Sensitivity
from fleetsim.report.sensitivity import sensitivity_text
from fleetsim.report.sensitivity_page import write_sensitivity_page
from tests.report.test_page_in_browser import PHONE, OpenPage, browser, pytestmark

__all__ = ["browser", "pytestmark"]
HOSTILE = "</script><b>bold</b><img src=x onerror=alert(1)>"
FEW = Index("base", "peak_kw", "kW", "sites.a.chargers.0.count", 0.1, 0.05, 0.15, 0.2, 0.15, 0.25)
MUCH = Index("base", "peak_kw", "kW", "sites.a.connection_kw", 0.7, 0.6, 0.75, 0.8, 0.7, 0.9)
FOUND = Sensitivity("made", 256, 64, (FEW, MUCH), ("unmet_kwh",), 0.95)


def test_the_input_that_moves_most_is_told_first_and_the_table_is_ordered() -> None:
    said = sensitivity_text(FOUND, "en", 200).replace("\u00a0", " ")
    assert "moved most by sites.a.connection_kw: 80 % of its variance in all (interval 70 % to 90 %), 70 %" in said
    assert "The same in all runs: Unmet charging." in said
    first, second = [line.split() for line in said.splitlines() if line.startswith(("connection_kw", "count"))]
    assert first == ["connection_kw", "0.700", "0.600", "0.750", "0.800", "0.700", "0.900"]
    assert second[0] == "count"
    assert "总效应占方差的 80%" in sensitivity_text(FOUND, "zh")


def test_few_samples_are_said_to_be_rough() -> None:
    assert "Only" not in sensitivity_text(FOUND, "en")
    assert "Only 8 samples" in sensitivity_text(replace(FOUND, samples=8), "en")


def test_variants_are_told_apart() -> None:
    other = replace(MUCH, variant="valley")
    said = sensitivity_text(replace(FOUND, indices=(FEW, MUCH, other)), "en")
    assert "Peak power (base) is moved most" in said
    assert "Peak power (valley) is moved most" in said


class OpenIndices(OpenPage):
    """The page of the indices that the browser shows."""

    def __init__(self, driver: Any, shown: Sensitivity, folder: Path) -> None:
        path = folder / "indices.html"
        write_sensitivity_page(shown, path, "en")
        self.show(driver, path, PHONE)


def test_the_page_draws_the_indices_and_runs_no_markup(browser: Any, tmp_path: Path) -> None:
    shown = replace(FOUND, study=HOSTILE, indices=(replace(FEW, key=f"sites.{HOSTILE}"), MUCH))
    page = OpenIndices(browser, shown, tmp_path)
    assert page.undrawn() == []
    first, total = page.ask("document.getElementById('plot-indices_0').data")
    assert (first["x"], total["x"]) == ([0.7, 0.1], [0.8, 0.2])
    assert total["error_x"]["array"] == pytest.approx([0.1, 0.05])
    assert total["error_x"]["arrayminus"] == pytest.approx([0.1, 0.05])
    page.switch("zh")
    assert "影响最大" in page.visible_text()
    assert "总指数" in page.ask("document.querySelector('#plot-indices_0 .legend').textContent")
    assert page.ask("document.documentElement.scrollWidth") <= PHONE[0]
    assert page.ask("document.querySelectorAll('b, img').length") == 0
    assert page.errors() == []
