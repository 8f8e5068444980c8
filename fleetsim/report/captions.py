"""What each figure says, in a sentence with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fleetsim.report.figures.assets import by_margin
from fleetsim.report.figures.drawing import MOST_ROWS
from fleetsim.report.metrics.assets import HEAVY, OVERLOAD
from fleetsim.report.numerals import moment, quantity
from fleetsim.report.series import SitePower, civil, first_highest, step, total_kw
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, both, word
from fleetsim.spec import Text


def captions(view: ReportView, powers: Sequence[SitePower]) -> dict[str, Text]:
    """The caption of each figure of the run, by its key."""
    averaged = _averaged(powers)
    return {
        "power_total": _followed(_total(view, powers), averaged),
        "power_sites": _followed(_sites(powers), averaged),
        "utilisation": _followed(
            _each(
                lambda lang: word(
                    "caption.utilisation",
                    lang,
                    energy=view.said("utilisation_energy", lang),
                    plugged=view.said("utilisation_plugged", lang),
                    charging=view.said("utilisation_charging", lang),
                )
            ),
            _chosen(view, "site", "utilisation_energy", "caption.most_used"),
        ),
        "service": _followed(_service(view), _chosen(view, "fleet", "service_level", "caption.most_missing")),
        "hydrogen": _followed(
            _each(lambda lang: word("caption.hydrogen", lang, kg=view.said("hydrogen_kg", lang))), averaged
        ),
        "packs": _followed(
            _each(
                lambda lang: word("caption.packs", lang, swaps=view.said("swaps", lang), packs=view.said("packs", lang))
            ),
            averaged,
        ),
        "waiting": _followed(both("caption.waiting"), _chosen(view, "site", "waits", "caption.most_waiting")),
        "generation": _followed(_each(lambda lang: word("caption.generation", lang, zone=_zone(view, lang))), averaged),
        "cost": both("caption.cost"),
        "assets": _assets(view),
        **{
            key: both(f"caption.{key}")
            for key in ("duration", "network_supply", "flow", "occupancy", "heat", "levels", "places")
        },
    }


def site_caption(view: ReportView, site: str) -> Text:
    """The highest power of a site, beside its limit where it has one."""

    def printed(name: str, lang: Language) -> str:
        return quantity(view.metric("site", site, name), view.unit(name), lang)

    limited = np.isfinite(view.metric("site", site, "connection_kw"))
    return _each(
        lambda lang: (
            word(
                "site_peak_limit",
                lang,
                peak=printed("peak_kw", lang),
                use=printed("connection_use", lang),
                limit=printed("connection_kw", lang),
            )
            if limited
            else word("site_peak", lang, peak=printed("peak_kw", lang))
        )
    )


def _sites(powers: Sequence[SitePower]) -> Text:
    every = both("caption.power_sites")
    if len(powers) <= MOST_ROWS:
        return every
    return _followed(every, both("caption.power_sites_most", drawn=str(MOST_ROWS), sites=str(len(powers))))


def _chosen(view: ReportView, scope: str, metric: str, key: str) -> Text:
    """Which of many sites or fleets are drawn, by a metric that those have which could be; nothing where all are."""
    able = sum(view.metric(scope, subject, metric) >= 0 for subject in view.subjects(scope))
    return both(key, drawn=str(MOST_ROWS), whole=str(able)) if able > MOST_ROWS else Text(en="", zh="")


def _assets(view: ReportView) -> Text:
    """How many assets are loaded heavily, and whether they are made up."""
    loading = [view.metric("asset", asset, "peak_loading") for asset in by_margin(view)]
    heavy, overload = (str(sum(value > level for value in loading)) for level in (HEAVY, OVERLOAD))
    told = both("caption.assets", whole=str(len(loading)), heavy=heavy, overload=overload)
    if len(loading) > MOST_ROWS:
        told = _followed(told, both("caption.assets_most", drawn=str(MOST_ROWS)))
    if not view.records.tables["assets"]["synthetic"].any():
        return told
    return _followed(told, both("caption.assets_synthetic"))


def _service(view: ReportView) -> Text:
    trips, rounds = both("caption.service"), both("caption.service_rounds")
    if not view.run("rounds_planned") > 0:
        return trips
    return _followed(trips, rounds) if view.run("trips_planned") > 0 else rounds


def _averaged(powers: Sequence[SitePower]) -> Text:
    """How long a time each point of the figures over time stands for."""
    size = step(max((len(power.slot_s) for power in powers), default=1))
    return both("caption.slots", minutes=str(15 * size))


def _followed(first: Text, second: Text) -> Text:
    return Text(en=f"{first.en} {second.en}".strip(), zh=f"{first.zh}{second.zh}")


def _total(view: ReportView, powers: Sequence[SitePower]) -> Text:
    if not powers:
        return both("caption.power_total_empty")
    slot_s, total = total_kw(powers)
    at = civil(view, float(slot_s[first_highest(total)]))
    return _each(lambda lang: word("caption.power_total", lang, peak=view.said("peak_kw", lang), at=moment(at, lang)))


def _zone(view: ReportView, lang: Language) -> str:
    zones = view.records.tables["grid_slots"]["zone"]
    zone = str(zones[0]) if len(zones) else ""
    return word("zone.yunnan", lang) if zone == "yunnan" else view.called(zone, lang)


def _each(make: Callable[[Language], str]) -> Text:
    return Text(en=make("en"), zh=make("zh"))
