"""What makes a run the run it is: its scenario, the input files behind it and the program's source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
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


def identify(name: str, scenario_text: str, inputs: Mapping[str, str]) -> Identity:
    """The identity of a run of a resolved scenario with these input files and this program."""
    scenario = sha256(scenario_text.encode()).hexdigest()
    parts = {"scenario": scenario, "inputs": dict(inputs), "source": source_sha256()}
    whole = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return Identity(f"{name}-{whole[:_DIGITS]}", whole, scenario, source_sha256(), dict(sorted(inputs.items())))


@cache
def source_sha256() -> str:
    """Hash over the Python files of the package, by path; the same for a checkout and an installed wheel."""
    return tree_sha256(_PACKAGE)


def tree_sha256(root: Path) -> str:
    """Hash over names and contents of the Python files below a folder."""
    digest = sha256()
    for path in sorted(root.rglob("*.py"), key=lambda path: path.relative_to(root).as_posix()):
        for part in (path.relative_to(root).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
