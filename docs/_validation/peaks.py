"""Writes docs/peaks.md and docs/zh/peaks.md: the peak study of the default scenario, told with its own figures.

The words stand in ``peaks_en.md`` and ``peaks_zh.md`` beside this file.

Run from the root of the repository: ``python docs/_validation/peaks.py``. It runs four simulations, about a minute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from fleetsim.network.ranking import Binding
from fleetsim.pipeline import load
from fleetsim.report.peaks import binding_rows, remedy_rows
from fleetsim.report.words import Language, word
from fleetsim.stress import CASES, StressStudy, stress

HERE = Path(__file__).resolve().parent
SCENARIO = "configs/yunnan_week.yaml"
SHOWN = 10

PAGES: dict[Language, str] = {"en": "peaks.md", "zh": "zh/peaks.md"}


def main() -> None:
    """Run the study and write both pages."""
    study = stress(SCENARIO)
    for lang, name in PAGES.items():
        text = (HERE / f"peaks_{lang}.md").read_text(encoding="utf-8")
        (HERE.parent / name).write_text(text.format(**_figures(study, lang)), encoding="utf-8")


def _figures(study: StressStudy, lang: Language) -> dict[str, object]:
    """What the study says, for the places of the text."""
    rules = load(SCENARIO).rules
    assert rules is not None
    worst, best = study.worst[0], study.remedies[0]
    return {
        "scenario": SCENARIO,
        "days": study.days,
        "hours": f"{min(rules.orderly_use.hours):02d}:00-{max(rules.orderly_use.hours) + 1:02d}:00",
        "share": rules.orderly_use.site_share,
        "growth": rules.load_growth,
        "years": rules.plan_years,
        "heavy": rules.limits.heavy,
        "overload": rules.limits.overload,
        "cases": _cases(study, rules.limits.heavy, rules.limits.overload, lang),
        "worst_asset": worst.asset,
        "worst_loading": worst.peak_loading,
        "worst_case": word(f"peaks.case.{worst.case}", lang),
        "fleets": (", " if lang == "en" else "、").join(f"{name} ({kw:,.0f} kW)" for name, kw in worst.fleets[:2]),
        "shown": SHOWN,
        "assets": _table(*binding_rows(study.worst[:SHOWN], lang)),
        "remedy": word(f"peaks.remedy.{best.kind}", lang),
        "remedy_asset": best.asset,
        "cost": f"{best.cost_cny:,.0f}",
        "removed": f"{best.removed_kvah:,.0f}",
        "before": f"{best.before_kvah:,.0f}",
        "remedies": _table(*remedy_rows(study.remedies[:SHOWN], lang)),
    }


def _cases(study: StressStudy, heavy: float, overload: float, lang: Language) -> str:
    """A row for each case: how many assets are loaded too much, and the worst of them."""
    head = {
        "en": ("case", f"above {heavy:.0%}", f"above {overload:.0%}", "overload, kVAh", "least margin", "loading"),
        "zh": ("工况", f"超过 {heavy:.0%}", f"超过 {overload:.0%}", "过载，kVAh", "裕度最小", "负载率"),
    }[lang]
    rows = []
    for case in CASES:
        found: list[Binding] = [row for row in study.bindings if row.case == case]
        worst = max(found, key=lambda row: row.peak_loading)
        rows.append(
            (
                word(f"peaks.case.{case}", lang),
                str(sum(row.peak_loading > heavy for row in found)),
                str(sum(row.peak_loading > overload for row in found)),
                f"{sum(row.overload_kvah for row in found):,.0f}",
                worst.asset,
                f"{worst.peak_loading:.0%}",
            )
        )
    return _table(head, rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    main()
