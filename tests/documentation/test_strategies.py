"""The page of the strategies says what the program answers, and what it claims of them holds in that answer."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from fleetsim.charging.strategies import STRATEGIES


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/_validation/strategies.py."""
    file = Path(__file__).parents[2] / "docs" / "_validation" / "strategies.py"
    spec = importlib.util.spec_from_file_location("compare_strategies", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pages_are_what_the_program_answers(script: ModuleType, root: Path, regenerate: bool) -> None:
    paths = {"en": root / "docs" / "strategies.md", "zh": root / "docs" / "zh" / "strategies.md"}
    for language, page in script.pages().items():
        if regenerate:
            paths[language].write_text(page, encoding="utf-8")
        assert paths[language].read_text(encoding="utf-8") == page, "run `make docs`"


def test_every_strategy_has_its_words_and_misses_nothing_where_the_depot_is_slack(root: Path) -> None:
    chinese = (root / "docs" / "zh" / "strategies.md").read_text(encoding="utf-8")
    page = (root / "docs" / "strategies.md").read_text(encoding="utf-8")
    for text in (page, chinese):
        assert re.findall(r"^\*\*`(\w+)`\*\*", text, flags=re.MULTILINE) == list(STRATEGIES)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    figures = {(row[0], row[1]): row[2:] for row in rows[1:]}
    assert {name for _, name in figures} >= {f"`{name}`" for name in STRATEGIES}
    assert all(row[-1] == "+0" for (depot, _), row in figures.items() if depot != "tight")


def figures(root: Path, depot: str) -> list[dict[str, float]]:
    """Peak, energy fed back, bill and clean share by strategy."""
    page = (root / "docs" / "strategies.md").read_text(encoding="utf-8")
    rows = re.findall(
        rf"^\| {depot} \| (.*?) \| (\S+) \| \S+ \| (\S+) \| (\S+) \| (\S+)% ", page.replace(",", ""), flags=re.MULTILINE
    )
    return [{name: float(row[n]) for name, *row in rows} for n in range(4)]


def test_peak_shaving_keeps_its_cap_and_cheapest_and_cleanest_do_what_they_say(root: Path) -> None:
    peak_kw, fed_kwh, bill_cny, clean = figures(root, "slack")
    assert peak_kw["`peak_shaving` `peak_kw: 480`"] <= 480 < min(peak_kw[f"`{n}`"] for n in ("immediate", "balanced"))
    assert bill_cny["`cheapest`"] == min(bill for name, bill in bill_cny.items() if not fed_kwh[name])
    assert clean["`cleanest`"] == max(clean.values())


def test_vehicles_that_feed_back_lower_the_bill_or_the_peak(root: Path) -> None:
    peak_kw, fed_kwh, bill_cny, _ = figures(root, "park")
    both_ways, capped = "`bidirectional`", "`bidirectional` `peak_kw: 250`"
    assert {name for name, kwh in fed_kwh.items() if kwh} == {both_ways, capped}
    assert bill_cny[both_ways] == min(bill_cny.values())
    assert bill_cny[both_ways] < 0.95 * bill_cny["`cheapest`"]
    assert peak_kw[capped] < 300 < min(kw for name, kw in peak_kw.items() if name != capped)
