"""The pages on one's own depot do what they say, command by command."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from fleetsim.cli import main

BLOCK = re.compile(r"^```(sh|text|csv) ?(\S*)\n(.*?)^```$", flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", ["your_depot.md", "zh/your_depot.md"])
def test_every_command_gives_the_answer_that_the_page_prints(
    page: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((root / "docs" / page).read_text(encoding="utf-8"))
    assert [kind for kind, _, _ in blocks] == [
        "sh",
        "sh",
        "text",
        "sh",
        "text",
        *(["csv", "csv", "sh", "text"] * 2),
        "sh",
    ]
    said = ""
    for kind, name, text in blocks:
        if kind == "csv":
            (tmp_path / "my_city" / "profiles" / "my_depot" / name).write_text(text, encoding="utf-8")
        elif kind == "text":
            for line in text.splitlines():
                assert _dense(line) in said, line
        else:
            said = _dense("".join(_run(command) for command in text.splitlines()))


def _run(command: str) -> str:
    result = CliRunner().invoke(main, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    return result.output


def _dense(text: str) -> str:
    """Text without the breaks that the width of a page puts in."""
    return re.sub(r"\s+", "", text)
