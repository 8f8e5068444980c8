"""Writes docs/sizing.md and docs/zh/sizing.md: how sites are sized, told with the program's own answers.

The words stand in ``sizing_en.md`` and ``sizing_zh.md`` beside this file.

Run from the root of the repository: ``python docs/_validation/sizing.py [--workers N]``. It takes some minutes.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from fleetsim.pipeline import load
from fleetsim.report.words import Language
from fleetsim.scenario.schema import Design, Scenario
from fleetsim.study.evaluation import ROUND
from fleetsim.study.search import COARSE, GRID
from fleetsim.study.sizing import (
    BILLED_WEEKS,
    FIRST_FRESH_SEED,
    FRESH_WEEKS,
    SEARCH_WEEKS,
    Sizing,
    TooLittleError,
    size,
)
from fleetsim.study.sizing_text import sizing_text, too_little_text

HERE = Path(__file__).resolve().parent
PAGES: dict[Language, str] = {"en": "sizing.md", "zh": "zh/sizing.md"}
WIDTH = 110
STATIONS = ("mingbo", "nanyao", "xiaocaiyuan", "xuefu")


@dataclass(frozen=True)
class Case:
    """A question to ask."""

    scenario: str
    sites: tuple[str, ...]
    service: float
    vary: tuple[str, ...]
    settings: tuple[str, ...] = ()
    health: float | None = None


CASES = {
    "new_town": Case("configs/yunnan_week.yaml", ("new_town",), 0.99, ("chargers", "connection_kw")),
    "bandao": Case("configs/yunnan_week.yaml", ("bandao",), 0.99, ("chargers", "connection_kw")),
    "solar": Case(
        "configs/kunming_solar_depot.yaml",
        ("dayangfu",),
        0.99,
        ("solar_kwp=0:800:100", "storage_kwh=0:1000:250", "connection_kw=50:400:50"),
    ),
    "taxis": Case(
        "configs/kunming_taxis.yaml",
        STATIONS,
        0.95,
        ("lanes=1:4:1", "packs=40:120:8", "slots=40:120:8"),
        tuple(f"sites.{name}.connection_kw=3200" for name in STATIONS),
        1.0,
    ),
    "hydrogen_most": Case("configs/lijiang_hydrogen.yaml", ("h2_station",), 0.99, ("storage_kg", "electrolyser_kw")),
    "hydrogen": Case("configs/lijiang_hydrogen.yaml", ("h2_station",), 0.98, ("storage_kg", "electrolyser_kw")),
}


def main() -> None:
    """Size every case and write both pages."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--workers", type=int, default=1)
    workers = options.parse_args().workers
    found: dict[str, tuple[Scenario, Sizing | TooLittleError]] = {}
    for name, case in CASES.items():
        scenario = load(case.scenario, overrides=case.settings)
        design = Design() if case.health is None else Design(state_of_health=case.health)
        try:
            found[name] = (
                scenario,
                size(scenario, case.sites, case.service, vary=case.vary, design=design, workers=workers),
            )
        except TooLittleError as missed:
            found[name] = scenario, missed
    for lang, page in PAGES.items():
        words = (HERE / f"sizing_{lang}.md").read_text(encoding="utf-8")
        figures = {f"{name}_command": _command(name, lang) for name in CASES} | {
            name: _text(*answer, lang) for name, answer in found.items()
        }
        numbers = {
            "search_weeks": SEARCH_WEEKS, "fresh_weeks": FRESH_WEEKS, "first_fresh": f"{FIRST_FRESH_SEED:,}",
            "round": ROUND, "coarse": COARSE, "grid": GRID,
            "billed_weeks": BILLED_WEEKS,
        }  # fmt: skip
        (HERE.parent / page).write_text(words.format(**figures, **numbers), encoding="utf-8")


def _text(scenario: Scenario, answer: Sizing | TooLittleError, lang: Language) -> str:
    written = too_little_text if isinstance(answer, TooLittleError) else sizing_text
    return written(answer, scenario, lang, WIDTH)  # type: ignore[operator]


def _command(name: str, lang: Language) -> str:
    case = CASES[name]
    parts = [
        f"fleetsim size {case.scenario}",
        " ".join(f"--site {site}" for site in case.sites),
        f"--service {case.service:g}",
        f"--vary {','.join(case.vary)}",
        *(f"--set {setting}" for setting in case.settings),
        *([] if case.health is None else [f"--health {case.health:g}"]),
        *(["--lang zh"] if lang == "zh" else []),
    ]
    lines, line = [], parts[0]
    for part in parts[1:]:
        if len(line) + len(part) > WIDTH:
            lines.append(f"{line} \\")
            line = f"  {part}"
        else:
            line = f"{line} {part}"
    return "\n".join([*lines, line])


if __name__ == "__main__":
    main()
