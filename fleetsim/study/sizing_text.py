"""A sizing for a terminal: the answer in sentences, the trade-off curve, then the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from fleetsim.report.columns import table, wrap
from fleetsim.report.numerals import day, number
from fleetsim.report.words import Language, in_language, word
from fleetsim.scenario.schema import Design, Scenario
from fleetsim.study.sizing import BILLED_WEEKS, SEARCH_WEEKS, Candidate, Sizing, TooLittleError

_TEN_THOUSAND = 10_000.0


def sizing_text(found: Sizing, scenario: Scenario, lang: Language, width: int = 100) -> str:
    """What was found, as plain text of at most ``width`` cells a line."""
    answer, ordinary = found.answer, found.ordinary
    cheaper = [wrap(word("sizing.none_cheaper", lang), width)]
    if found.cheaper:
        cheaper = [wrap(word("sizing.cheaper", lang), width), _table(found.cheaper, lang, width)]
    sentences = [
        word(
            "sizing.answer",
            lang,
            sites=_sites(found.sites, scenario, lang),
            values=_values(answer.values, lang, len(found.sites)),
            target=_share(found.target),
            cost=_money(answer.yearly_cny, lang),
            today=_money(found.today.yearly_cny, lang),
        ),
        *_bills(found, lang),
        word(
            "sizing.confidence",
            lang,
            weeks=str(answer.weeks),
            share=_share(answer.service.share),
            low=_share(answer.service.low),
            confidence=f"{found.confidence:.0%}",
            ordinary=_share(ordinary.share),
            ordinary_low=_share(ordinary.low),
        ),
        _design(found.design, found.start_date, found.today, lang),
    ]
    if ordinary.low < found.target:
        sentences.append(word("sizing.ordinary", lang))
    evidence = word(
        "sizing.evidence",
        lang,
        searched=str(found.searched),
        search_weeks=str(SEARCH_WEEKS),
        runs=f"{found.runs:,}",
        demand=word("sizing.demand", lang) if found.demand_charge else "",
        energy=word("sizing.energy", lang, weeks=str(BILLED_WEEKS)) if found.energy else word("sizing.no_energy", lang),
    )
    blocks = [
        [line for sentence in sentences for line in wrap(sentence, width)],
        wrap(word("sizing.curve", lang, weeks=str(SEARCH_WEEKS)), width),
        _table(found.curve, lang, width),
        *cheaper,
        wrap(evidence, width),
    ]
    return "\n\n".join("\n".join(block) for block in blocks)


def too_little_text(missed: TooLittleError, scenario: Scenario, lang: Language, width: int = 100) -> str:
    """That nothing is enough, and what stands in the way."""
    most, best = missed.most, missed.best
    sentences = [
        word(
            "sizing.too_little",
            lang,
            sites=_sites(missed.sites, scenario, lang),
            target=_share(missed.target),
            values=_values(most.values, lang, len(missed.sites)),
            share=_share(most.service.share),
            high=_share(most.service.high),
            confidence=f"{most.service.confidence:.0%}",
        )
    ]
    if missed.failed:
        reasons = [word(f"reason.failed_{key}", lang, count=f"{count:,}") for key, count in missed.failed.items()]
        sentences.append(word("sizing.failed", lang, reasons=(", " if lang == "en" else "、").join(reasons)))
    if best is None:
        sentences.append(word("sizing.elsewhere", lang))
    else:
        helped = _values({best.knob: best.value}, lang)
        sentences.append(word("sizing.binds", lang, value=helped, share=_share(best.share)))
    fleets = (fleet.meets_at for fleet in scenario.spec.fleets.values())
    used = {site for meets_at in fleets if not set(missed.sites).isdisjoint(meets_at) for site in meets_at}
    if others := sorted(used.difference(missed.sites)):
        sentences.append(word("sizing.others", lang, sites=_sites(others, scenario, lang)))
    return "\n".join(line for sentence in sentences for line in wrap(sentence, width))


def _bills(found: Sizing, lang: Language) -> list[str]:
    """What electricity is part of the cost, where it is counted."""
    then, today = found.answer.bill, found.today.bill
    if then is None or today is None:
        return []
    spared = {"spared": _money(then.spared_cny, lang), "today_spared": _money(today.spared_cny, lang)}
    energy = {"energy": _money(then.energy_cny, lang), "today": _money(today.energy_cny, lang)}
    return [word("sizing.bill", lang, **energy, **spared)]


def _design(design: Design, start: date, today: Candidate, lang: Language) -> str:
    return word(
        "sizing.design",
        lang,
        date=day(start, lang),
        out=str(design.out),
        health=f"{design.state_of_health:.0%}",
        today=_share(today.service.share),
    )


def _sites(sites: Sequence[str], scenario: Scenario, lang: Language) -> str:
    spec = scenario.spec
    names = [spec.sites[name].title or scenario.profiles.places[spec.sites[name].place].name for name in sites]
    return (", " if lang == "en" else "、").join(in_language(name, lang) for name in names)


def _values(values: Mapping[str, float], lang: Language, sites: int = 1) -> str:
    *parts, last = (word(f"sizing.knob.{name}", lang, value=f"{value:,g}") for name, value in values.items())
    between, before_last = (", ", " and ") if lang == "en" else ("、", "、")
    said = between.join(parts) + (before_last if parts else "") + last
    return said if sites == 1 else word("sizing.each", lang, values=said)


def _table(candidates: Sequence[Candidate], lang: Language, width: int) -> list[str]:
    """One row for each; the cost stands first."""
    knobs = list(candidates[0].values)
    billed = [] if candidates[0].bill is None else ["bill", "spared"]
    heads = [word("sizing.cost", lang), *(word(f"sizing.head.{name}", lang) for name in (*billed, *knobs))]
    heads += [word(f"sizing.{name}", lang) for name in ("share", "low", "weeks")]
    rows = [
        [
            _money(each.yearly_cny, lang),
            *([_money(each.bill.energy_cny, lang), _money(each.bill.spared_cny, lang)] if each.bill else []),
            *(f"{each.values[name]:,g}" for name in knobs),
            f"{100.0 * each.service.share:.2f}",
            f"{100.0 * each.service.low:.2f}",
            str(each.weeks),
        ]
        for each in candidates
    ]
    named = [head.partition("|") for head in heads]
    return table([(name, unit) for name, _, unit in named], rows, width)


def _money(cny: float, lang: Language) -> str:
    return number(cny / _TEN_THOUSAND, "CNY", lang)


def _share(share: float) -> str:
    """Two digits after the point, since 99 % and 99.5 % are far apart."""
    return f"{share:.2%}"
