"""The pages on sizing hold what their words say and name everything that may be varied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleetsim.cli.group import COMMANDS
from fleetsim.report.words import word
from fleetsim.study.knobs import DIALS


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_made_of_its_words(root: Path, lang: str) -> None:
    """Every line of the words without a figure stands in the page; the rest is written by the script."""
    text = (root / "docs" / ("sizing.md" if lang == "en" else "zh/sizing.md")).read_text(encoding="utf-8")
    words = (root / "docs" / "_validation" / f"sizing_{lang}.md").read_text(encoding="utf-8")
    missing = [line for line in words.splitlines() if "{" not in line and line not in text]
    assert not missing, "run python docs/_validation/sizing.py"
    assert all(f"`{name}`" in text for name in DIALS)
    assert set(re.findall(r"^\$ fleetsim (\w+)", text, flags=re.MULTILINE)) == {"size"} <= set(COMMANDS)
    assert word("sizing.elsewhere", "en" if lang == "en" else "zh") in text.replace("\n", "" if lang == "zh" else " ")
