"""Fixtures that several parts share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def small_workspace(tmp_path: Path) -> Path:
    """A workspace with the shipped grid, a handful of profiles and one scenario, ``configs/depot.yaml``."""
    root = tmp_path / "workspace"
    shutil.copytree(Path(__file__).parent / "workspace", root)
    shutil.copytree(REPOSITORY / "grid", root / "grid")
    return root


@pytest.fixture
def edited(small_workspace: Path) -> Callable[..., Path]:
    """Replace a text of a file of the small workspace, and get the scenario file."""

    def edit(old: str, new: str, file: str = "configs/depot.yaml") -> Path:
        path = small_workspace / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return small_workspace / "configs" / "depot.yaml"

    return edit
