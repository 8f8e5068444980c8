"""The pages for newcomers and for each audience: every command runs, every answer printed is the program's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from fleetsim.cli import main
from fleetsim.workspace import init
from tests.conftest import ROOT

PAGES = (
    "start.md",
    "zh/start.md",
    "operators.md",
    "zh/operators.md",
    "planners.md",
    "zh/planners.md",
    "tutorial.md",
    "zh/tutorial.md",
    "researchers.md",
    "zh/researchers.md",
)
BLOCK = re.compile(r"^```(sh|text|python)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)
NOT_TO_BE_RUN = ("make", "serve")
"""What other tests run, and what does not end."""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all pages: what one page has run, another finds."""
    folder = tmp_path_factory.mktemp("guide") / "workspace"
    init(folder)
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed_from_top_to_bottom(
    page: str, workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(workspace)
    said, runs = "", 0
    for kind, text in BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8")):
        if kind == "text":
            for line in text.splitlines():
                assert _dense(line) in said, line
        elif kind == "python":
            exec(text, {})
            assert capsys.readouterr().out
        else:
            commands = [shlex.split(line) for line in text.splitlines()]
            outputs = [_run(words) for words in commands if not set(words) & set(NOT_TO_BE_RUN)]
            said, runs = _dense("".join(outputs)), runs + len(outputs)
    assert runs


def _run(words: list[str]) -> str:
    assert words[0] == ".venv/bin/fleetsim"
    result = CliRunner().invoke(main, words[1:])
    assert result.exit_code == 0, result.output
    return result.output


def _dense(text: str) -> str:
    """Text without the breaks that the width of a page puts in."""
    return re.sub(r"\s+", "", text)
