"""The loop that docs/telematics.md shows goes round."""

from __future__ import annotations

import re
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from fleetsim.cli import main
from tests.conftest import ROOT

# A day in place of a week, and reports once a minute.
SHORTER = {
    "run": ["--days", "1", "--set", "warmup_days=1"],
    "trace": ["--vehicles", "-0001"],
    "replay": ["--period", "60s"],
}


@pytest.fixture
def port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def test_the_closed_loop_goes_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    page = (ROOT / "docs" / "telematics.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    assert block in (ROOT / "docs" / "zh" / "telematics.md").read_text(encoding="utf-8")
    commands = block.replace("configs/", f"{ROOT}/configs/").replace("32960", port).splitlines()
    assert len(commands) == 5
    monkeypatch.chdir(tmp_path)
    behind = None
    for command in commands:
        words = shlex.split(command)[1:]
        if words[-1] == "&":
            behind = subprocess.Popen([sys.executable, "-m", "fleetsim", *words[:-1]], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True)  # fmt: skip
            assert behind.stderr is not None
            assert behind.stderr.readline().endswith(f":{port}\n")
            continue
        if words[0] == "run" or words[2] == "last":
            words += ["--results", str(tmp_path / "results")]
        if words[1] == "import":
            assert behind is not None
            behind.send_signal(signal.SIGINT)
            behind.communicate(timeout=60)
            words += ["--workspace", str(ROOT)]
        words += next((more for name, more in SHORTER.items() if name in words[:2]), [])
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    profile = yaml.safe_load((tmp_path / "our_bus.yaml").read_text(encoding="utf-8"))
    assert 0.6 < profile["consumption"]["kwh_per_km"] < 1.6
    assert profile["vehicle"]["our_bus"]["sources"]["battery_kwh"]["certainty"] == "measured"
