"""What a planner of the grid is told first: how high the load was and when, and what it did to the network."""

from __future__ import annotations

import math

import numpy as np

from fleetsim.accounting.sums import sums
from fleetsim.report.numerals import COUNT, moment, number, quantity
from fleetsim.report.series import civil, first_highest
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, word


def load(view: ReportView, lang: Language) -> tuple[str, ...]:
    """The highest load with its moment, how far the peaks of the sites coincide, and the asset that is loaded most."""
    if not view.run("peak_kw") > 0:
        return (word("load_none", lang),)
    peak = word("load_peak", lang, peak=view.said("peak_kw", lang), at=_moment(view, lang))
    return peak, *_coincidence(view, lang), *_assets(view, lang)


def _moment(view: ReportView, lang: Language) -> str:
    """The first slot with the highest load."""
    slots = view.records.tables["site_slots"]
    at_s, slot = np.unique(slots["slot_at"], return_inverse=True)
    total_kw = sums(slots["grid_kw"], slot, len(at_s))
    return moment(civil(view, float(at_s[first_highest(total_kw)])), lang)


def _coincidence(view: ReportView, lang: Language) -> tuple[str, ...]:
    peaks_kw = [view.metric("site", site, "peak_kw") for site in view.subjects("site")]
    own_kw = sum(peak_kw for peak_kw in peaks_kw if peak_kw > 0)
    if len(peaks_kw) < 2 or not own_kw > 0:
        return ()
    share = quantity(view.run("peak_kw") / own_kw, "share", lang)
    return (word("load_coincidence", lang, share=share, own=quantity(own_kw, "kW", lang)),)


def _assets(view: ReportView, lang: Language) -> tuple[str, ...]:
    loading = {asset: view.metric("asset", asset, "peak_loading") for asset in view.subjects("asset")}
    known = {asset: share for asset, share in loading.items() if math.isfinite(share)}
    if not known:
        return ()
    worst = max(known, key=lambda asset: known[asset])
    said = word(
        "load_asset",
        lang,
        asset=worst,
        loading=quantity(known[worst], "share", lang),
        over=number(sum(share > 1.0 for share in known.values()), COUNT, lang),
        count=number(len(known), COUNT, lang),
    )
    made_up = bool(np.any(view.records.tables["assets"]["synthetic"]))
    return (said, word("load_made_up", lang)) if made_up else (said,)
