"""The pages of docs/scenarios say what the program says, and what they tell to type runs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from fleetsim import pipeline
from fleetsim.cli import main
from fleetsim.study.plan import load_plan
from tests.conftest import ROOT

TEMPLATES = sorted((ROOT / "docs" / "_scenarios").glob("*.md"))
PAGES = ROOT / "docs" / "scenarios"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/_scenarios/write.py."""
    spec = importlib.util.spec_from_file_location("write_scenarios", ROOT / "docs" / "_scenarios" / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.stem)
def test_every_run_of_a_page_is_a_scenario_without_faults(template: Path, script: ModuleType) -> None:
    text = (PAGES / template.name).read_text(encoding="utf-8")
    runs = script.commands(text)
    assert len(runs) == len(re.findall(r"^fleetsim run ", text, flags=re.MULTILINE)) >= 2
    assert runs == script.commands(template.read_text(encoding="utf-8"))
    for command in runs.values():
        file, overrides = script.scenario_of(command)
        pipeline.load(ROOT / file, overrides=overrides)
        assert CliRunner().invoke(main, ["check", str(ROOT / file)]).exit_code == 0
    for study in re.findall(r"^fleetsim batch (\S+)", text, flags=re.MULTILINE):
        assert len(load_plan(ROOT / study).configurations) > 1


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.stem)
def test_a_page_is_its_template_with_every_figure_filled_in(template: Path, script: ModuleType) -> None:
    text, page = (file.read_text(encoding="utf-8") for file in (template, PAGES / template.name))
    title, _, rest = text.partition("\n")
    parts = re.split(rf"{script.FIGURE.pattern}|{script.TABLE.pattern}", rest, flags=re.MULTILINE)
    words = parts[:: 1 + script.FIGURE.groups + script.TABLE.groups]
    assert len(words) > 2
    assert re.fullmatch(re.escape(f"{title}\n\n{script.NOTE}") + "(?s:.+?)".join(map(re.escape, words)), page)
    assert not re.search(r"\{\w+[: ]", page)


@pytest.mark.parametrize("name", ["kunming_mismatch", "kunming_terminals"])
def test_a_page_is_what_the_program_answers(name: str, script: ModuleType) -> None:
    assert script.page(name) == (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_chargers_stand_idle_while_vehicles_wait_until_siting_or_strategy_halves_it(script: ModuleType) -> None:
    """The same chargers, cars and work: all waiting is mismatch, and either remedy takes away more than half."""
    text = (PAGES / "kunming_mismatch.md").read_text(encoding="utf-8")
    found = {name: script.figures(command) for name, command in script.commands(text).items()}
    of_run = {name: {metric: value for (who, metric), (value, _) in all_.items() if who == "run"}
              for name, all_ in found.items()}  # fmt: skip
    before = of_run.pop("as_it_is")
    assert before["mismatch_h"] > max(20.0, 0.9 * before["waited_h"])
    assert before["idle_charger_h"] > before["chargers"] * 24
    assert set(of_run) == {"siting", "strategy"}
    for after in of_run.values():
        assert after["chargers"] == before["chargers"]
        assert after["vehicles"] == before["vehicles"]
        assert after["mismatch_h"] < before["mismatch_h"] / 2
        assert after["waited_h"] < before["waited_h"] / 2


def test_packs_that_wait_for_a_price_cost_nobody_time_where_the_floor_is_high() -> None:
    """What the page of the taxis says of its table of strategies."""
    text = (PAGES / "kunming_taxis.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| `(\w+)` \| `stock_share: ([\d.]+)` \| (.*) \|$", text, flags=re.MULTILINE)
    rows = {(name, float(floor)): [cell.split()[0] for cell in rest.split(" | ")] for name, floor, rest in cells}
    at_once = rows.pop(("immediate", 0.5))
    assert {strategy for strategy, _ in rows} >= {"valley", "cheapest", "cleanest", "staggered", "balanced"}
    for (_, floor), row in rows.items():
        assert (row[3:] == at_once[3:]) == (floor == 0.9)
        assert float(row[1]) < float(at_once[1])
    assert rows["cheapest", 0.9][1] == min(row[1] for (_, floor), row in rows.items() if floor == 0.9)
