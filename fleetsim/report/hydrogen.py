"""What a report says about hydrogen: how much was filled, how clean it was, and what it took and cost."""

from __future__ import annotations

import math

from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, word


def filled(view: ReportView, lang: Language) -> tuple[str, ...]:
    """How much was filled, and where it came from."""
    if not view.has_hydrogen:
        return ()
    sentences = [_said(view, lang, "hydrogen_filled", fills="refuels", kg="hydrogen_kg")]
    if view.run("hydrogen_produced_kg") > 0:
        meters = {"electrolyser": "electrolyser_kwh", "compressor": "compressor_kwh"}
        sentences.append(_said(view, lang, "hydrogen_made", kg="hydrogen_produced_kg", **meters))
    if view.run("hydrogen_delivered_kg") > 0:
        sentences.append(_said(view, lang, "hydrogen_brought", kg="hydrogen_delivered_kg"))
    if view.run("pressure_waits") > 0:
        sentences.append(_said(view, lang, "hydrogen_pressure", count="pressure_waits", hours="pressure_wait_h"))
    return tuple(sentences)


def cleaned(view: ReportView, lang: Language) -> tuple[str, ...]:
    """How clean the hydrogen was and what it emitted."""
    if not view.has_hydrogen:
        return ()
    known = math.isfinite(view.run("hydrogen_clean_share"))
    clean = _said(view, lang, "hydrogen_clean" if known else "hydrogen_clean_unknown", share="hydrogen_clean_share")
    return clean, _said(view, lang, "hydrogen_emission", emission="hydrogen_emission_kg")


def paid(view: ReportView, lang: Language) -> tuple[str, ...]:
    """What its electricity cost."""
    return (_said(view, lang, "hydrogen_paid", cost="hydrogen_cost_cny"),) if view.has_hydrogen else ()


def _said(view: ReportView, lang: Language, key: str, **metrics: str) -> str:
    return word(key, lang, **{mark: view.said(name, lang) for mark, name in metrics.items()})
