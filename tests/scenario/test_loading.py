"""A scenario file and its workspace become one frozen scenario, whatever is thrown at it."""

from __future__ import annotations

import copy
import pickle
import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from fleetsim.errors import InputError
from fleetsim.scenario.loading import load
from fleetsim.workspace import packaged_inputs

HERE = Path(__file__).resolve().parent.parent


@pytest.fixture
def depot(small_workspace: Path) -> Path:
    return small_workspace / "configs" / "depot.yaml"


def test_a_good_scenario_holds_everything_that_its_file_names(depot: Path, small_workspace: Path) -> None:
    scenario = load(depot)

    assert scenario.file == "configs/depot.yaml"
    assert scenario.workspace == small_workspace
    assert scenario.spec.sites["east"].chargers[0].count == 10
    assert scenario.spec.warmup_days == 2
    assert scenario.profiles.vehicles["bus_small"].battery_kwh == 150
    assert len(scenario.timetables["line_1_extra"].trips) == 4
    assert "line_1" not in scenario.timetables
    assert scenario.tariff.name == "yunnan_general"


def test_a_scenario_cannot_be_changed_and_travels_to_other_processes(depot: Path) -> None:
    scenario = load(depot)

    with pytest.raises(ValidationError):
        scenario.spec.days = 3
    assert pickle.loads(pickle.dumps(scenario)).spec == scenario.spec


def test_every_file_that_was_read_is_listed_with_its_fingerprint(depot: Path, small_workspace: Path) -> None:
    inputs = load(depot).inputs

    assert {
        "configs/depot.yaml",
        "profiles/vehicles.yaml",
        "profiles/timetables/line_1.csv",
        "grid/tariffs.yaml",
    } <= set(inputs)
    for file, digest in inputs.items():
        assert digest == sha256((small_workspace / file).read_bytes()).hexdigest()


def test_a_scenario_from_elsewhere_runs_in_a_given_workspace(
    depot: Path, small_workspace: Path, tmp_path: Path
) -> None:
    elsewhere = shutil.copy(depot, tmp_path / "mine.yaml")

    scenario = load(Path(elsewhere), workspace=small_workspace)

    assert scenario.spec.name == "depot"
    assert "mine.yaml" in scenario.inputs


def test_overrides_win_over_the_file(depot: Path) -> None:
    scenario = load(depot, overrides=["sites.east.chargers.0.count=12", "seed=5", "sites.east.base_load_kw=20"])

    assert scenario.spec.sites["east"].chargers[0].count == 12
    assert scenario.spec.sites["east"].base_load_kw == 20
    assert scenario.spec.seed == 5


def test_a_bad_override_is_named_as_one(depot: Path) -> None:
    overrides = ["sites.east.chargers.0.count=-1", "sites.west.strategy=valley", "sites.east.strateg=valley"]

    with pytest.raises(InputError) as caught:
        load(depot, overrides=overrides)

    assert str(caught.value).splitlines() == [
        "--set: sites.west.strategy: sites has no west (did you mean east?); it has: east",
        "--set: sites.east.chargers.0.count: found -1; must be above 0 and at most 100000",
        "--set: sites.east.strateg: unknown key (did you mean strategy?); allowed here: "
        "kind, place, title, connection_kw, power_factor, transformer, network_node, base_load_kw, "
        "solar, storage, chargers, staff, strategy, peak_kw, sharing, sources",
    ]


@pytest.mark.parametrize("file", sorted(path.name for path in (packaged_inputs() / "configs").glob("*.yaml")))
def test_the_shipped_scenarios_load(file: str) -> None:
    scenario = load(packaged_inputs() / "configs" / file)

    assert scenario.spec.name == Path(file).stem


def _places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside plain data."""
    if at:
        yield at
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from _places(value, (*at, key))


_GOOD = yaml.safe_load((HERE / "workspace" / "configs" / "depot.yaml").read_text(encoding="utf-8"))
_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.sampled_from(["depot", "rotation", "timetable", "1,200", "valley", "east", "*", 1e400, 10**400])
)
_ANYTHING = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def mutable(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], Path]:
    root = tmp_path_factory.mktemp("mutants") / "workspace"
    shutil.copytree(HERE / "workspace", root)
    shutil.copytree(packaged_inputs() / "grid", root / "grid")

    def write(data: Any) -> Path:
        path = root / "configs" / "mutant.yaml"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return path

    return write


def _messages(path: Path) -> list[str]:
    try:
        load(path)
    except InputError as error:
        return [str(problem) for problem in error.problems]
    return []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    at=st.sampled_from(list(_places(_GOOD))),
    deed=st.sampled_from(["replace", "remove", "add"]),
    value=_ANYTHING,
    key=st.text(max_size=6) | st.integers(),
)
def test_no_mutation_of_a_scenario_raises_anything_but_an_input_error(
    mutable: Callable[[Any], Path], at: tuple[Any, ...], deed: str, value: Any, key: Any
) -> None:
    data = copy.deepcopy(_GOOD)
    holder = data
    for step in at[:-1]:
        holder = holder[step]
    if deed == "replace":
        holder[at[-1]] = value
    elif deed == "remove":
        del holder[at[-1]]
    elif isinstance(holder, dict):
        holder[key] = value
    else:
        holder.append(value)

    for message in _messages(mutable(data)):
        assert message.isprintable()
        assert not any(jargon in message for jargon in ("Input should", "function-", "valid dictionary", "union"))
