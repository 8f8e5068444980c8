"""Other simulators beside this one: what they are given, what becomes of their answers, and that the check can fail."""

from __future__ import annotations

import json
import os
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import fleetsim
from bench import adapters, depot, peers
from bench.adapters import BLOCK_KWH, BLOCKS_MIN, DAYS, Lived
from bench.peers import Outcome
from fleetsim.clock import DAY_S

PYTHONS = [python for python in os.environ.get("FLEETSIM_PEERS", "").split(os.pathsep) if python]


def python_with(folder: Path, answer: str, *, code: int = 0) -> str:
    """Something that is called as a Python with a peer and answers so."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\necho a word on the way\necho '{answer}'\necho a fault >&2\nexit {code}\n")
    file.chmod(0o755)
    return str(file)


def answer(energy_kwh: float) -> str:
    lived = {"days": 7, "sessions": 140, "energy_kwh": energy_kwh, "cpu_s": 2.0}
    return json.dumps({"version": "9.1", "lived": lived})


@pytest.fixture
def one_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    """One peer, which nobody has installed."""
    made = adapters.Peer("peer-of-ours", "a key", "no queue", lambda _vehicles, days: Lived(days, 0, 0.0, 0.0))
    monkeypatch.setattr(peers, "PEERS", {"peer": made})


@pytest.mark.parametrize("gap", [0, 1])
def test_every_bus_stays_after_every_block_and_no_charger_holds_two(gap: int) -> None:
    rows = list(adapters.stays(6, 3, gap))
    assert Counter(bus for _, bus, _, _ in rows) == dict.fromkeys(range(6), 3 * len(BLOCKS_MIN))
    for charger in range(3):
        held = [(begin, end) for at, _, begin, end in rows if at == charger]
        assert held == sorted(held)
        assert all(later[0] - earlier[1] >= gap for earlier, later in pairwise(held))
    needed_min = BLOCK_KWH / adapters.STORED_KW * 60.0
    assert all(
        needed_min <= (end - begin) * adapters.STEP_MIN < needed_min + adapters.STEP_MIN for *_, begin, end in rows
    )


def test_peers_are_given_what_the_depot_of_the_bench_is(tmp_path: Path) -> None:
    records = fleetsim.simulate(fleetsim.load(depot.write(tmp_path, 4))).records
    trips, sessions = records.tables["trips"], records.tables["sessions"]
    assert sessions["stored_kwh"].sum() == pytest.approx(Outcome("", "", 4, Lived(DAYS, 0, 0.0, 0.0)).expected_kwh)
    first = trips["vehicle"] == 0
    begins_min, ends_min = (np.sort(trips[name][first]) % DAY_S / 60.0 for name in ("depart_at", "arrive_at"))
    for begin, end in BLOCKS_MIN:
        assert np.isclose(begins_min, begin).sum() == np.isclose(ends_min, end).sum() == DAYS


@pytest.mark.usefixtures("one_peer")
def test_what_a_peer_answers_is_set_beside_fleetsim(tmp_path: Path) -> None:
    found = peers.measure_peers(10, [python_with(tmp_path, answer(15_400.0))])
    outcome = found["peer"]
    assert outcome == Outcome("peer-of-ours", "9.1", 10, Lived(7, 140, 15_400.0, 2.0))
    assert outcome.agrees
    assert outcome.ratios(0.5, 1.0) == {"peer_l": pytest.approx(2.0 / 280e-6, rel=1e-2), "fleetsim_share": 0.25}
    said = "\n".join(peers.report(found, 0.5, 1.0))
    assert "peer-of-ours 9.1" in said
    assert "4.0  15,400 of 15,400 kWh, agrees" in said
    assert "no queue" in said


@pytest.mark.usefixtures("one_peer")
def test_a_peer_that_stores_other_energy_has_not_done_the_work(tmp_path: Path) -> None:
    found = peers.measure_peers(10, [python_with(tmp_path, answer(15_200.0))])
    assert not isinstance(found["peer"], str)
    assert not found["peer"].agrees
    assert "DIFFERS" in "\n".join(peers.report(found, 0.5, 1.0))


@pytest.mark.usefixtures("one_peer")
def test_what_is_missing_is_said_with_what_to_install_and_what_fails_with_its_last_word(tmp_path: Path) -> None:
    without = python_with(tmp_path, "", code=adapters.ABSENT)
    assert peers.measure_peers(10, [without])["peer"] == "not installed: pip install peer-of-ours (and a key)"
    failing = python_with(tmp_path, "", code=1)
    assert peers.measure_peers(10, [failing])["peer"] == f"failed in {failing}: a fault"


@pytest.mark.skipif(not PYTHONS, reason="FLEETSIM_PEERS names no Python that has peers")
def test_peers_that_are_installed_do_the_same_work() -> None:
    outcomes = [each for each in peers.measure_peers(4, PYTHONS).values() if not isinstance(each, str)]
    assert outcomes
    assert all(each.agrees for each in outcomes)
