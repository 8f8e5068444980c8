"""A scenario full of markup, quotes and path tricks, from its file to the page and the server: text, and no more."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from fleetsim.browse.application import application
from fleetsim.cli import main

HOSTILE = """"><script>attack()</script><img src=x onerror=attack()>'`{{ 7 * 7 }}${1}../../../etc/passwd"""
FILE = """"><img src=x onerror=attack()> '$(touch x)' {{7*7}}..yaml"""


@pytest.fixture
def results(edited: Callable[..., Path], tmp_path: Path) -> Path:
    """The results of a scenario whose title, sites, fleets, sources and file have hostile names."""
    scenario = edited("days: 7", "days: 1")
    content = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    text = {"en": HOSTILE, "zh": HOSTILE}
    content["title"] = content["sites"]["east"]["title"] = content["fleets"]["line_1"]["title"] = text
    content["sites"]["east"]["sources"]["connection_kw"]["source"] = HOSTILE
    content["warmup_days"] = 1
    file = scenario.with_name(FILE)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    folder = tmp_path / "results"
    ran = CliRunner().invoke(main, ["run", str(file), "--results", str(folder)])
    assert ran.exit_code == 0, ran.output
    assert HOSTILE in ran.output.replace("\n", "")
    return folder


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def harmless(text: str) -> bool:
    """Whether no name has become an element or an attribute."""
    elements = Elements(text).found
    return not any(tag in {"img", "b"} or "onerror" in attributes for tag, attributes in elements)


def test_hostile_names_are_text_in_the_page_and_in_the_server(results: Path, tmp_path: Path) -> None:
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results", "workspace"]
    (run,) = (path for path in results.iterdir() if path.is_dir())
    assert run.name.startswith("depot-")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert harmless(page)
    assert sum(tag == "script" for tag, _ in Elements(page).found) == 3
    assert page.count(str(escape(HOSTILE).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"))) > 5
    client = application(results).test_client()
    for path in ("/en/", f"/zh/runs/{run.name}?scope=site", f"/en/compare?run={run.name}&scope=fleet"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert harmless(answer.text)
        assert "script" not in {tag for tag, _ in Elements(answer.text).found}
