"""Other simulators on the common depot workload, beside this one.

``python -m bench --peers 100 --peer-python OTHER/bin/python``: what is installed beside Python, or in one of the
environments that are named, is measured there; nobody's requirements must fit ours.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench import adapters
from bench.adapters import ABSENT, BLOCK_KWH, BLOCKS_MIN, DAYS, PEERS, Lived

TOLERANCE = 0.01
"""Share by which the energy into the batteries may differ."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer did with the workload."""

    package: str
    version: str
    vehicles: int
    lived: Lived

    @property
    def case(self) -> str:
        """Its name among the recorded ratios."""
        return f"{self.package} {self.version}, depot of {self.vehicles} buses"

    @property
    def expected_kwh(self) -> float:
        """What the buses of the workload use, so must store."""
        return self.vehicles * self.lived.days * len(BLOCKS_MIN) * BLOCK_KWH

    @property
    def agrees(self) -> bool:
        """Whether the work was done."""
        return abs(self.lived.energy_kwh - self.expected_kwh) <= TOLERANCE * self.expected_kwh

    def ratios(self, own_s: float, timeout_us: float) -> dict[str, float]:
        """Its time in units of L, and the share of it in which fleetsim lives through as many days."""
        per_day_s = self.lived.cpu_s / self.lived.days
        return {
            "peer_l": float(f"{self.lived.cpu_s / (2 * self.lived.sessions * timeout_us * 1e-6):.3g}"),
            "fleetsim_share": float(f"{own_s / DAYS / per_day_s:.3g}"),
        }


def measure_peers(vehicles: int, pythons: Sequence[str]) -> dict[str, Outcome | str]:
    """Every peer in the first environment that has it; what to install, or what went wrong, for the others."""
    return {name: _measure_peer(name, vehicles, pythons) for name in PEERS}


def report(found: Mapping[str, Outcome | str], own_s: float, timeout_us: float) -> list[str]:
    """A line for each peer, with the time of fleetsim for the same buses beside it."""
    lines = [f"  {'':24}{'CPU s':>8}{'days':>6}{'vehicle-days/CPU-s':>20}{'L':>8}{'x fleetsim':>12}  energy"]
    for name, outcome in found.items():
        if isinstance(outcome, str):
            lines.append(f"  {name:24}{outcome}")
            continue
        lived, ratios = outcome.lived, outcome.ratios(own_s, timeout_us)
        lines.append(
            f"  {outcome.package + ' ' + outcome.version:24}{lived.cpu_s:>8.2f}{lived.days:>6}"
            f"{outcome.vehicles * lived.days / lived.cpu_s:>20,.0f}{ratios['peer_l']:>8,.0f}"
            f"{1 / ratios['fleetsim_share']:>12,.1f}  {lived.energy_kwh:,.0f} of {outcome.expected_kwh:,.0f} kWh, "
            + ("agrees" if outcome.agrees else "DIFFERS")
        )
    return [*lines, *(f"  {peer.package}: {peer.without}" for peer in PEERS.values())]


def _measure_peer(name: str, vehicles: int, pythons: Sequence[str]) -> Outcome | str:
    peer = PEERS[name]
    for python in pythons:
        command = [python, "-W", "ignore", str(adapters.__file__), name, str(vehicles)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = (done.stdout.strip() or "{}").splitlines()[-1]
        if done.returncode == ABSENT:
            continue
        if done.returncode:
            return f"failed in {python}: {(done.stderr.strip() or 'no message').splitlines()[-1]}"
        values = json.loads(said)
        return Outcome(peer.package, values["version"], vehicles, Lived(**values["lived"]))
    return f"not installed: pip install {peer.package}" + (f" (and {peer.besides})" if peer.besides else "")
