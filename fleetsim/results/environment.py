"""What a run was computed with: the facts on which equal bytes depend."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

_SHAPING = ("numpy", "pandas", "pvlib", "pyarrow", "pydantic", "pyyaml", "scipy", "simpy")
"""Distributions whose release can move a digit or a byte of a result."""


def environment(workspace: Path) -> dict[str, Any]:
    """Python, releases, lock file and CPU features, as plain values for ``run.json``."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "versions": dict(_releases()),
        "lock_sha256": lock_sha256(workspace),
        "cpu_features": cpu_features(),
    }


@cache
def _releases() -> tuple[tuple[str, str], ...]:
    """Those that this process runs with, each with its name."""
    return tuple((name, metadata.version(name)) for name in _SHAPING)


def lock_sha256(workspace: Path) -> str | None:
    """Hash of ``requirements.lock`` where the workspace is a checkout of the program; otherwise there is none."""
    lock = workspace / "requirements.lock"
    return sha256(lock.read_bytes()).hexdigest() if lock.is_file() else None


def cpu_features() -> list[str]:
    """Instruction sets that NumPy uses on this machine; sums may differ in the last digit between two sets."""
    import numpy as np

    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return [*extensions["baseline"], *extensions["found"]]
