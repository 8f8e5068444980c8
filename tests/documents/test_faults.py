"""Every fault of a block becomes one plain sentence."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from fleetsim.documents import Document, parse, parse_mapping
from fleetsim.errors import Problem
from fleetsim.spec import Name, SourcedSpec, Spec, Text
from fleetsim.units import ChargerKw, Count, Day, Efficiency, LoadKw, Share


class Charger(SourcedSpec):
    name: Text
    power_kw: ChargerKw
    efficiency: Efficiency = 0.95
    opened: Day | None = None


class Fixed(Spec):
    kind: Literal["fixed"]
    share: Share


class Varying(Spec):
    kind: Literal["varying"]
    shares: tuple[Share, ...] = Field(min_length=2)


class Site(SourcedSpec):
    chargers: tuple[Charger, ...] = Field(min_length=1)
    count: Count = 1
    load_kw: LoadKw | Annotated[tuple[LoadKw, ...], Field(min_length=3, max_length=3)] = 0.0
    strategy: Literal["immediate", "valley"] = "immediate"
    solar: Annotated[Fixed | Varying, Field(discriminator="kind")] | None = None
    neighbours: dict[Name, Share] = Field(default_factory=dict)
    open: bool = True


GOOD: dict[str, Any] = {"chargers": [{"name": {"en": "a", "zh": "b"}, "power_kw": 120}]}


def faults(data: object) -> list[str]:
    problems: list[Problem] = []
    assert (parse(Site, Document("f.yaml", data, {}), data, (), problems) is None) is bool(problems)
    return [str(problem).removeprefix("f.yaml: ") for problem in problems]


def test_a_good_block_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"strategi": "valley"},
            "strategi: unknown key (did you mean strategy?); allowed here: "
            "chargers, count, load_kw, strategy, solar, neighbours, open, sources",
        ),
        ({"strategy": "valey"}, "strategy: found 'valey'; must be one of: immediate, valley (did you mean valley?)"),
        ({"strategy": 3}, "strategy: found 3; must be one of: immediate, valley"),
        ({"count": 0}, "count: found 0; must be above 0 and at most 100000"),
        ({"count": 2.5}, "count: found 2.5; must be a whole number, above 0 and at most 100000"),
        ({"count": "2"}, "count: found '2'; must be a plain whole number without quotes, above 0 and at most 100000"),
        ({"count": True}, "count: found true; must be a whole number, above 0 and at most 100000"),
        (
            {"load_kw": "1,200"},
            "load_kw: found '1,200'; must be a plain number without a comma, at least 0 and at most 100000 kW",
        ),
        ({"load_kw": -1}, "load_kw: found -1; must be at least 0 and at most 100000 kW"),
        ({"load_kw": [1, 2]}, "load_kw: found a list of 2; must be a list of 3 entries"),
        ({"load_kw": [1, 2, -3]}, "load_kw.2: found -3; must be at least 0 and at most 100000 kW"),
        (
            {"load_kw": [1, 2, "3 kW"]},
            "load_kw.2: found '3 kW'; must be a plain number without a unit, at least 0 and at most 100000 kW",
        ),
        (
            {"solar": {"kind": "fixd", "share": 1}},
            "solar.kind: found 'fixd'; must be one of: fixed, varying (did you mean fixed?)",
        ),
        ({"solar": {"share": 1}}, "solar.kind: this key is missing; it must be one of: fixed, varying"),
        (
            {"solar": {"kind": "fixed", "share": 30}},
            "solar.share: found 30; must be at least 0 and at most 1 (was it given in per cent?)",
        ),
        (
            {"solar": {"kind": "varying", "shares": [0.5]}},
            "solar.shares: found a list of 1; must be a list of at least 2 entries",
        ),
        ({"solar": 3}, "solar: found 3; must be a block with kind: fixed or varying"),
        ({"chargers": []}, "chargers: found a list of 0; must be a list of at least 1 entry"),
        ({"chargers": {}}, "chargers: found an empty block; must be a list of at least 1 entry"),
        ({"chargers": None}, "chargers: found nothing; must be a list of at least 1 entry"),
        (
            {"neighbours": {"North": 0.5}},
            "neighbours.North: found 'North'; must be a name of small letters, digits "
            "and underscores that begins with a letter",
        ),
        (
            {"neighbours": {"north": 2}},
            "neighbours.north: found 2; must be at least 0 and at most 1 (was it given in per cent?)",
        ),
        ({"neighbours": [1]}, "neighbours: found a list of 1; must be a block of names, each with its own value"),
        ({"open": "x"}, "open: found 'x'; must be true or false"),
        ({200: None}, "200: a key must be a word (was a number written with a comma?)"),
        (
            {"sources": {"cont": {"certainty": "assumed", "source": "a guess"}}},
            "sources.cont: a source must belong to a key of its block, or to * for all of them",
        ),
        (
            {"sources": {"count": {"certainty": "hearsay", "source": "a guess"}}},
            "sources.count.certainty: found "
            "'hearsay'; must be one of: measured, published, derived, known, estimated, assumed",
        ),
    ],
)
def test_a_faulty_block_says_what_is_allowed(change: dict[Any, Any], message: str) -> None:
    assert faults({**GOOD, **change}) == [message]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"power_kw": 120000}, "power_kw: found 120000; must be above 0 and at most 1500 kW (was it given in W?)"),
        ({"power_kw": 99999999}, "power_kw: found 99999999; must be above 0 and at most 1500 kW"),
        ({"power_kw": float("nan")}, "power_kw: found nan; must be above 0 and at most 1500 kW"),
        ({"power_kw": 10**400}, "power_kw: found a huge number; must be above 0 and at most 1500 kW"),
        ({"power_kw": None}, "power_kw: found nothing; must be a number, above 0 and at most 1500 kW"),
        (
            {"power_kw": {"a": 1}},
            "power_kw: found a block with the keys a; must be a number, above 0 and at most 1500 kW",
        ),
        ({"name": "DC 120"}, "name: found 'DC 120'; must be a block with the keys en, zh"),
        ({"name": {"en": "a"}}, "name.zh: this key is missing; it must be text"),
        ({"opened": 20260309}, "opened: found 20260309; must be a date like 2026-03-09"),
        ({"opened": "2026-02-30"}, "opened: found '2026-02-30'; must be a date like 2026-03-09"),
    ],
)
def test_a_fault_deep_inside_names_the_whole_way(change: dict[str, Any], message: str) -> None:
    charger = {**GOOD["chargers"][0], **change}

    assert faults({"chargers": [GOOD["chargers"][0], charger]}) == [f"chargers.1.{message}"]


def test_a_misspelt_key_is_not_reported_as_missing_too() -> None:
    charger = {"name": {"en": "a", "zh": "b"}, "powr_kw": 120}

    assert faults({"chargers": [charger]}) == [
        "chargers.0.powr_kw: unknown key (did you mean power_kw?); "
        "allowed here: name, power_kw, efficiency, opened, sources"
    ]


def test_all_faults_come_at_once() -> None:
    assert len(faults({"chargers": [{}, {"power_kw": -1}], "count": "x", "strategy": "y", "z": 1})) == 7


def test_what_is_not_a_block_at_all_says_so() -> None:
    [message] = faults([1, 2])

    assert message == (
        "found a list of 2; must be a block with the keys "
        "chargers, count, load_kw, strategy, solar, neighbours, open, sources"
    )


def test_good_entries_of_a_mapping_survive_the_faulty_ones() -> None:
    problems: list[Problem] = []
    data = {"a": GOOD["chargers"][0], "b": {}, 7: {}}

    parsed = parse_mapping(Charger, Document("f.yaml", data, {}), data, (), problems)

    assert list(parsed) == ["a"]
    assert {problem.key for problem in problems} == {"b.name", "b.power_kw", "7"}
