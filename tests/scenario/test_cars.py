"""Errands and visitors as a scenario file says them: what it may not say, and the exact words for it."""

from __future__ import annotations

import pytest

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load
from fleetsim.scenario.used import used_profiles
from fleetsim.workspace import packaged_inputs

SCENARIO = packaged_inputs() / "configs" / "kunming_cars.yaml"


def messages(*settings: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(SCENARIO, overrides=settings)
    return [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("official_cars.work.destinations.0.place=cuihu", "found 'cuihu'; must lie away from home, cuihu"),
        ("official_cars.work.outings.0.stay_min=[60, 30]",
         "found [60, 30]; the shortest must not be above the longest"),
        ("official_cars.work.outings.0.share=0", "found 0; must be above 0 and at most 1"),
        ("other_users.stations.0=office", "found a depot; must be a name in sites: public"),
        ("other_users.stations=[]", "found a list of 0; must be a list of at least 1 entry"),
        ("other_users.season=public_car",
         "found 'public_car'; must be a name in profiles/seasons.yaml: expressway, public_cars, yunnan_scenic "
         "(did you mean public_cars?)"),
        ("other_users.weekdays=[0, 0, 0, 0, 0, 0, 0]", "found only zeros; must have a figure above 0"),
        ("other_users.reserve=0.95", "found 0.95; must be below the charge_target, 0.9"),
        ("residents.age_years=80", "found 80; must be at least 0 and at most 20 years"),
    ],
)  # fmt: skip
def test_each_fault_is_told(setting: str, expected: str) -> None:
    key, _, _ = setting.partition("=")
    assert messages(f"fleets.{setting}") == [f"fleets.{key}: {expected}"]


def test_a_destination_that_nobody_knows_is_told() -> None:
    (message,) = messages("fleets.residents.work.destinations.0.place=jinmaa")
    assert message.startswith("fleets.residents.work.destinations.0.place: found 'jinmaa'; must be a name in")


def test_what_errands_and_visitors_lead_to_counts_as_used() -> None:
    used = used_profiles(load(SCENARIO))
    assert used.seasons.keys() == {"public_cars"}
    assert {"jinma", "dounan", "kmg", "cuihu"} <= used.places.keys()
