"""Scenarios made of others: the sites and fleets of other files join those of this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fleetsim.documents import Document, read_yaml
from fleetsim.errors import Problem

JOINED = ("sites", "fleets")
"""What a part gives; its horizon, grid and tariff do not count."""


def part_paths(path: Path, data: Any) -> list[Path]:
    """The files that a scenario names as its parts, beside which they lie."""
    named = data.get("parts") if isinstance(data, Mapping) else None
    return [path.parent / name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def join(document: Document, path: Path, root: Path, problems: list[Problem]) -> Document:
    """The document with the sites and fleets of its parts; a name that stands twice goes to ``problems``."""
    paths = part_paths(path, document.data)
    if not paths:
        return document
    data: dict[str, Any] = dict(document.data)
    parts: dict[tuple[str | int, ...], Document] = {}
    for number, file in enumerate(paths):
        if not file.is_file():
            allowed = "must be a scenario file beside this one"
            problems.append(document.problem(("parts", number), repr(document.data["parts"][number]), allowed))
            continue
        part = read_yaml(file, root)
        for section in JOINED:
            held = dict(data.get(section) or {})
            for name, block in (part.data.get(section) or {}).items():
                if name in held:
                    allowed = f"each name may stand once; {section}.{name} also stands in {part.file}"
                    problems.append(document.problem((section, name), "", allowed))
                    continue
                held[name] = block
                parts[section, name] = part
            data[section] = held
    return replace(document, data=data, parts=parts)
