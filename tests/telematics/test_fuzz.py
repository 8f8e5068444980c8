"""The fuzzer of fuzz.py runs, briefly, where atheris is installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


def test_the_fuzzer_finds_nothing_in_a_few_thousand_runs():
    pytest.importorskip("atheris")
    done = subprocess.run(
        [sys.executable, "-m", "tests.telematics.fuzz", "-runs=5000", "-max_len=1024"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3_000:]
    assert "Done 5000 runs" in done.stderr
