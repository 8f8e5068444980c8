"""The input files of the grid: sourced throughout, and told in full when they are wrong."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from fleetsim.errors import Problem
from fleetsim.grid.inputs import GridInputs, load_grid
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import Tariff
from fleetsim.spec import SourcedSpec, Spec

UNSOURCED = {"sources", "year", "document", "valid_to"}


def blocks(spec: object) -> Iterator[SourcedSpec]:
    if isinstance(spec, SourcedSpec):
        yield spec
    if isinstance(spec, Spec):
        for name in type(spec).model_fields:
            yield from blocks(getattr(spec, name))
    elif isinstance(spec, dict):
        for value in spec.values():
            yield from blocks(value)
    elif isinstance(spec, tuple):
        for value in spec:
            yield from blocks(value)


def holds_numbers(value: object) -> bool:
    if isinstance(value, SourcedSpec):
        return False
    if isinstance(value, Spec):
        return any(holds_numbers(getattr(value, name)) for name in type(value).model_fields)
    if isinstance(value, (tuple, dict)):
        values = value.values() if isinstance(value, dict) else value
        return any(holds_numbers(one) for one in values)
    return isinstance(value, (int, float))


def test_every_number_has_a_source(inputs: GridInputs, tariff: Tariff) -> None:
    seen = 0
    for block in (*blocks(inputs.zone), *blocks(inputs.sky), *blocks(inputs.zones), *blocks(tariff.spec)):
        for name in set(type(block).model_fields) - UNSOURCED:
            if holds_numbers(getattr(block, name)):
                seen += 1
                assert name in block.sources or "*" in block.sources, f"{type(block).__name__}.{name}"
    assert seen > 60


def test_every_key_of_a_source_exists(inputs: GridInputs, tariff: Tariff) -> None:
    for block in (*blocks(inputs.zone), *blocks(inputs.sky), *blocks(inputs.zones), *blocks(tariff.spec)):
        for key in block.sources:
            if key == "*":
                continue
            at: object = block
            for part in key.split("."):
                assert hasattr(at, part), key
                at = getattr(at, part)


def test_capacity_of_2020(inputs: GridInputs) -> None:
    capacity = inputs.statistics(2020).capacity_gw
    total = capacity.hydro + capacity.wind + capacity.solar + capacity.thermal
    assert total == pytest.approx(103.41, abs=0.01)
    assert 1 - capacity.thermal / total == pytest.approx(0.854, abs=0.001)


def test_inputs_travel_between_processes(inputs: GridInputs) -> None:
    assert pickle.loads(pickle.dumps(inputs)) == inputs


def test_a_year_before_the_statistics_is_refused(inputs: GridInputs) -> None:
    assert inputs.problems_for(GridSpec(year=2018)) == []
    spec = GridSpec.model_construct(year=2017)
    (text,) = inputs.problems_for(spec)
    assert "2018" in text


def spoil(workspace: Path, name: str, *changes: tuple[str, str]) -> list[Problem]:
    path = workspace / "grid" / name
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    assert load_grid(workspace, problems) is None
    return problems


def test_faults_of_both_files_are_told_together_with_their_lines(workspace: Path) -> None:
    (workspace / "grid" / "solar.yaml").write_text(
        (workspace / "grid" / "solar.yaml").read_text(encoding="utf-8").replace("0.565,", "0.965,", 1), encoding="utf-8"
    )
    problems = spoil(
        workspace,
        "yunnan.yaml",
        ("hydro: 66.66", "hydro: 66660"),
        ("elasticity: 0.85", "elastic: 0.85"),
        ("0.1128, 0.1128", "0.2128, 0.1128"),
    )
    told = "\n".join(map(str, problems))
    assert "years.0.capacity_gw.hydro" in told
    assert "export.elastic:" in told
    assert "add up to 1" in told
    assert "sites.kunming.clearness.0" in told
    assert all(problem.line for problem in problems)


def test_a_missing_year_is_told(workspace: Path) -> None:
    (problem,) = spoil(workspace, "yunnan.yaml", ("- year: 2020", "- year: 2025"))[:1]
    assert problem.key == "years.2.year"
    assert "must be 2020" in problem.allowed


def test_missing_files_are_told_together(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert load_grid(tmp_path, problems) is None
    assert {problem.file for problem in problems} == {"grid/yunnan.yaml", "grid/solar.yaml", "grid/zones.yaml"}
