"""The pages of docs/scenarios say what the program says, and what they tell to type runs."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from fleetsim import pipeline
from fleetsim.cli import main
from fleetsim.report.metrics.definitions import METRICS
from fleetsim.report.numerals import quantity
from fleetsim.report.words import LANGUAGES, Language
from fleetsim.study.plan import load_plan
from tests.conftest import ROOT

NAMES = sorted(file.stem for file in (ROOT / "docs" / "_scenarios").glob("*.md"))
PAGES: dict[Language, Path] = {"en": ROOT / "docs" / "scenarios", "zh": ROOT / "docs" / "zh" / "scenarios"}


def page_of(name: str, language: Language = "en") -> str:
    return (PAGES[language] / f"{name}.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/_scenarios/write.py."""
    spec = importlib.util.spec_from_file_location("write_scenarios", ROOT / "docs" / "_scenarios" / "write.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_every_run_of_a_page_is_a_scenario_without_faults(name: str, script: ModuleType) -> None:
    text = page_of(name)
    runs = script.commands(text)
    assert len(runs) == len(re.findall(r"^fleetsim run ", text, flags=re.MULTILINE)) >= 2
    assert runs == script.commands(script.template(name, "en")) == script.commands(page_of(name, "zh"))
    for command in runs.values():
        file, overrides = script.scenario_of(command)
        pipeline.load(ROOT / file, overrides=overrides)
        assert CliRunner().invoke(main, ["check", str(ROOT / file)]).exit_code == 0
    for study in re.findall(r"^fleetsim batch (\S+)", text, flags=re.MULTILINE):
        assert len(load_plan(ROOT / study).configurations) > 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_its_template_with_every_figure_filled_in(name: str, language: Language, script: ModuleType) -> None:
    text, page = script.template(name, language), page_of(name, language)
    title, _, rest = text.partition("\n")
    parts = re.split(rf"{script.FIGURE.pattern}|{script.TABLE.pattern}", rest, flags=re.MULTILINE)
    words = parts[:: 1 + script.FIGURE.groups + script.TABLE.groups]
    assert len(words) > 2
    head = re.escape(script.head(title, name, language) + "\n")
    assert re.fullmatch(head + "(?s:.+?)".join(map(re.escape, words)), page)
    assert not re.search(r"\{\w+[: ]", page)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_tells_the_same_figures_in_both_languages(name: str, script: ModuleType) -> None:
    """Each figure of the English words stands in the Chinese, and the other way round, and the tables are the same."""
    english, chinese = (script.template(name, language) for language in LANGUAGES)
    assert set(script.FIGURE.findall(english)) == set(script.FIGURE.findall(chinese))
    assert script.TABLE.findall(english) == script.TABLE.findall(chinese)
    rows = [re.findall(r"^\|.*`\) \| (.*) \|$", page_of(name, language), re.MULTILINE) for language in LANGUAGES]
    assert len(rows[0]) == len(rows[1]) > 0
    for row, same in zip(*rows, strict=True):
        assert [re.findall(r"-?[\d,.]+", cell) for cell in row.replace("−", "-").split(" | ")] == [
            re.findall(r"-?[\d,.]+", cell) for cell in same.replace("−", "-").split(" | ")
        ]


def agreed_on(command: str, script: ModuleType) -> dict[tuple[str, str], str]:
    """Figures of a run that is a scenario as it is shipped, as the golden tests hold them; none of any other run."""
    file, overrides = script.scenario_of(command)
    golden = ROOT / "tests" / "golden" / f"{Path(file).stem}.json"
    if overrides or not golden.exists():
        return {}
    units = {metric.name: metric.unit for metric in METRICS}
    return {
        (subject, metric): quantity(float("nan") if value is None else value, units[metric], "en")
        for name, value in json.loads(golden.read_text(encoding="utf-8")).items()
        for _, subject, metric in [name.split("/")]
    }


@pytest.mark.parametrize("name", NAMES)
def test_figures_of_scenarios_as_they_are_shipped_are_those_that_were_agreed_on(name: str, script: ModuleType) -> None:
    text, page = script.template(name, "en"), page_of(name)
    known = {run: agreed_on(command, script) for run, command in script.commands(text).items()}
    assert any(known.values())
    pattern, at = "", 0
    for found in script.FIGURE.finditer(text):
        figure = known.get(found[1], {}).get((found[2], found[3]))
        pattern += re.escape(text[at : found.start()]) + (".+?" if figure is None else re.escape(figure))
        at = found.end()
    body = (pattern + re.escape(text[at:])).partition("\\\n")[2]
    anything = re.sub(r"^\\{(?:table|study)\\ .*\\}\\$", "(?s:.+?)", body, flags=re.MULTILINE)
    assert re.search(anything, page)
    compared, columns = 0, list[str]()
    for row in re.findall(r"^\| .* \|$", page, flags=re.MULTILINE):
        cells = row[2:-2].split(" | ")
        label = re.search(r"\(`(\w+)`, `(\w+)`\)$", cells[0])
        if label is None:
            columns = row[4:-2].split(" | ")
            columns = columns if set(columns) <= known.keys() else []
            continue
        for run, cell in zip(columns, cells[1:], strict=True):
            expected = known[run].get((label[1], label[2]), cell if not known[run] else "-")
            assert cell == expected or label[1] == "statement", (run, label[0], cell, expected)
            compared += bool(known[run])
    assert compared


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kunming_taxis"])
def test_a_page_is_what_the_program_answers(name: str, script: ModuleType) -> None:
    assert script.pages(name) == {language: page_of(name, language) for language in LANGUAGES}


def test_chargers_stand_idle_while_vehicles_wait_until_siting_or_strategy_halves_it(script: ModuleType) -> None:
    """The same chargers, cars and work: all waiting is mismatch, and either remedy takes away more than half."""
    text = page_of("kunming_mismatch")
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
    text = page_of("kunming_taxis")
    cells = re.findall(r"^\| `(\w+)` \| `stock_share: ([\d.]+)` \| (.*) \|$", text, flags=re.MULTILINE)
    rows = {(name, float(floor)): [cell.split()[0] for cell in rest.split(" | ")] for name, floor, rest in cells}
    at_once = rows.pop(("immediate", 0.5))
    assert {strategy for strategy, _ in rows} >= {"valley", "cheapest", "cleanest", "staggered", "balanced"}
    for (_, floor), row in rows.items():
        assert (row[3:] == at_once[3:]) == (floor == 0.9)
        assert float(row[1]) < float(at_once[1])
    assert rows["cheapest", 0.9][1] == min(row[1] for (_, floor), row in rows.items() if floor == 0.9)
