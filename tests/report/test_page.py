"""The page: whole in one file, safe against its data, and true to the metrics."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fleetsim.report.answers import answers
from fleetsim.report.html import script_json
from fleetsim.report.page import render, write_page
from fleetsim.report.tables import SITE_COLUMNS, columns, printed
from fleetsim.report.view import ReportView
from fleetsim.report.words import LANGUAGES, Language
from fleetsim.results.schema import TABLES, complete
from fleetsim.spec import Text
from tests.report.synthetic import synthetic_view

ATTACK = '</script><b>bold & "quoted"</b><img src=x onerror=alert(1)>{{ 7 * 7 }}'


class Outline(HTMLParser):
    """Elements, text outside scripts, and the content of scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data


def outline(view: ReportView, lang: Language = "en") -> Outline:
    parser = Outline()
    parser.feed(render(view, lang))
    return parser


def test_the_page_is_one_file_below_six_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_page(synthetic_view(sites=14), path, "zh")
    assert path.stat().st_size < 6e6
    assert list(tmp_path.iterdir()) == [path]


def test_a_year_of_slots_is_still_below_six_megabytes() -> None:
    assert len(render(synthetic_view(sites=14, days=365), "en").encode()) < 6e6


def test_nothing_is_fetched_from_elsewhere() -> None:
    page = outline(synthetic_view())
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "img", "base", "object"}
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    policy = next(attributes for tag, attributes in page.tags if attributes.get("http-equiv"))
    assert (policy["content"] or "").startswith("default-src 'none'")


def test_plotly_is_there_once() -> None:
    packed = [script for script in outline(synthetic_view()).scripts if script.startswith("H4sI")]
    assert len(packed) == 1
    assert "plotly.js v" in gzip.decompress(base64.b64decode(packed[0])).decode()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_opens_in_the_language_asked_for_and_carries_both(lang: Language) -> None:
    page = outline(synthetic_view(), lang)
    assert next(attributes for tag, attributes in page.tags if tag == "html")["lang"] == lang
    assert "The timetable holds" in page.text
    assert "运营班次有保障" in page.text


def test_markup_in_texts_stays_text() -> None:
    view = synthetic_view(title=Text(en=ATTACK, zh=ATTACK), site_title=ATTACK)
    view = replace(
        view,
        remarks=(ATTACK,),
        notes={ATTACK: ATTACK},
        assumptions=[(ATTACK, ATTACK, ATTACK, ATTACK)],
    )
    plain, attacked = outline(synthetic_view()), outline(view)
    assert len(attacked.scripts) == len(plain.scripts) == 3
    assert not {"b", "img"} & {tag for tag, _ in attacked.tags}
    assert ATTACK in attacked.text
    assert "{{ 7 * 7 }}" in attacked.text
    assert not any("onerror" in attributes for _, attributes in attacked.tags)


def test_markup_reaches_plotly_only_as_text() -> None:
    figures = json.loads(outline(synthetic_view(site_title=ATTACK)).scripts[0])
    names = figures["utilisation"][0]["layout"]["yaxis"]["ticktext"]
    assert all("&lt;/script&gt;" in name["en"] for name in names)
    assert not re.search(r"<(b|img|/script)", json.dumps(figures))


def test_json_in_a_script_cannot_close_it() -> None:
    text = script_json({"a": "</script><!--", "b": float("nan")})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!--", "b": None}


def test_numbers_of_the_page_are_those_of_the_metrics() -> None:
    view = synthetic_view()
    html = render(view, "en")
    for scope in ("run", "fleet", "site", "grid"):
        for name in view.metric_names(scope):
            row = re.search(rf'<tr data-metric="{name}">(.*?)</tr>', scope_part(html, scope), re.S)
            assert row, name
            shown = re.findall(r'<td class="n">(.*?)</td>', row[1])
            assert [cell.replace("&lt;", "<") for cell in shown] == [
                printed(view, scope, subject, name) for subject in view.subjects(scope)
            ]


def scope_part(html: str, scope: str) -> str:
    """The table of all metrics of a scope."""
    headings = {"run": "Whole run", "fleet": "Fleets", "site": "Sites", "grid": "Grid"}
    metrics = html[html.index('id="metrics"') : html.index('id="assumptions"')]
    start = metrics.index(f'<summary><span lang="en">{headings[scope]}')
    return metrics[start : metrics.index("</table>", start)]


def test_the_site_table_shows_the_metrics() -> None:
    view = synthetic_view()
    html = render(view, "en")
    table = html[html.index('id="table-site"') :]
    table = table[: table.index("</table>")]
    shown = re.findall(r'<td class="n">(.*?)</td>', table)
    names = columns(view, "site", SITE_COLUMNS)
    assert shown == [printed(view, "site", site, name) for site in view.subjects("site") for name in names]


def test_each_answer_has_its_number_definition_and_certainty() -> None:
    view = synthetic_view()
    text = outline(view).text
    for answer in answers(view, "en"):
        assert answer.figure in text
        assert answer.certainty in text
        assert all(sentence in text for sentence in answer.sentences)
    assert "Share of duties done in time" in text


def test_every_assumption_is_listed() -> None:
    view = synthetic_view()
    text = outline(view).text
    for assumption in view.assumptions:
        assert all(part in text for part in assumption)


@pytest.mark.parametrize("days", [1, 2, 31])
@pytest.mark.parametrize("sites", [1, 14])
def test_pages_of_any_size_are_made(sites: int, days: int) -> None:
    assert "</html>" in render(synthetic_view(sites=sites, days=days), "en")


def test_a_run_without_any_row_still_has_a_page() -> None:
    view = synthetic_view()
    records = replace(view.records, tables={name: complete(name, {}) for name in TABLES})
    empty = replace(
        view, records=records, metrics=complete("metrics", {}), assumptions=(), notes={}, remarks=(), names={}
    )
    text = outline(empty).text
    assert "There is nothing to draw" in text
    assert "No input of this run is a bare assumption" in text


def test_the_same_view_gives_the_same_bytes() -> None:
    assert render(synthetic_view(), "en") == render(synthetic_view(), "en")
