"""Every number in ``profiles/`` and ``configs/`` says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from fleetsim.spec import Certainty

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*(ROOT / "profiles").glob("*.yaml"), *(ROOT / "configs").glob("*.yaml")])


def unsourced(block: Any, key: str = "", covered: bool = False) -> Iterator[str]:
    """Keys of the numbers that neither a source of their block nor one of a block around it covers."""
    if isinstance(block, (bool, str)):
        return
    if isinstance(block, (int, float)):
        if not covered:
            yield key
    elif isinstance(block, list):
        for entry in block:
            yield from unsourced(entry, key, covered)
    elif isinstance(block, dict):
        sources = block.get("sources", {})
        for name, value in block.items():
            if name != "sources":
                known = covered or "*" in sources or name in sources
                yield from unsourced(value, f"{key}.{name}".lstrip("."), known)


def all_sources(block: Any) -> Iterator[dict[str, str]]:
    if isinstance(block, dict):
        yield from block.get("sources", {}).values()
        for name, value in block.items():
            if name != "sources":
                yield from all_sources(value)
    elif isinstance(block, list):
        for entry in block:
            yield from all_sources(entry)


def test_the_search_finds_a_number_without_a_source() -> None:
    block = {"a": {"x": 1, "y": 2, "sources": {"y": {}}}, "b": {"c": [{"z": 3}], "sources": {"*": {}}}}
    assert list(unsourced(block)) == ["a.x"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_number_has_a_source(file: Path) -> None:
    text = yaml.safe_load(file.read_text(encoding="utf-8"))
    entries = text if file.parent.name == "profiles" else {**text, "sources": {}, **_top_numbers(text)}
    assert list(unsourced(entries)) == []


def _top_numbers(scenario: dict[str, Any]) -> dict[str, Any]:
    """A scenario's own numbers under the scenario's own sources, which do not speak for its sites and fleets."""
    own = {key: value for key, value in scenario.items() if not isinstance(value, dict)}
    return {key: {"value": value, "sources": scenario["sources"]} for key, value in own.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_source_has_a_certainty_and_a_reason(file: Path) -> None:
    sources = list(all_sources(yaml.safe_load(file.read_text(encoding="utf-8"))))
    assert sources
    for source in sources:
        assert source["certainty"] in get_args(Certainty)
        assert len(source["source"]) > 10
