"""The words of every report, in English and Chinese, from one list (``words.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

from fleetsim.spec import Text

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What a report says about a metric."""

    unit: str
    """Unit in which the metrics table carries the value."""
    name: Text
    definition: Text


@dataclass(frozen=True, slots=True)
class WordList:
    """The whole list."""

    words: Mapping[str, Text]
    units: Mapping[str, Text]
    metrics: Mapping[str, MetricWords]


@cache
def word_list() -> WordList:
    """The list, read once."""
    import yaml

    content = yaml.safe_load(resources.files(__package__).joinpath("words.yaml").read_text(encoding="utf-8"))
    return WordList(
        words=_texts(content["words"]),
        units=_texts(content["units"]),
        metrics={
            name: MetricWords(entry["unit"], Text(**entry["name"]), Text(**entry["definition"]))
            for name, entry in content["metrics"].items()
        },
    )


def word(key: str, lang: Language, **values: str) -> str:
    """The word or sentence of a key in one language, its marks filled in.

    >>> word("source.hydro", "zh")
    '水电'
    """
    return in_language(word_list().words[key], lang).format(**values)


def both(key: str, **values: str) -> Text:
    """A word or sentence in both languages, with values that read the same in either."""
    return Text(en=word(key, "en", **values), zh=word(key, "zh", **values))


def in_language(text: Text, lang: Language) -> str:
    """One language of a text."""
    return text.en if lang == "en" else text.zh


def metric_words(metric: str) -> MetricWords | None:
    """What to say about a metric; ``None`` for one that the list does not know."""
    return word_list().metrics.get(metric)


def unit_label(unit: str, lang: Language) -> str:
    """A unit as printed behind a value; a unit that the list does not know stands for itself."""
    text = word_list().units.get(unit)
    return unit if text is None else in_language(text, lang)


def _texts(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Text]:
    return {key: Text(**entry) for key, entry in entries.items()}
