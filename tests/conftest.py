"""What all tests share."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parents[1]

# A busy machine is no fault of the program: speed is measured by bench/, not by the clock of a test.
settings.register_profile("fleetsim", deadline=None)
settings.load_profile("fleetsim")

# Agents are the reference; tests/simulation/test_compiled.py compares the kernel with them.
os.environ.setdefault("FLEETSIM_ENGINE", "simpy")

# What a shell puts into the background is deaf to Ctrl-C, and so would be all that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate", action="store_true", help="write generated pages and golden results anew instead of comparing"
    )


@pytest.fixture
def regenerate(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be written instead of compared."""
    return bool(request.config.getoption("--regenerate"))


@pytest.fixture
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def small_workspace(tmp_path: Path) -> Path:
    """A workspace with the shipped grid, a handful of profiles and one scenario, ``configs/depot.yaml``."""
    folder = tmp_path / "workspace"
    shutil.copytree(ROOT / "tests" / "workspace", folder)
    shutil.copytree(ROOT / "grid", folder / "grid")
    return folder


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
