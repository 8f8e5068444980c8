"""From a scenario file and its workspace to one frozen scenario, or to the list of all that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from fleetsim.documents import Document, one_of, parse, read_yaml, shown
from fleetsim.errors import InputError, Problem
from fleetsim.grid.inputs import load_grid
from fleetsim.grid.spec import GridSpec
from fleetsim.grid.tariff import load_tariffs
from fleetsim.network.reading import FOLDER, SOLAR, STORAGE, NetworkInputs, load_network
from fleetsim.network.rules import load_rules
from fleetsim.profiles import Profiles
from fleetsim.profiles.loading import LoadedProfiles, load_profiles, profile_file, profile_names
from fleetsim.scenario.kinds import add_installed_kinds
from fleetsim.scenario.lists import Listed, with_lists
from fleetsim.scenario.local_supply import supply_problems
from fleetsim.scenario.overrides import override
from fleetsim.scenario.parts import join, part_paths
from fleetsim.scenario.references import Sections, fleet_problems, grid_problems, site_problems
from fleetsim.scenario.remarks import remarks
from fleetsim.scenario.roaming import RoamingFleet
from fleetsim.scenario.schema import Fleets, Horizon, Scenario, ScenarioSpec
from fleetsim.scenario.sites import Site
from fleetsim.scenario.stations import taxi_problems, visitor_problems, with_stations
from fleetsim.scenario.strategies import allow_strategies
from fleetsim.scenario.terminals import terminal_problems
from fleetsim.spec import Name, Spec
from fleetsim.work.spec import Timetable
from fleetsim.work.timetable import TimetableTrips, read_timetable
from fleetsim.workspace import find_workspace

SpecT = TypeVar("SpecT", bound=Spec)


def load(path: Path, *, overrides: Sequence[str] = (), workspace: Path | None = None) -> Scenario:
    """The scenario of a file. Raises ``InputError`` with every problem of the file and of its workspace.

    ``overrides`` are settings like ``sites.dayangfu.chargers.0.count=12``; ``workspace`` is the folder that holds
    ``profiles/`` and ``grid/``, by default the nearest such folder above the file.
    """
    if not path.exists():
        hint = "the file does not exist (fleetsim init DIR makes a workspace with scenarios to begin with)"
        raise InputError([Problem(str(path), None, "", "", hint)])
    add_installed_kinds()
    allow_strategies()
    root = find_workspace(path, workspace)
    problems: list[Problem] = []
    of_parts = [setting for setting in overrides if setting.startswith("parts")]
    document = join(override(read_yaml(path, root), of_parts, problems), path, root, problems)
    document, lists = with_lists(document, root, problems)
    document = override(document, [setting for setting in overrides if setting not in of_parts], problems)
    spec = parse(ScenarioSpec, document, document.data, (), problems)
    sections = _sections(spec, document.data)
    loaded = _with_places(load_profiles(root, problems), lists, root, problems)
    grid = load_grid(root, problems)
    before = len(problems)
    tariffs = load_tariffs(root, problems)
    tariff_names = {*tariffs, *(problem.key.split(".")[0] for problem in problems[before:])}
    problems.extend(site_problems(document, sections, loaded.names, loaded.profiles))
    skies = None if grid is None else grid.sky.sites
    problems.extend(supply_problems(document, sections.sites, loaded.profiles.places, skies))
    problems.extend(fleet_problems(document, sections, loaded.names, loaded.profiles))
    problems.extend(grid_problems(document, sections, grid, tariffs, tariff_names))
    problems.extend(taxi_problems(document, sections, loaded))
    problems.extend(visitor_problems(document, sections))
    network = load_network(root, problems)
    rules = load_rules(root, problems) if (root / FOLDER).is_dir() else None
    problems.extend(_network_node_problems(document, sections, network))
    if spec is not None:
        problems.extend(_city_supply_problems(document, spec.grid, network, (root / FOLDER).is_dir(), skies))
    timetables = _timetables(document, sections, root, loaded.names.get("places"), problems)
    problems.extend(terminal_problems(document, sections, timetables, loaded.profiles))
    if problems or spec is None or grid is None:
        raise InputError(_in_reading_order(problems))
    timetables = {name: _in_blocks(spec, name, table, loaded.profiles) for name, table in timetables.items()}
    scenario = Scenario(
        spec=with_stations(spec, loaded.profiles),
        workspace=root,
        file=document.file,
        profiles=loaded.profiles,
        timetables=timetables,
        grid=grid,
        tariff=tariffs[spec.tariff],
        network=network,
        rules=rules,
        inputs=_fingerprints([path, *part_paths(path, document.data)], lists.files, root, spec),
    )
    return replace(scenario, remarks=(*lists.remarks, *remarks(scenario)))


def _with_places(loaded: LoadedProfiles, lists: Listed, root: Path, problems: list[Problem]) -> LoadedProfiles:
    """The profiles with the places of the scenario's lists."""
    places, cities = loaded.names.get("places"), loaded.names.get("climates")
    if not lists.files or places is None or cities is None:
        return loaded
    file = shown(lists.files[0], root)
    for name, row in lists.places.items():
        if name in places:
            allowed = "must be a name that profiles/places.yaml does not have"
            problems.append(Problem(file, row.line, "place", repr(name), allowed))
        if row.spec.city not in cities:
            allowed = one_of(row.spec.city, sorted(cities), "profiles/climates.yaml")
            problems.append(Problem(file, row.line, "city", repr(row.spec.city), allowed))
    listed = lists.places_in(loaded.profiles.cities)
    profiles = replace(loaded.profiles, places={**loaded.profiles.places, **listed})
    return LoadedProfiles(profiles, {**loaded.names, "places": places | listed.keys()})


