"""What there is to know about a run besides its tables: ``run.json``, and ``timing.json`` for what time did to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

from fleetsim.clock import UTC_OFFSET_H, Clock
from fleetsim.errors import RunError

RUN_FILE = "run.json"
TIMING_FILE = "timing.json"

FactsT = TypeVar("FactsT", "RunFacts", "Timing")


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is the same whenever the run is repeated; the content of ``run.json``."""

    run_id: str
    sha256: str
    """Full hash of the run's identity; ``run_id`` has its beginning."""
    scenario: str
    title: Mapping[str, str]
    """Heading by language."""
    names: Mapping[str, Mapping[str, str]]
    """Names of sites and fleets by language, where they have any."""
    seed: int
    start_date: str
    days: int
    warmup_days: int
    vehicles: int
    version: str
    scenario_sha256: str
    source_sha256: str
    inputs: Mapping[str, str]
    """SHA-256 of every input file."""
    extensions: Mapping[str, Mapping[str, str]]
    """Module, distribution, version and SHA-256 of each kind and strategy that others wrote."""
    environment: Mapping[str, Any]
    """Releases, lock file and CPU features."""
    notes: Mapping[str, str]
    """How the grid's series came about."""
    remarks: Sequence[str]
    """What was allowed but is worth a warning."""
    assumptions: Sequence[Sequence[str]]
    """File, key, value and reasoning of each input that is assumed."""
    certainties: Mapping[str, Mapping[str, int]]
    """How many inputs carry which certainty, by group of inputs; empty where no source is given."""

    @property
    def clock(self) -> Clock:
        """The horizon."""
        return Clock(date.fromisoformat(self.start_date), self.days, self.warmup_days)

    @property
    def start_at(self) -> str:
        """Civil time at which reporting begins."""
        return f"{self.start_date}T00:00:00+{UTC_OFFSET_H:02d}:00"


@dataclass(frozen=True, slots=True)
class Timing:
    """When and how long; kept apart, since it differs from one repetition to the next."""

    created_at: str
    workers: int
    cpu_s: float
    """CPU time of this process and its workers."""
    wall_s: float
    compiled: list[str] = field(default_factory=list)
    """Components that the compiled kernel lived through, by their first sites; the results are the same."""


def now() -> str:
    """Civil time of this moment."""
    return datetime.now(timezone(timedelta(hours=UTC_OFFSET_H))).isoformat(timespec="milliseconds")


def write_json(path: Path, content: Any) -> None:
    """One JSON file, keys in their given order."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def write_facts(folder: Path, facts: RunFacts, timing: Timing) -> None:
    """Write ``run.json`` and ``timing.json``."""
    write_json(folder / RUN_FILE, asdict(facts))
    write_json(folder / TIMING_FILE, asdict(timing))


def read_facts(folder: Path) -> RunFacts:
    """Read ``run.json``."""
    return _read(RunFacts, folder / RUN_FILE)


def read_timing(folder: Path) -> Timing:
    """Read ``timing.json``."""
    return _read(Timing, folder / TIMING_FILE)


def _read(kind: type[FactsT], path: Path) -> FactsT:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        asked = [each.name for each in fields(kind) if each.name in content or each.default_factory is MISSING]
        return kind(**{name: content[name] for name in asked})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: not the file of a run of this version of fleetsim ({_reason(error)})") from None


def _reason(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)
