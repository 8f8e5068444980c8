"""What makes a run the run it is: its scenario, the input files behind it and the program's source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_TRAVELLING_INPUTS = "_workspace"
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Identity:
    """The content behind a run. Equal content is the same run, wherever and whenever it is computed."""

    run_id: str
    """Name of the scenario and the first twelve digits of ``sha256``."""
    sha256: str
    """Over all of the below."""
    scenario_sha256: str
    """Of the resolved scenario."""
    source_sha256: str
    """Of the program's source."""
    inputs: Mapping[str, str]
    """Of each input file, by path from the root of the workspace."""
    extensions: Mapping[str, Mapping[str, str]]
    """Module, distribution, version and hash of each kind and strategy that others wrote."""


def identify(
    name: str,
    scenario_text: str,
    inputs: Mapping[str, str],
    extensions: Mapping[str, Mapping[str, str]] | None = None,
) -> Identity:
    """The identity of a run of a resolved scenario with these input files and extensions, and this program."""
    scenario = sha256(scenario_text.encode()).hexdigest()
    parts = {"scenario": scenario, "inputs": dict(inputs), "source": source_sha256(), "extensions": extensions or {}}
    whole = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    sorted_inputs = dict(sorted(inputs.items()))
    return Identity(f"{name}-{whole[:_DIGITS]}", whole, scenario, source_sha256(), sorted_inputs, extensions or {})


@cache
def source_sha256() -> str:
    """Hash over the files of the package, by path; the same for a checkout and an installed wheel."""
    return tree_sha256(_PACKAGE)


def tree_sha256(root: Path) -> str:
    """Hash over names and contents of a package's files: its code, and the words and templates beside it.

    Left out are what Python makes of them, hidden files, and the inputs that travel along for a new workspace:
    what a run takes from those is hashed as its input.
    """
    digest = sha256()
    for name, path in sorted((path.relative_to(root).as_posix(), path) for path in root.rglob("*") if path.is_file()):
        if _counts(name):
            for part in (name.encode(), path.read_bytes()):
                digest.update(len(part).to_bytes(8, "big"))
                digest.update(part)
    return digest.hexdigest()


def _counts(name: str) -> bool:
    steps = name.split("/")
    made = "__pycache__" in steps or name.endswith((".pyc", ".pyo"))
    return not made and steps[0] != _TRAVELLING_INPUTS and not any(step.startswith(".") for step in steps)
