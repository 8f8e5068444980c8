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


def test_the_page_is_what_the_program_answers(script: ModuleType, root: Path, regenerate: bool) -> None:
    page, path = script.markdown(), root / "docs" / "strategies.md"
    if regenerate:
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page, "run `make docs`"


def test_every_strategy_has_its_words_and_misses_nothing_where_the_depot_is_slack(root: Path) -> None:
    page = (root / "docs" / "strategies.md").read_text(encoding="utf-8")
    assert re.findall(r"^\*\*`(\w+)`\*\*", page, flags=re.MULTILINE) == list(STRATEGIES)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    figures = {(row[0], row[1]): row[2:] for row in rows[1:]}
    assert {name for _, name in figures} >= {f"`{name}`" for name in STRATEGIES}
    assert all(row[-1] == "+0" for (depot, _), row in figures.items() if depot != "tight")


def test_peak_shaving_keeps_its_cap_and_cheapest_and_cleanest_do_what_they_say(root: Path) -> None:
    page = (root / "docs" / "strategies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| slack \| (.*?) \| (\S+) \| \S+ \| (\S+) \| (\S+)% ", page, flags=re.MULTILINE)
    peak_kw, cny_per_kwh, clean = ({name: float(row[n]) for name, *row in rows} for n in range(3))
    assert peak_kw["`peak_shaving`, `peak_kw: 480`"] <= 480 < min(peak_kw[f"`{n}`"] for n in ("immediate", "balanced"))
    assert cny_per_kwh["`cheapest`"] == min(cny_per_kwh.values())
    assert clean["`cleanest`"] == max(clean.values())
