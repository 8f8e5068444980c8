"""What each figure says, in a sentence with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from fleetsim.report.numerals import moment, quantity
from fleetsim.report.series import SitePower, civil, first_highest, step, total_kw
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, both, word
from fleetsim.spec import Text

MOST_SITES = 24
"""Sites with a figure of their own; the tables have all."""


def captions(view: ReportView, powers: Sequence[SitePower]) -> dict[str, Text]:
    """The caption of each figure of the run, by its key."""
    averaged = _averaged(powers)
    return {
        "power_total": _followed(_total(view, powers), averaged),
        "power_sites": _followed(_sites(powers), averaged),
        "utilisation": _each(
            lambda lang: word(
                "caption.utilisation",
                lang,
                energy=view.said("utilisation_energy", lang),
                plugged=view.said("utilisation_plugged", lang),
                charging=view.said("utilisation_charging", lang),
            )
        ),
        "service": _service(view),
        "hydrogen": _followed(
            _each(lambda lang: word("caption.hydrogen", lang, kg=view.said("hydrogen_kg", lang))), averaged
        ),
        "packs": _followed(
            _each(
                lambda lang: word("caption.packs", lang, swaps=view.said("swaps", lang), packs=view.said("packs", lang))
            ),
            averaged,
        ),
        "waiting": both("caption.waiting"),
        "generation": _followed(_each(lambda lang: word("caption.generation", lang, zone=_zone(view, lang))), averaged),
        "cost": both("caption.cost"),
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
    if len(powers) <= MOST_SITES:
        return every
    return _followed(every, both("caption.power_sites_most", drawn=str(MOST_SITES), sites=str(len(powers))))


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
    return Text(en=f"{first.en} {second.en}", zh=f"{first.zh}{second.zh}")


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
