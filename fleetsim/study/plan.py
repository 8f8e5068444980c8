"""The plan of a study: from its file to the configurations that it runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from fleetsim.documents import Document, parse, read_yaml
from fleetsim.errors import InputError, Problem
from fleetsim.results.identity import source_sha256
from fleetsim.scenario.extensions import extensions
from fleetsim.scenario.loading import load
from fleetsim.scenario.schema import Scenario
from fleetsim.simulation.engine import engine_asked
from fleetsim.study.spec import Axis, LatinHypercube, Range, SobolSample, StudySpec
from fleetsim.workspace import find_workspace

Point = Mapping[str, Any]
PLAIN = "base"
"""Name of the variant of a study that has none."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """One run of a study: a variant, a point of the axes and a seed."""

    number: int
    variant: str
    seed: int
    point: Point
    """What the axes set."""
    settings: tuple[str, ...]
    """Everything that is set, as ``KEY=VALUE``."""
    key: str
    """Hash over everything the run depends on: files of the workspace, settings and program."""

    @property
    def label(self) -> str:
        """The configuration in words."""
        point = ", ".join(f"{key}={_text(value)}" for key, value in self.point.items())
        return ", ".join(part for part in (self.variant, point, f"seed={self.seed}") if part)


@dataclass(frozen=True, slots=True)
class Plan:
    """A study with its configurations."""

    spec: StudySpec
    scenario: Scenario
    """The scenario before anything is set."""
    path: Path
    """Its file."""
    configurations: tuple[Configuration, ...]
    left_out: int
    """Configurations that the filters took away."""


def read_study(path: Path, workspace: Path | None = None) -> tuple[Document, StudySpec]:
    """A study file, its scenario aside. Raises ``InputError`` with every problem of it."""
    if not path.is_file():
        raise InputError([Problem(str(path), None, "", "", "the file does not exist")])
    root = find_workspace(path, workspace)
    document = read_yaml(path, root)
    problems: list[Problem] = []
    spec = parse(StudySpec, document, document.data, (), problems)
    if spec is None:
        raise InputError(problems)
    return document, spec


def load_plan(path: Path, workspace: Path | None = None) -> Plan:
    """The plan of a study file. Raises ``InputError`` with every problem of the study and its scenario."""
    engine_asked()
    document, spec = read_study(path, workspace)
    file = path.parent / spec.scenario
    if not file.is_file():
        allowed = "must be a scenario file, named from the folder of the study"
        raise InputError([document.problem(("scenario",), repr(spec.scenario), allowed)])
    scenario = load(file, workspace=workspace)
    beside = (other for other in file.parent.glob("*.yaml") if other.resolve() != path.resolve())
    every = list(_configurations(spec, content_sha256(scenario, beside)))
    kept = [one for one in every if _wanted(spec, one)]
    if not kept:
        raise InputError([document.problem((), "", "its filters leave no configuration")])
    numbered = tuple(replace(one, number=number) for number, one in enumerate(kept))
    return Plan(spec, scenario, file, numbered, len(every) - len(kept))


def content_sha256(scenario: Scenario, beside: Iterable[Path]) -> str:
    """Hash over all inputs that a run of this scenario may read, whatever is set, and over the program.

    ``beside`` are the files that it may name as its parts.
    """
    digest = sha256(json.dumps([source_sha256(), dict(scenario.inputs), extensions()], sort_keys=True).encode())
    root = scenario.workspace
    named = [*(root / "profiles").rglob("*"), *(root / "grid").rglob("*"), *beside]  # a setting may name any of them
    for path in sorted(named):
        if path.is_file() and not path.name.startswith("."):
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _configurations(spec: StudySpec, content: str) -> Iterator[Configuration]:
    seeds = range(1, spec.seeds + 1) if isinstance(spec.seeds, int) else spec.seeds
    variants = spec.variants or {PLAIN: {}}
    seen = set()
    for name, variant in variants.items():
        for parts in product(*(axis_points(axis) for axis in spec.axes)):
            point = {key: value for part in parts for key, value in part.items()}
            for seed in seeds:
                settings = settings_of({**spec.set, **variant, **point, "seed": seed})
                key = sha256(json.dumps([content, settings]).encode()).hexdigest()
                if (name, key) not in seen:  # the same run twice, as where a range of whole numbers is narrow
                    seen.add((name, key))
                    key = sha256(f"{name}{key}".encode()).hexdigest()
                    yield Configuration(0, name, seed, point, settings, key)


def settings_of(values: Point) -> tuple[str, ...]:
    """Values by key as ``KEY=VALUE`` settings.

    >>> settings_of({"days": 2, "sites.depot.strategy": "valley"})
    ('days=2', 'sites.depot.strategy="valley"')
    """
    return tuple(f"{key}={_text(value)}" for key, value in values.items())


def axis_points(axis: Axis) -> list[Point]:
    """The points of one axis, in order."""
    if axis.grid is not None:
        return [dict(zip(axis.grid, values, strict=True)) for values in product(*axis.grid.values())]
    if axis.rows is not None:
        return list(axis.rows)
    if axis.sobol is not None:
        return sobol_points(axis.sobol)
    assert axis.latin is not None
    return latin_points(axis.latin)


def latin_points(latin: LatinHypercube) -> list[Point]:
    """The samples of a Latin hypercube; the same for the same seed."""
    from scipy.stats import qmc

    ranges = latin.ranges
    unit = qmc.LatinHypercube(d=len(ranges), rng=np.random.default_rng(latin.seed)).random(latin.samples)
    return [{key: within(ranges[key], share) for key, share in zip(ranges, row, strict=True)} for row in unit.tolist()]


def sobol_points(sobol: SobolSample) -> list[Point]:
    """The sets A and B, and for each range A with that range from B, one after the other; the same for the same seed.

    Points of a scrambled Sobol' sequence; the sets of Saltelli and others, Computer Physics Communications 181, 2010.
    """
    from scipy.stats import qmc

    keys, ranges = tuple(sobol.ranges), tuple(sobol.ranges.values())
    unit = qmc.Sobol(d=2 * len(keys), rng=np.random.default_rng(sobol.seed)).random(sobol.samples)
    first, second = unit[:, : len(keys)], unit[:, len(keys) :]
    sets = [first, second]
    for place in range(len(keys)):
        mixed = first.copy()
        mixed[:, place] = second[:, place]
        sets.append(mixed)
    return [
        {key: within(each, share) for key, each, share in zip(keys, ranges, row, strict=True)}
        for row in np.concatenate(sets).tolist()
    ]


def within(values: Range, share: float) -> float | int:
    """The value that lies at a share of a range, with nine digits; whole numbers have equal chances."""
    if values.whole:
        return min(int(np.floor(values.low + share * (values.high + 1.0 - values.low))), int(values.high))
    return float(f"{values.low + share * (values.high - values.low):.9g}")


def _wanted(spec: StudySpec, one: Configuration) -> bool:
    held = {**spec.set, **spec.variants.get(one.variant, {}), **one.point, "variant": one.variant, "seed": one.seed}
    kept = not spec.keep or any(_meets(held, condition) for condition in spec.keep)
    return kept and not any(_meets(held, condition) for condition in spec.skip)


def _meets(held: Point, condition: Point) -> bool:
    return all(key in held and _fits(held[key], wanted) for key, wanted in condition.items())


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and wanted and set(wanted) <= {"low", "high"}:
        return bool(wanted.get("low", float("-inf")) <= value <= wanted.get("high", float("inf")))
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return value in wanted
    return bool(value == wanted)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
