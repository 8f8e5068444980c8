"""The answers that a report gives first: whole sentences with their numbers, in one language."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from fleetsim.report.assumed import BEHIND, counted
from fleetsim.report.numerals import quantity
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, word

HOLDS = 0.99
"""Service level from which a service is said to hold; the sentence names it where it does not."""
NOTICEABLE_KWH = 0.05
"""Unmet energy below this would be printed as nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of the reader, answered."""

    topic: str
    question: str
    figure: str
    """The one number to remember, with its unit."""
    sentences: tuple[str, ...]
    certainty: str
    """What the answer rests on."""
    metrics: tuple[str, ...]
    """Metrics whose definitions belong to it."""


def answers(view: ReportView, lang: Language) -> tuple[Answer, ...]:
    """Service, chargers, cleanliness and cost."""
    return (
        _answer(view, lang, "service", "service_level", _service,
                ("trips_planned", "trips_late", "trips_cancelled", "soc_min", "reserve_crossings")),
        _answer(view, lang, "chargers", "utilisation_energy", _chargers,
                ("utilisation_plugged", "utilisation_charging", "peak_kw", "connection_kw", "connection_use",
                 "waits", "wait_mean_min", "unmet_kwh")),
        _answer(view, lang, "clean", "clean_share", _clean,
                ("clean_share_consumption", "clean_share_dedicated", "clean_share_driven", "emission_kg")),
        _answer(view, lang, "cost", "cost_cny_per_kwh", _cost,
                ("cost_cny", "distance_km", "meter_kwh_per_km")),
    )  # fmt: skip


def tightest_site(view: ReportView) -> str | None:
    """The site whose connection was used most, among those that have a limit."""
    uses = {site: view.metric("site", site, "connection_use") for site in view.subjects("site")}
    known = {site: use for site, use in uses.items() if math.isfinite(use)}
    return max(known, key=lambda site: known[site]) if known else None


def _answer(
    view: ReportView,
    lang: Language,
    topic: str,
    figure: str,
    sentences: Callable[[ReportView, Language], tuple[str, ...]],
    metrics: tuple[str, ...],
) -> Answer:
    count, groups = counted(view.assumptions, BEHIND[topic], lang)
    if count == 0:
        certainty = word("rests_on_none", lang)
    else:
        certainty = word("rests_on_one" if count == 1 else "rests_on", lang, count=str(count), groups=groups)
    return Answer(
        topic=topic,
        question=word(f"answer.{topic}", lang),
        figure=_printed(view, figure, lang),
        sentences=sentences(view, lang),
        certainty=certainty,
        metrics=(figure, *metrics),
    )


def _printed(view: ReportView, name: str, lang: Language) -> str:
    return quantity(view.run(name), view.unit(name), lang)


def _service(view: ReportView, lang: Language) -> tuple[str, ...]:
    if not math.isfinite(view.run("service_level")):
        return (word("service_none", lang),)
    return *_timetable(view, lang), *_rounds(view, lang), *_reserve(view, lang)


def _timetable(view: ReportView, lang: Language) -> tuple[str, ...]:
    planned = view.run("trips_planned")
    if planned == 0:
        return ()
    level = view.run("trips_done") / planned
    verdict = word(
        "service_holds" if level >= HOLDS else "service_short",
        lang,
        share=quantity(level, "share", lang),
        planned=_printed(view, "trips_planned", lang),
    )
    return verdict, _lost(view, lang)


def _rounds(view: ReportView, lang: Language) -> tuple[str, ...]:
    planned, finished = view.run("rounds_planned"), view.run("rounds_finished")
    if not planned > 0:
        return ()
    verdict = "service_rounds_hold" if finished >= HOLDS * planned else "service_rounds_short"
    share = quantity(finished / planned, "share", lang)
    return (word(verdict, lang, share=share, planned=_printed(view, "rounds_planned", lang)),)


def _lost(view: ReportView, lang: Language) -> str:
    if view.run("trips_late") == 0 and view.run("trips_cancelled") == 0:
        return word("service_whole", lang)
    late, cancelled = _printed(view, "trips_late", lang), _printed(view, "trips_cancelled", lang)
    return word("service_lost", lang, late=late, cancelled=cancelled)


def _reserve(view: ReportView, lang: Language) -> tuple[str, ...]:
    crossings = view.run("reserve_crossings")
    if not math.isfinite(crossings):
        return ()
    soc = _printed(view, "soc_min", lang)
    if crossings > 0:
        key = "reserve_crossed_one" if crossings == 1 else "reserve_crossed"
        return (word(key, lang, count=_printed(view, "reserve_crossings", lang), soc=soc),)
    return (word("reserve_kept", lang, soc=soc),)


def _chargers(view: ReportView, lang: Language) -> tuple[str, ...]:
    used = word(
        "chargers_used",
        lang,
        chargers=_printed(view, "chargers", lang),
        energy=_printed(view, "utilisation_energy", lang),
        plugged=_printed(view, "utilisation_plugged", lang),
        charging=_printed(view, "utilisation_charging", lang),
    )
    peak = word("peak_reached", lang, peak=_printed(view, "peak_kw", lang))
    return used, peak, _tightest(view, lang), *_waiting(view, lang)


def _tightest(view: ReportView, lang: Language) -> str:
    site = tightest_site(view)
    if site is None:
        return word("connection_none", lang)

    def printed(name: str) -> str:
        return quantity(view.metric("site", site, name), view.unit(name), lang)

    return word(
        "connection_most",
        lang,
        site=view.called(site, lang),
        peak=printed("peak_kw"),
        limit=printed("connection_kw"),
        use=printed("connection_use"),
    )


def _waiting(view: ReportView, lang: Language) -> tuple[str, ...]:
    """What is known of waits and of energy that was not charged."""
    waits, unmet = view.run("waits"), view.run("unmet_kwh")
    sentences = []
    if waits > 0:
        count, mean = _printed(view, "waits", lang), _printed(view, "wait_mean_min", lang)
        sentences.append(word("some_waited_once" if waits == 1 else "some_waited", lang, waits=count, mean=mean))
    elif waits == 0:
        sentences.append(word("nobody_waited", lang))
    if unmet >= NOTICEABLE_KWH:
        sentences.append(word("some_unmet", lang, unmet=_printed(view, "unmet_kwh", lang)))
    elif math.isfinite(unmet):
        sentences.append(word("all_met", lang))
    return tuple(sentences)


def _clean(view: ReportView, lang: Language) -> tuple[str, ...]:
    if not math.isfinite(view.run("clean_share")):
        return (word("clean_none", lang),)
    sentences = [word("clean_each", lang, share=_printed(view, "clean_share", lang))]
    if math.isfinite(view.run("clean_share_consumption") + view.run("clean_share_dedicated")):
        consumption = _printed(view, "clean_share_consumption", lang)
        dedicated = _printed(view, "clean_share_dedicated", lang)
        sentences.append(word("clean_other", lang, consumption=consumption, dedicated=dedicated))
    if math.isfinite(view.run("clean_share_driven")):
        driven, emission = _printed(view, "clean_share_driven", lang), _printed(view, "emission_kg", lang)
        sentences.append(word("clean_driven", lang, driven=driven, emission=emission))
    return tuple(sentences)


def _cost(view: ReportView, lang: Language) -> tuple[str, ...]:
    cost, each = _printed(view, "cost_cny", lang), _printed(view, "cost_cny_per_kwh", lang)
    distance, meter = _printed(view, "distance_km", lang), _printed(view, "meter_kwh_per_km", lang)
    return (
        word("cost_total", lang, cost=cost, each=each),
        word("cost_per_distance", lang, distance=distance, meter=meter),
    )
