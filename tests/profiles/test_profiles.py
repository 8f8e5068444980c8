"""The profiles: plausible, consistent with each other, and as documented."""

from __future__ import annotations

from fleetsim.profiles import Profiles


def test_routes_run_between_known_places_of_their_city(profiles: Profiles) -> None:
    for route in profiles.routes.values():
        assert route.city in profiles.cities
        for waypoint in route.waypoints:
            assert profiles.places[waypoint.place].city == route.city


def test_routes_are_no_shorter_than_the_straight_line_between_their_waypoints(profiles: Profiles) -> None:
    for name, route in profiles.routes.items():
        assert route.waypoints[0].distance_km == 0.0
        for near, far in zip(route.waypoints[:-1], route.waypoints[1:], strict=True):
            straight_km = _straight_km(profiles, near.place, far.place)
            assert straight_km <= far.distance_km - near.distance_km <= 1.6 * straight_km, name


def test_line_101_climbs_680_m_over_nearly_30_km(profiles: Profiles) -> None:
    route = profiles.routes["line_101"]
    assert [point.place for point in route.waypoints] == ["lj_oldtown", "shuhe", "baisha", "yushuizhai", "ganhaizi"]
    assert 29.0 < route.waypoints[-1].distance_km < 30.0
    assert profiles.places["ganhaizi"].elevation_m - profiles.places["lj_oldtown"].elevation_m == 680.0
    assert route.waypoints[-1].distance_km / route.speed_kmh < 1.0


def test_charge_curves_start_empty_end_full_and_never_stop(profiles: Profiles) -> None:
    for model in profiles.vehicles.values():
        socs = [corner.soc for corner in model.charge_curve]
        assert socs[0] == 0.0
        assert socs[-1] == 1.0
        assert socs == sorted(socs)
        assert all(corner.c_rate > 0 for corner in model.charge_curve)


def test_places_lie_in_yunnan_at_heights_that_exist_there(profiles: Profiles) -> None:
    for place in profiles.places.values():
        assert 24.5 < place.lat < 27.5
        assert 99.5 < place.lon < 103.5
        assert 1_500 < place.elevation_m < 3_500


def _straight_km(profiles: Profiles, a: str, b: str) -> float:
    near, far = profiles.places[a], profiles.places[b]
    north_km, east_km = 111.2 * (far.lat - near.lat), 111.2 * 0.9 * (far.lon - near.lon)
    return float((north_km**2 + east_km**2) ** 0.5)
