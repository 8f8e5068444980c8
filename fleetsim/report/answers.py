"""The answers that a report gives first: whole sentences with their numbers, in one language."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

from fleetsim.report.assumed import BEHIND, counted, inputs_behind
from fleetsim.report.hydrogen import cleaned, filled, paid
from fleetsim.report.load import load
from fleetsim.report.numerals import quantity
from fleetsim.report.view import ReportView
from fleetsim.report.words import Language, word

HOLDS = 0.99
"""Service level from which a service is said to hold; the sentence names it where it does not."""
FAILURES = ("failed_battery", "failed_no_vehicle", "failed_hydrogen", "failed_knock_on")
SEARCHES = ("stranded", "waits_balked", "waits_left", "waits_open")
LOADED = ("peak_loading", "heavy_h", "overload_h", "coincidence")
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
    inputs: str
    """How many inputs it rests on, by how far they can be trusted."""
    certainty: str
    """Which of them are assumed."""
    metrics: tuple[str, ...]
    """Metrics whose definitions belong to it."""


def answers(view: ReportView, lang: Language) -> tuple[Answer, ...]:
    """Service, chargers, cleanliness, cost and load; without chargers, of hydrogen instead of charging."""
    only, hydrogen = view.only_hydrogen, view.has_hydrogen
    connections = ("peak_kw", "connection_kw", "connection_use", "waits", "wait_mean_min")
    chargers = ("utilisation_plugged", "utilisation_charging", *connections, "unmet_kwh")
    stations = (
        "refuels",
        "hydrogen_produced_kg",
        "hydrogen_delivered_kg",
        "hydrogen_vented_kg",
        "pressure_waits",
        "pressure_wait_h",
        "electrolyser_kwh",
        "compressor_kwh",
    )
    return (
        _answer(view, lang, "service", "service_level", _service,
                ("trips_planned", "trips_late", "trips_cancelled", *FAILURES, "rounds_planned", "rounds_finished",
                 "energy_visits", "energy_visits_prompt", *SEARCHES, "soc_min", "reserve_crossings")),
        _answer(view, lang, "chargers", "hydrogen_kg" if only else "utilisation_energy", _chargers,
                (*stations, *connections) if only
                else (*chargers, "hydrogen_kg", *stations) if hydrogen else chargers),
        _answer(view, lang, "clean", "hydrogen_clean_share" if only else "clean_share", _clean,
                ("clean_share_driven", "hydrogen_emission_kg") if only
                else ("clean_share_consumption", "clean_share_dedicated", "clean_share_driven", "emission_kg",
                      *(("hydrogen_clean_share", "hydrogen_emission_kg") if hydrogen else ()))),
        _answer(view, lang, "cost", "hydrogen_cost_cny" if only else "cost_cny_per_kwh", _cost,
                (*(() if only else ("cost_cny",)), *(("fed_back_kwh",) if view.has_feed else ()),
                 *(("hydrogen_cost_cny",) if hydrogen and not only else ()), "distance_km", "meter_kwh_per_km")),
        _answer(view, lang, "load", "peak_kw", load, ("mean_kw", *LOADED)),
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
    asked = "_hydrogen" if view.only_hydrogen and topic in ("chargers", "clean") else ""
    count, groups = counted(view.assumptions, BEHIND[topic], lang)
    if count == 0:
        certainty = word("rests_on_none", lang)
    else:
        certainty = word("rests_on_one" if count == 1 else "rests_on", lang, count=str(count), groups=groups)
    return Answer(
        topic=topic,
        question=word(f"answer.{topic}{asked}", lang),
        figure=view.said(figure, lang),
        sentences=sentences(view, lang),
        inputs=inputs_behind(view.certainties, BEHIND[topic], lang),
        certainty=certainty,
        metrics=(figure, *metrics),
    )


def _service(view: ReportView, lang: Language) -> tuple[str, ...]:
    if not math.isfinite(view.run("service_level")):
        return (word("service_none", lang),)
    said = (_verdicts, _reasons, _searches, _passengers, _reserve)
    return tuple(sentence for each in said for sentence in each(view, lang))


_DUTIES = (
    ("trips_planned", "trips_done", "service_holds", "service_short"),
    ("rounds_planned", "rounds_finished", "service_rounds_hold", "service_rounds_short"),
    ("energy_visits", "energy_visits_prompt", "service_visits_hold", "service_visits_short"),
)
"""Kinds of service: what was asked for, what was done in time, and the verdicts."""


def _verdicts(view: ReportView, lang: Language) -> tuple[str, ...]:
    """A verdict on each kind of service, the worst first; those that hold follow in their usual order."""
    said: list[tuple[float, tuple[str, ...]]] = []
    for asked, done, holds, short in _DUTIES:
        if view.run(asked) > 0:
            level = view.run(done) / view.run(asked)
            key = holds if level >= HOLDS else short
            verdict = word(key, lang, share=quantity(level, "share", lang), count=view.said(asked, lang))
            said.append((min(level, HOLDS), (verdict, *(_lost(view, lang) if asked == "trips_planned" else ()))))
    return tuple(sentence for _, each in sorted(said, key=itemgetter(0)) for sentence in each)


def _reasons(view: ReportView, lang: Language) -> tuple[str, ...]:
    return _listed(view, lang, "service_reasons", FAILURES)


def _searches(view: ReportView, lang: Language) -> tuple[str, ...]:
    return _listed(view, lang, "service_searches", SEARCHES)


def _listed(view: ReportView, lang: Language, sentence: str, metrics: tuple[str, ...]) -> tuple[str, ...]:
    """What happened at all, with its number."""
    parts = [word(f"reason.{name}", lang, count=view.said(name, lang)) for name in metrics if view.run(name) > 0]
    return (word(sentence, lang, reasons=(", " if lang == "en" else "、").join(parts)),) if parts else ()


def _passengers(view: ReportView, lang: Language) -> tuple[str, ...]:
    if not view.run("passengers") > 0:
        return ()
    names = {"number": "passengers", "each": "passengers_per_trip", "wait": "passenger_wait_mean_min"}
    return (word("service_passengers", lang, **{mark: view.said(name, lang) for mark, name in names.items()}),)


def _lost(view: ReportView, lang: Language) -> tuple[str]:
    if view.run("trips_late") == 0 and view.run("trips_cancelled") == 0:
        return (word("service_whole", lang),)
    late, cancelled = view.said("trips_late", lang), view.said("trips_cancelled", lang)
    return (word("service_lost", lang, late=late, cancelled=cancelled),)


def _reserve(view: ReportView, lang: Language) -> tuple[str, ...]:
    crossings = view.run("reserve_crossings")
    if not math.isfinite(crossings):
        return ()
    held = _held(view)
    said = {
        "soc": view.said("soc_min", lang),
        "store": word(f"store.{held}", lang),
        "level": word(f"level.{held}", lang),
    }
    if crossings > 0:
        key = "reserve_crossed_one" if crossings == 1 else "reserve_crossed"
        return (word(key, lang, count=view.said("reserve_crossings", lang), **said),)
    return (word("reserve_kept", lang, **said),)


def _held(view: ReportView) -> str:
    """What vehicles are filled with."""
    return "hydrogen" if view.only_hydrogen else "either" if view.has_hydrogen else "power"


def _chargers(view: ReportView, lang: Language) -> tuple[str, ...]:
    used = () if view.only_hydrogen else (_used(view, lang),)
    return *used, *filled(view, lang), _tightest(view, lang), *_waiting(view, lang)


def _used(view: ReportView, lang: Language) -> str:
    return word(
        "chargers_used",
        lang,
        chargers=view.said("chargers", lang),
        energy=view.said("utilisation_energy", lang),
        plugged=view.said("utilisation_plugged", lang),
        charging=view.said("utilisation_charging", lang),
    )


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
    place = word(f"place.{_held(view)}", lang)
    sentences = []
    if waits > 0:
        count, mean = view.said("waits", lang), view.said("wait_mean_min", lang)
        said = {"waits": count, "mean": mean, "place": place}
        sentences.append(word("some_waited_once", lang, **said) if waits == 1 else word("some_waited", lang, **said))
    elif waits == 0:
        sentences.append(word("nobody_waited", lang, place=place))
    if view.only_hydrogen:
        return tuple(sentences)
    if view.run("layovers_without_gun") > 0:
        sentences.append(word("without_gun", lang, count=view.said("layovers_without_gun", lang)))
    if unmet >= NOTICEABLE_KWH:
        sentences.append(word("some_unmet", lang, unmet=view.said("unmet_kwh", lang)))
    elif math.isfinite(unmet):
        sentences.append(word("all_met", lang))
    return tuple(sentences)


def _clean(view: ReportView, lang: Language) -> tuple[str, ...]:
    charged = math.isfinite(view.run("clean_share"))
    if not charged and not view.has_hydrogen:
        return (word("clean_none", lang),)
    sentences = [word("clean_each", lang, share=view.said("clean_share", lang))] if charged else []
    if math.isfinite(view.run("clean_share_consumption") + view.run("clean_share_dedicated")):
        consumption = view.said("clean_share_consumption", lang)
        dedicated = view.said("clean_share_dedicated", lang)
        sentences.append(word("clean_other", lang, consumption=consumption, dedicated=dedicated))
    sentences += cleaned(view, lang)
    if math.isfinite(view.run("clean_share_driven")):
        sentences.append(word("clean_driven", lang, driven=view.said("clean_share_driven", lang)))
    if charged:
        sentences.append(word("clean_emission", lang, emission=view.said("emission_kg", lang)))
    return tuple(sentences)


def _cost(view: ReportView, lang: Language) -> tuple[str, ...]:
    cost, each = view.said("cost_cny", lang), view.said("cost_cny_per_kwh", lang)
    distance, meter = view.said("distance_km", lang), view.said("meter_kwh_per_km", lang)
    return (
        *(() if view.only_hydrogen else (word("cost_total", lang, cost=cost, each=each),)),
        *((word("cost_fed_back", lang, fed=view.said("fed_back_kwh", lang)),) if view.has_feed else ()),
        *paid(view, lang),
        word("cost_per_distance", lang, distance=distance, meter=meter),
    )
