"""The word list: complete in both languages, and nothing in it that no report uses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import fleetsim.browse as browse
import fleetsim.report as report
import fleetsim.study as study
from fleetsim.report.answers import FAILURES, SEARCHES, answers
from fleetsim.report.assumed import GROUPS, TRUST
from fleetsim.report.balance import balance_lines
from fleetsim.report.figures.places import CITIES
from fleetsim.report.metrics import METRICS
from fleetsim.report.page import NOTES
from fleetsim.report.tables import FLEET_COLUMNS, SITE_COLUMNS
from fleetsim.report.words import both, unit_label, word, word_list
from fleetsim.results.schema import ASSET_KINDS, SCOPES, SOURCES
from fleetsim.stress import CASES, NO_SUN
from fleetsim.study.knobs import DIALS
from tests.report.synthetic import synthetic_view

FOLDERS = [Path(package.__file__).parent for package in (report, browse, study)]
FAMILIES = {
    "source": (*SOURCES, "site_solar", "initial"),
    "group": GROUPS,
    "note": NOTES,
    "table.scope": SCOPES,
    "table": ("sites", "fleets"),
    "column": ("site", "fleet"),
    "short": tuple(dict.fromkeys((*SITE_COLUMNS, *FLEET_COLUMNS))),
    "answer": ("service", "chargers", "chargers_hydrogen", "clean", "clean_hydrogen", "cost", "load"),
    "figure": (
        "power_total",
        "duration",
        "assets",
        "network_supply",
        "utilisation",
        "service",
        "hydrogen",
        "packs",
        "waiting",
        "generation",
        "flow",
        "cost",
        "occupancy",
        "heat",
        "levels",
        "places",
    ),
    "caption": ("duration", "network_supply", "flow", "occupancy", "heat", "levels", "places"),
    "contents": ("operators", "planners", "clean", "figures_and_inputs"),
    "city": CITIES,
    "asset_kind": ASSET_KINDS,
    "site_kind": ("depot", "public_station", "terminal", "swap_station", "hydrogen_station"),
    "load": ("vehicles", "base", "standby", "hydrogen", "storage"),
    "by": ("energy", "plugged", "charging"),
    "share": ("production", "consumption", "dedicated"),
    "status": ("late", "cancelled", "unfinished"),
    **dict.fromkeys(("store", "level", "place"), ("power", "hydrogen", "either")),
    "statement.fleet": ("vehicles", "distance", "running", "fuel_running", "saved", "avoided", "payback"),
    "statement.site": ("chargers", "ratio", "sold", "revenue", "demand", "investment", "payback"),
    "browse.status": ("done", "failed", "running"),
    "browse.refused": ("403", "404", "other"),
    "more": ("site", "fleet"),
    "axis": (),
    "peaks": (
        *("asset", "case", "loading", "margin", "heavy_h", "overload_h", "voltage", "at", "fleets"),
        *("remedy", "sites", "cost", "removed", "per_million"),
    ),
    "rests": tuple(TRUST),
    "sizing.knob": tuple(DIALS),
    "sizing.head": (*DIALS, "bill", "spared"),
    "sizing": ("cost", "share", "low", "weeks"),
    "reason": (*FAILURES, *SEARCHES),
    "peaks.case": (*CASES, NO_SUN),
    "compare": (
        *("best", "worse", "most", "unclear", "unclear_one", "same"),
        *("mean", "difference", "low", "high", "seeds"),
    ),
    "compare.left": ("failed", "horizon", "program", "seed"),
    "peaks.remedy": ("transformer", "cable", "tie", "unit", "battery", "spread"),
}
"""Keys that the code puts together, by what stands before the last dot."""


def sources() -> str:
    files = [file for folder in FOLDERS for file in (*folder.rglob("*.py"), *folder.glob("templates/*"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if "metrics" not in path.parts)


def composed() -> set[str]:
    return {f"{family}.{member}" for family, members in FAMILIES.items() for member in members}


def texts() -> Iterable[tuple[str, str, str]]:
    for key, text in word_list().words.items():
        yield key, text.en, text.zh
    for name, metric in word_list().metrics.items():
        yield name, metric.name.en, metric.name.zh
        yield f"{name} (definition)", metric.definition.en, metric.definition.zh


def test_the_list_describes_the_metrics_that_are_computed_and_in_their_units() -> None:
    described = {name: metric.unit for name, metric in word_list().metrics.items()}
    assert {metric.name: metric.unit for metric in METRICS} == described


def test_both_languages_fill_in_the_same_values() -> None:
    for key, text in word_list().words.items():
        en, zh = ({name for _, name, _, _ in Formatter().parse(words) if name} for words in (text.en, text.zh))
        assert en == zh, key


def test_chinese_is_chinese_and_english_is_not() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    same = {"nothing", "balance_equation", "balance_part"}
    for key, en, zh in texts():
        assert not han.search(en), key
        assert han.search(zh) or key in same, key
        assert en.strip(), key


def test_every_key_in_the_list_is_used() -> None:
    written = sources()
    known = composed()
    unused = [
        key
        for key in word_list().words
        if key not in known and not re.search(rf"""["']{re.escape(key)}["']""", written)
    ]
    assert not unused


def test_every_key_that_is_used_is_in_the_list() -> None:
    asked = set(re.findall(r"""\b(?:w|word|words|both)\(\s*["']([\w.]+)["']\s*[,)]""", sources()))
    assert len(asked) > 50
    assert not (asked | composed()) - word_list().words.keys()


def test_keys_behind_answers_and_balance_are_in_the_list() -> None:
    view = synthetic_view()
    for line in balance_lines(view):
        assert {line.key, *(key for key, _ in line.parts_kwh)} <= word_list().words.keys()
    assert {metric for answer in answers(view, "en") for metric in answer.metrics} <= word_list().metrics.keys()


def test_every_unit_in_the_list_belongs_to_a_metric() -> None:
    assert {metric.unit for metric in word_list().metrics.values()} == word_list().units.keys()


def test_an_unknown_unit_stands_for_itself() -> None:
    assert unit_label("furlong", "zh") == "furlong"


def test_a_sentence_is_filled_in_both_languages() -> None:
    assert both("day_count", days="7").zh == "统计 7 天"
    assert word("day_count", "en", days="7") == "7 days reported"
