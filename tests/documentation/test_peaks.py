"""The pages on peaks hold what their words and the tables of the network say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from fleetsim.cli.group import COMMANDS
from fleetsim.report.planning import COLUMNS
from fleetsim.report.words import word
from fleetsim.stress import CASES


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_made_of_its_words(root: Path, lang: str) -> None:
    """Every line of the words without a figure stands in the page; the rest is written by the script."""
    page = root / "docs" / ("peaks.md" if lang == "en" else "zh/peaks.md")
    text = page.read_text(encoding="utf-8")
    words = (root / "docs" / "_validation" / f"peaks_{lang}.md").read_text(encoding="utf-8")
    missing = [line for line in words.splitlines() if "{" not in line and line not in text]
    assert not missing, "run python docs/_validation/peaks.py"
    assert not re.search(r"\{\w+", text)


@pytest.mark.parametrize("name", ["peaks.md", "zh/peaks.md"])
def test_the_page_names_every_case_column_and_the_rules_as_they_are(root: Path, name: str) -> None:
    text = (root / "docs" / name).read_text(encoding="utf-8")
    lang = "en" if name == "peaks.md" else "zh"
    assert all(word(f"peaks.case.{case}", lang) in text for case in CASES)
    assert all(f"`{column}`" in text for column in COLUMNS)
    rules = yaml.safe_load((root / "grid" / "network" / "rules.yaml").read_text(encoding="utf-8"))
    assert f"{rules['orderly_use']['site_share']:.0%}" in text
    assert f"{rules['load_growth']:.0%}" in text
    assert set(re.findall(r"^fleetsim (\w+)", text, flags=re.MULTILINE)) <= set(COMMANDS)
