"""What is compared: runs gathered into configurations, each with a run for every seed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from fleetsim.errors import InputError, Problem, printable
from fleetsim.results.catalogue import Catalogue, RunRow
from fleetsim.results.facts import read_facts
from fleetsim.results.listing import run_meant
from fleetsim.results.store import SCENARIO_FILE

MOST_SETTINGS = 4
"""Settings that a label names; configurations that differ in more are told apart by these and their run."""
_SEED = re.compile(r"^  seed: \d+\n", re.MULTILINE)
_SHOWN_OF_HASH = 6


@dataclass(frozen=True, slots=True)
class Member:
    """A run in its place in a configuration."""

    row: RunRow
    program: str
    """What computed it: its version, and the hash of its source where the folder is at hand."""
    seed: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """A configuration with its runs."""

    label: str
    members: tuple[Member, ...]
    name: str = ""
    """Variant of the study, or scenario."""
    point: Mapping[str, Any] = field(default_factory=dict)
    """What is set in it, as far as configurations differ."""


def alternatives_of_runs(names: Sequence[str], results: Path, catalogue: Catalogue) -> list[Alternative]:
    """Runs by configuration, in the order they are named; those that differ in their seed alone belong together.

    Raises ``InputError`` with every name that means no run.
    """
    rows, found = catalogue.runs(), dict[str, RunRow]()
    problems: list[Problem] = []
    for name in names:
        try:
            row = run_meant(name, rows, results)
            found[row.run_id] = row
        except InputError as error:
            problems += error.problems
    problems += [
        Problem(str(results / row.run_id), None, "", "", "its folder is gone; fleetsim rebuild lists what is there")
        for row in found.values()
        if row.status == "done" and not (results / row.run_id / SCENARIO_FILE).is_file()
    ]
    if problems:
        raise InputError(problems)
    together: dict[str, list[Member]] = {}
    for row in found.values():
        if row.status != "done":
            together[row.run_id] = [Member(row, "", -1)]
            continue
        text = (results / row.run_id / SCENARIO_FILE).read_text(encoding="utf-8")
        program = f"{row.version} {read_facts(results / row.run_id).source_sha256[:_SHOWN_OF_HASH]}"
        together.setdefault(_SEED.sub("", text, count=1), []).append(Member(row, program, row.seed or 0))
    rows = [members[0].row for members in together.values()]
    return _alternatives([row.scenario for row in rows], _points(list(together), rows), list(together.values()))


def alternatives_of_study(study: str, catalogue: Catalogue) -> list[Alternative]:
    """The configurations of a study in the order of its plan. Raises ``InputError`` where there is no such study."""
    members = [member for member, _ in catalogue.study_runs(study)]
    if not members:
        known = [row.study for row in catalogue.studies()]
        advice = f"there are: {', '.join(known)}" if known else "fleetsim batch STUDY.yaml makes one"
        raise InputError([Problem("STUDY", None, "", repr(study), f"no such study with runs; {advice}")])
    rows = {row.run_id: row for row in catalogue.runs()}
    together: dict[tuple[str, str], list[Member]] = {}
    for one in members:
        row = rows[one.run_id]
        together.setdefault((one.variant, one.settings), []).append(Member(row, row.version or "", one.seed))
    points = [json.loads(settings) for _, settings in together]
    names = [variant for variant, _ in together]
    return _alternatives(names, points, list(together.values()))


def short_keys(keys: Iterable[str]) -> dict[str, str]:
    """Each key by its last words, as many as tell it from the others.

    >>> short_keys(["sites.east.chargers.0.count", "days"])
    {'sites.east.chargers.0.count': 'count', 'days': 'days'}
    >>> short_keys(["sites.east.strategy", "sites.west.strategy"])
    {'sites.east.strategy': 'east.strategy', 'sites.west.strategy': 'west.strategy'}
    """
    every = list(dict.fromkeys(keys))
    short = {}
    for key in every:
        words = key.split(".")
        tails = (".".join(words[first:]) for first in range(len(words) - 1, -1, -1))
        short[key] = next(
            tail for tail in tails if sum(other == tail or other.endswith(f".{tail}") for other in every) <= 1
        )
    return short


def _labels(names: Sequence[str], points: Sequence[Mapping[str, Any]]) -> list[str]:
    """A label for each configuration: its name, where names differ, and what is set."""
    short = short_keys(key for point in points for key in point)
    several = len(set(names)) > 1
    labels = []
    for name, point in zip(names, points, strict=True):
        settings = [f"{short[key]}={_text(value)}" for key, value in list(point.items())[:MOST_SETTINGS]]
        more = ["…"] if len(point) > MOST_SETTINGS else []
        parts = [*([name] if several or not settings else []), *settings, *more]
        labels.append(printable(", ".join(parts)))
    return labels


def _alternatives(
    names: Sequence[str], points: Sequence[Mapping[str, Any]], together: Sequence[Sequence[Member]]
) -> list[Alternative]:
    """Configurations with their labels; the number of a run stands behind a label that several would have."""
    labels = _labels(names, points)
    count = Counter(labels)
    found = []
    for label, name, point, members in zip(labels, names, points, together, strict=True):
        number = members[0].row.run_id.removesuffix(".failed").rsplit("-", 1)[-1][:_SHOWN_OF_HASH]
        told = label if count[label] == 1 else f"{label} ({number})"
        found.append(Alternative(told, tuple(members), printable(name), point))
    return found


def _points(texts: Sequence[str], rows: Sequence[RunRow]) -> list[Mapping[str, Any]]:
    """What tells scenarios of the same name apart; of a failed run, whose scenario is not known, nothing."""
    flat = [_flat(text) if row.status == "done" else {} for text, row in zip(texts, rows, strict=True)]
    points: list[Mapping[str, Any]] = []
    for row, mine in zip(rows, flat, strict=True):
        others = [other for each, other in zip(rows, flat, strict=True) if each.scenario == row.scenario and other]
        keys = dict.fromkeys(key for other in others for key in other)
        differing = [key for key in keys if mine and any(other.get(key) != mine.get(key) for other in others)]
        points.append({key: mine.get(key) for key in differing})
    return points


def _flat(text: str) -> dict[str, Any]:
    """What a resolved scenario says, by dotted key; its sources and its title aside."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    scenario = yaml.load(text.split("\nprofiles:", 1)[0], Loader=loader)["scenario"]
    return {key: value for key, value in _leaves(scenario, "") if key.split(".")[0] not in ("title", "name")}


def _leaves(value: Any, at: str) -> Iterable[tuple[str, Any]]:
    inner: Iterable[tuple[Any, Any]]
    if isinstance(value, dict):
        inner = ((key, each) for key, each in value.items() if key != "sources")
    elif isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value):
        inner = enumerate(value)
    else:
        yield at, value
        return
    for key, each in inner:
        yield from _leaves(each, f"{at}.{key}" if at else str(key))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
