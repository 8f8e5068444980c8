"""``fleetsim telematics``: the loop from a run over a platform to a learnt profile, and what is said of bad input."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fleetsim import pipeline
from fleetsim.errors import InputError
from fleetsim.telematics.gbt32960.stream import StreamDecoder
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results with one day of a depot."""
    folder = tmp_path_factory.mktemp("telematics") / "results"
    scenario = pipeline.load(ROOT / "configs" / "first_depot.yaml", overrides=["days=1", "warmup_days=1"])
    pipeline.simulate(scenario).save(folder)
    return folder


@pytest.fixture
def telematics(fleetsim, folder):
    """A command on the last run."""
    return lambda *args: fleetsim("telematics", args[0], "last", "--results", folder, *args[1:])


def one(text: str) -> str:
    (line,) = text.splitlines()
    return line


@pytest.mark.parametrize("form", ["parquet", "csv", "geojson"])
def test_traces_are_written_and_their_folder_is_printed(telematics, tmp_path, form):
    out = tmp_path / "traces"
    done = telematics("trace", "--step", "5min", "--vehicles", "-0001", "--format", form, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert one(done.stdout) == str(out)
    assert "rows of" in done.stderr
    assert any(path.is_file() for path in out.rglob("*"))


def test_traces_beside_a_run_do_not_disturb_the_catalogue(fleetsim, telematics, folder):
    assert telematics("trace", "--step", "1h", "--vehicles", "-0001").exit_code == 0
    assert fleetsim("rebuild", "--results", folder).exit_code == 0
    assert len(fleetsim("runs", "--results", folder, "--json").stdout.strip()) > 2


@pytest.mark.parametrize("edition", ["2016", "2025"])
def test_frames_are_exported_one_behind_the_other(telematics, tmp_path, edition):
    out = tmp_path / "day.gbt32960"
    done = telematics("export", "--edition", edition, "--period", "60s", "--vehicles", "-0001", "--out", out)
    assert done.exit_code == 0, done.stderr
    decoder = StreamDecoder()
    frames = decoder.feed(out.read_bytes())
    assert f"{len(frames):,} frames" in done.stderr
    assert decoder.skipped_bytes == 0
    assert {frame.edition.year for frame in frames} == {int(edition)}


@pytest.mark.parametrize("form", ["ocpi", "ocpp"])
def test_sessions_are_exported_as_lines(telematics, tmp_path, form):
    done = telematics("export", "--format", form, "--out", tmp_path / "sessions.jsonl")
    assert done.exit_code == 0, done.stderr
    lines = (tmp_path / "sessions.jsonl").read_text(encoding="utf-8").splitlines()
    assert all(json.loads(line) for line in lines)
    assert f"{len(lines):,} records" in done.stderr


def test_a_run_is_replayed_into_a_platform_whose_captures_become_a_profile(fleetsim, telematics, tmp_path):
    received = tmp_path / "received"
    platform = subprocess.Popen(
        [sys.executable, "-m", "fleetsim", "telematics", "receive", "--at", "127.0.0.1:0", "--out", received, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert platform.stderr is not None
        address = platform.stderr.readline().split()[-1]
        done = telematics("replay", "--to", address, "--speed", "0", "--period", "20s", "--vehicles", "-000",
                          "--connections", "5", "--json")  # fmt: skip
    finally:
        platform.send_signal(signal.SIGINT)
        printed, _ = platform.communicate(timeout=60)
    assert done.exit_code == 0, done.stderr
    tally = json.loads(done.stdout)
    assert tally["sent"] > 1_000
    assert platform.returncode == 0, "Ctrl-C ends it in good order"
    assert json.loads(printed)["stored"] == tally["sent"] + tally["reissued"] + tally["repeated"]
    out = tmp_path / "learnt.yaml"
    done = fleetsim("telematics", "import", received, "--like", "bus_12m", "--name", "ours", "--out", out,
                    "--workspace", ROOT)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "kWh/km (standard error" in done.stdout
    assert "ours" in yaml.safe_load(out.read_text(encoding="utf-8"))["vehicle"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("trace", "--step", "soon"), "is not a time of a second or more"),
        (("trace", "--vehicles", "ufo"), "no vehicle is called like that"),
        (("trace", "--day", "2020-01-01"), "must be a reported day"),
        (("export", "--format", "gtfs-realtime", "--at", "noon", "--out", "x"), "must be a moment"),
        (("replay", "--to", "nowhere"), "must be a host and a port"),
        (("replay", "--to", "host:99999"), "must be a host and a port"),
        (("replay", "--from", "25:00"), "must be a time of the day"),
        (("replay", "--connections", "0"), "connections"),
    ],
)
def test_bad_input_is_said_and_the_exit_code_is_2(telematics, args, said):
    done = telematics(*args)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("no_such_folder",), "no such file or folder"),
        (("log.csv", "--map", "speed=v"), "must be NAME=COLUMN"),
        (("log.csv",), "name others with --map"),
        (("log.csv", "--like", "spaceship"), "must be one of"),
    ],
)
def test_logs_that_cannot_be_learnt_from_are_said_with_exit_code_2(fleetsim, tmp_path, monkeypatch, args, said):
    monkeypatch.chdir(tmp_path)
    Path("log.csv").write_text("vin,at\n", encoding="utf-8")
    done = fleetsim("telematics", "import", *args, "--out", "learnt.yaml", "--workspace", ROOT)
    assert done.exit_code == 2, done.output
    assert said in done.stderr
    assert not Path("learnt.yaml").exists()


def test_an_export_never_replaces_a_file(telematics, tmp_path):
    out = tmp_path / "mine"
    out.write_text("mine", encoding="utf-8")
    done = telematics("export", "--format", "ocpi", "--out", out)
    assert done.exit_code == 2
    assert "is there already" in done.stderr
    assert out.read_text(encoding="utf-8") == "mine"


def test_a_platform_that_is_not_there_fails_the_replay_with_exit_code_1(telematics, monkeypatch):
    monkeypatch.setattr("fleetsim.telematics.replay.RETRY_S", (0.0,))
    done = telematics("replay", "--to", "127.0.0.1:1", "--speed", "0", "--for", "10min")
    assert done.exit_code == 1
    assert "cannot be reached" in done.stderr


def test_a_log_without_a_trip_fails_with_exit_code_1(fleetsim, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text("vehicle,at,odometer_km,soc_percent\na,2026-03-09T08:00,1,80\n", encoding="utf-8")
    done = fleetsim("telematics", "import", log, "--out", tmp_path / "learnt.yaml")
    assert done.exit_code == 1
    assert "no trip with distance and energy" in done.stderr
    assert not isinstance(done.exception, InputError)
