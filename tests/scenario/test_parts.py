"""Scenarios made of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load

WHOLE = """
name: whole
title: {en: whole, zh: 全部}
start_date: 2026-03-09
seed: 5
grid: {year: 2026}
tariff: yunnan_general
parts: [depot.yaml]
"""


def whole(workspace: Path, more: str = "") -> Path:
    file = workspace / "configs" / "whole.yaml"
    file.write_text(WHOLE + more, encoding="utf-8")
    return file


def test_sites_and_fleets_of_a_part_join_and_nothing_else_of_it(small_workspace: Path) -> None:
    part = load(small_workspace / "configs" / "depot.yaml")
    joined = load(whole(small_workspace))
    assert joined.spec.sites == part.spec.sites
    assert joined.spec.fleets == part.spec.fleets
    assert joined.spec.seed == 5
    assert "configs/depot.yaml" in joined.inputs


def test_a_fault_in_a_part_is_shown_where_it_stands(small_workspace: Path) -> None:
    part = small_workspace / "configs" / "depot.yaml"
    text = part.read_text(encoding="utf-8")
    part.write_text(text.replace("kind: depot", "kind: depoot"), encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if "kind: depot" in row)
    with pytest.raises(InputError) as caught:
        load(whole(small_workspace))
    assert f"configs/depot.yaml:{line}: sites." in str(caught.value)


def test_a_name_may_stand_once(small_workspace: Path) -> None:
    (site,) = load(small_workspace / "configs" / "depot.yaml").spec.sites
    with pytest.raises(InputError, match=f"sites.{site} also stands in configs/depot.yaml"):
        load(whole(small_workspace, f"sites: {{{site}: {{kind: depot, place: x, chargers: []}}}}\n"))


def test_a_missing_part_is_named(small_workspace: Path) -> None:
    file = whole(small_workspace)
    file.write_text(WHOLE.replace("depot.yaml", "nothing.yaml"), encoding="utf-8")
    with pytest.raises(InputError, match=r"whole.yaml:8: parts.0: found 'nothing.yaml'; must be a scenario file"):
        load(file)


def test_a_setting_chooses_the_parts_before_they_are_read(small_workspace: Path) -> None:
    part = (small_workspace / "configs" / "depot.yaml").read_text(encoding="utf-8")
    (small_workspace / "configs" / "other.yaml").write_text(part, encoding="utf-8")
    (site,) = load(small_workspace / "configs" / "depot.yaml").spec.sites
    chosen = load(whole(small_workspace), overrides=["parts=[other.yaml]", f"sites.{site}.base_load_kw=3"])
    assert "configs/other.yaml" in chosen.inputs
    assert "configs/depot.yaml" not in chosen.inputs
    assert chosen.spec.sites[site].base_load_kw == 3
    with pytest.raises(InputError, match=r"parts\.0"):
        load(whole(small_workspace), overrides=["parts=[nothing.yaml]"])
