"""Which inputs stand behind which answer, and how far they can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from fleetsim.report.numerals import COUNT, number
from fleetsim.report.view import Assumption
from fleetsim.report.words import Language, word

GROUPS = ("work", "sites", "grid", "tariff")
"""Parts of a scenario, in the order in which energy is asked for, handed over, made and paid."""

BEHIND: Mapping[str, tuple[str, ...]] = {
    "service": ("work", "sites"),
    "chargers": ("work", "sites"),
    "clean": ("work", "sites", "grid"),
    "cost": ("work", "sites", "tariff"),
    "load": ("work", "sites", "tariff"),
}
"""Groups whose inputs an answer depends on: cleanliness and cost also hang on when and how much is charged."""


TRUST: Mapping[str, tuple[str, ...]] = {
    "documented": ("measured", "published", "derived"),
    "trade": ("known", "estimated"),
    "assumed": ("assumed",),
    "bare": ("",),
}
"""How far an input can be trusted, by the certainty that stands beside it."""


def group(file: str, key: str) -> str:
    """The group of an input, from its file and key."""
    if "tariff" in file or key.split(".")[0] == "tariff":
        return "tariff"
    if file.startswith("grid/") or key.split(".")[0] == "grid":
        return "grid"
    if "charger" in file or key.split(".")[0] == "sites":
        return "sites"
    return "work"


def grouped(assumptions: Sequence[Assumption]) -> dict[str, list[Assumption]]:
    """Assumptions by group, in the order of the groups, empty groups left out."""
    by_group: dict[str, list[Assumption]] = {name: [] for name in GROUPS}
    for assumption in assumptions:
        by_group[group(*assumption[:2])].append(assumption)
    return {name: entries for name, entries in by_group.items() if entries}


def counted(assumptions: Sequence[Assumption], groups: Sequence[str], lang: Language) -> tuple[int, str]:
    """How many assumptions fall into some groups, in all and by group in words."""
    counts = Counter(group(*assumption[:2]) for assumption in assumptions)
    present = [name for name in groups if counts[name]]
    listed = [
        word("group_count", lang, group=word(f"group.{name}", lang), count=number(counts[name], COUNT, lang))
        for name in present
    ]
    return sum(counts[name] for name in present), (", " if lang == "en" else "、").join(listed)


def inputs_behind(certainties: Mapping[str, Mapping[str, int]], groups: Sequence[str], lang: Language) -> str:
    """How many inputs of some groups can be trusted how far, in words; nothing where nothing is known of any."""
    parts = []
    for trust, members in TRUST.items():
        count = sum(certainties.get(name, {}).get(certainty, 0) for name in groups for certainty in members)
        if count:
            parts.append(word(f"rests.{trust}", lang, count=number(count, COUNT, lang)))
    return word("rests_on_inputs", lang, parts=(", " if lang == "en" else "、").join(parts)) if parts else ""
