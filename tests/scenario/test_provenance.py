"""Every figure has a source, and an assumption is called one."""

from __future__ import annotations

from pathlib import Path

import pytest

from fleetsim.errors import Problem
from fleetsim.grid.inputs import load_grid
from fleetsim.grid.tariff import load_tariffs
from fleetsim.profiles.loading import load_profiles
from fleetsim.scenario.loading import load
from fleetsim.scenario.provenance import CHOICES, Figure, figures, figures_of, profile_files
from fleetsim.spec import Source, SourcedSpec, Spec
from fleetsim.workspace import packaged_inputs


class Point(Spec):
    x: float
    y: float = 0.0


class Inner(SourcedSpec):
    a: float
    b: float = 1.0


class Outer(SourcedSpec):
    one: float
    two: int = 2
    flag: bool = True
    words: str = "words"
    points: tuple[Point, ...] = ()
    bare: Inner | None = None
    sourced: Inner | None = None


def source(words: str) -> Source:
    return Source(certainty="published", source=words)


def found(spec: Spec) -> dict[str, str | None]:
    return {figure.key: figure.source for figure in figures_of("f.yaml", spec)}


def test_the_closest_entry_speaks_for_a_figure() -> None:
    spec = Outer(
        one=1,
        points=(Point(x=1, y=2), Point(x=3, y=4)),
        sources={
            "*": source("rest"),
            "points": source("points"),
            "points.y": source("all y"),
            "points.1.y": source("second y"),
        },
    )

    assert found(spec) == {
        "one": "rest",
        "two": "Default of the program",
        "points.0.x": "points",
        "points.0.y": "all y",
        "points.1.x": "points",
        "points.1.y": "second y",
    }


def test_a_star_reaches_into_blocks_without_sources_but_not_into_others() -> None:
    spec = Outer(
        one=1,
        two=2,
        bare=Inner(a=1, b=2),
        sourced=Inner(a=1, b=2, sources={"a": source("own")}),
        sources={"*": source("rest")},
    )

    assert found(spec) == {
        "one": "rest",
        "two": "rest",
        "bare.a": "rest",
        "bare.b": "rest",
        "sourced.a": "own",
        "sourced.b": None,
    }


def test_a_default_is_an_assumption_unless_a_source_names_it() -> None:
    silent = {figure.key: figure for figure in figures_of("f.yaml", Outer(one=1, sources={"*": source("rest")}))}
    named = found(Outer(one=1, sources={"two": source("two")}))

    assert silent["two"] == Figure("f.yaml", "two", 2, "assumed", "Default of the program")
    assert named == {"one": None, "two": "two"}


def test_a_scenario_lists_the_figures_of_its_file_its_profiles_and_its_grid(small_workspace: Path) -> None:
    every = figures(load(small_workspace / "configs" / "depot.yaml"))

    keys = {(figure.file, figure.key) for figure in every}
    assert ("configs/depot.yaml", "sites.east.connection_kw") in keys
    assert ("profiles/vehicles.yaml", "bus_small.battery_kwh") in keys
    assert not any(key.startswith("dc_60.") for _, key in keys)
    assert {"grid/tariffs.yaml", "grid/yunnan.yaml"} <= {file for file, _ in keys}
    assert not CHOICES & {key for file, key in keys if file == "configs/depot.yaml"}


def test_every_figure_in_the_shipped_profiles_and_grid_has_a_source() -> None:
    root, problems = packaged_inputs(), list[Problem]()
    profiles = load_profiles(root, problems).profiles
    grid = load_grid(root, problems)
    every = [
        figure
        for file, entries in profile_files(profiles).items()
        for name, spec in entries.items()
        for figure in figures_of(file, spec, (name,))
    ]
    for tariff in load_tariffs(root, problems).values():
        every += figures_of("grid/tariffs.yaml", tariff.spec, (tariff.name,))
    assert grid is not None
    every += figures_of("grid/yunnan.yaml", grid.zone) + figures_of("grid/solar.yaml", grid.sky)

    assert problems == []
    assert len(every) > 500
    assert [f"{figure.file}: {figure.key}" for figure in every if figure.certainty is None] == []


@pytest.mark.parametrize("file", sorted(path.name for path in (packaged_inputs() / "configs").glob("*.yaml")))
def test_every_figure_in_the_shipped_scenarios_has_a_source(file: str) -> None:
    every = figures(load(packaged_inputs() / "configs" / file))

    assert [figure.key for figure in every if figure.certainty is None] == []