def _sections(spec: ScenarioSpec | None, data: Any) -> Sections:
    """What can be checked against the workspace: everything, or the sound parts of a faulty file."""
    if spec is not None:
        return Sections(spec.sites, spec.fleets, spec.sites, spec.clock, spec.grid, spec.tariff, complete=True)
    held = data if isinstance(data, dict) else {}
    raw_sites, raw_fleets = (held[key] if isinstance(held.get(key), dict) else {} for key in ("sites", "fleets"))
    horizon = _sound(Horizon, {key: held[key] for key in Horizon.model_fields if key in held})
    tariff = _sound(_OneTariff, {"tariff": held.get("tariff")})
    return Sections(
        sites={name: s.site for name, raw in raw_sites.items() if (s := _sound(_OneSite, {"site": raw}))},
        fleets={
            name: f.fleets["one"] for name, raw in raw_fleets.items() if (f := _sound(Fleets, {"fleets": {"one": raw}}))
        },
        site_names={str(name) for name in raw_sites},
        clock=horizon.clock if horizon else None,
        grid=_sound(GridSpec, held.get("grid")),
        tariff=tariff.tariff if tariff else None,
        complete=False,
    )


class _OneSite(Spec):
    site: Site


class _OneTariff(Spec):
    tariff: Name


def _sound(model: type[SpecT], data: Any) -> SpecT | None:
    try:
        return model.model_validate(data)
    except ValidationError:
        return None


def _city_supply_problems(
    document: Document, grid: GridSpec, network: NetworkInputs | None, has_network: bool, skies: Collection[str] | None
) -> Iterator[Problem]:
    """Panels and batteries that a scenario wants on its network and that no table has, or that no sky shines on."""
    files = {"city_solar": SOLAR, "city_storage": STORAGE}
    for key, rows in (("city_solar", network and network.solar), ("city_storage", network and network.storage)):
        wanted = getattr(grid, key)
        if wanted and not rows and (network is not None or not has_network):
            yield document.problem(("grid", key), f"{wanted:g}", f"needs rows in {files[key]} of the workspace")
    if network is None or skies is None or not grid.city_solar:
        return
    for city in sorted({network.city_of(row.node) for row in network.solar} - {*skies}):
        allowed = one_of(city, sorted(skies), "cities of grid/solar.yaml, for panels on the network")
        yield document.problem(("grid", "city_solar"), f"panels in {city}", allowed)


def _network_node_problems(document: Document, sections: Sections, network: NetworkInputs | None) -> Iterator[Problem]:
    """Sites that hang on what the network does not have; a network that is faulty itself is not looked into."""
    if network is None:
        return
    known = [*network.feeders, *network.transformers]
    for name, site in sections.sites.items():
        if site.network_node is not None and site.network_node not in known:
            allowed = one_of(site.network_node, known, "feeders and transformers")
            yield document.problem(("sites", name, "network_node"), repr(site.network_node), allowed)


def _timetables(
    document: Document,
    sections: Sections,
    root: Path,
    places: Collection[str] | None,
    problems: list[Problem],
) -> Mapping[str, TimetableTrips]:
    timetables: dict[str, TimetableTrips] = {}
    read: dict[str, TimetableTrips | None] = {}
    for name, fleet in sections.fleets.items():
        if isinstance(fleet, RoamingFleet) or not isinstance(fleet.work, Timetable):
            continue
        file = fleet.work.file
        path = root / file
        if not path.is_file():
            at = ("fleets", name, "work", "file")
            problems.append(document.problem(at, repr(file), "must be a file in the workspace, named from its root"))
            continue
        if file not in read:
            read[file] = read_timetable(path, root, places, problems)
        timetable = read[file]
        if timetable is not None:
            timetables[name] = timetable
    return timetables


def _in_blocks(spec: ScenarioSpec, name: str, timetable: TimetableTrips, profiles: Profiles) -> TimetableTrips:
    """A fleet's timetable with every trip in a block."""
    if all(trip.block for trip in timetable.trips):
        return timetable
    from fleetsim.timetables.scheduling import with_blocks

    fleet = spec.fleets[name]
    assert not isinstance(fleet, RoamingFleet)
    assert isinstance(fleet.work, Timetable)
    return with_blocks(timetable, fleet.work.scheduling, spec.sites[fleet.home].place, profiles.places)


def _in_reading_order(problems: Sequence[Problem]) -> list[Problem]:
    """Each problem once, by file in the order in which the files were read, and by line."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    return sorted(dict.fromkeys(problems), key=lambda problem: (files.index(problem.file), problem.line or 0))


def _fingerprints(paths: Sequence[Path], lists: Sequence[Path], root: Path, spec: ScenarioSpec) -> Mapping[str, str]:
    """SHA-256 of the scenario file, its parts, and every input that the workspace gave to it."""
    works = [fleet.work for fleet in spec.fleets.values() if not isinstance(fleet, RoamingFleet)]
    timetables = {work.file for work in works if isinstance(work, Timetable)}
    grid = (root / "grid").rglob("*")
    inputs = [
        *(profile_file(root, name) for name in profile_names(root)),
        *sorted(file for file in grid if file.suffix in {".yaml", ".csv"} and file.is_file()),
        *(root / file for file in sorted(timetables)),
        *lists,
    ]
    named = {_input_name(path, root): path for path in paths} | {shown(file, root): file for file in inputs}
    return {name: sha256(file.read_bytes()).hexdigest() for name, file in named.items()}


def _input_name(path: Path, root: Path) -> str:
    """Name of the scenario file among the inputs: the same wherever a file outside the workspace lies."""
    inside = path.resolve().is_relative_to(root.resolve())
    return shown(path, root) if inside else path.name
