"""Every metric: its name, unit, meaning, and the scopes that have it."""

from __future__ import annotations

from dataclasses import dataclass

from fleetsim.results.schema import SOURCES

_FLEETS = ("run", "city", "fleet")
_CITIES = ("run", "city")
_SITES = ("run", "city", "site")
_ALL = ("run", "city", "fleet", "site")
_FAILED = "duties cancelled, and service trips more than 5 minutes late, because the"
_KEPT = "what is fed back goes off, but for a site"
_ALL_AND_GRID = (*_ALL, "grid")
_GRID = ("grid",)
_ASSET = ("asset",)


@dataclass(frozen=True, slots=True)
class Metric:
    """What a metric means."""

    name: str
    unit: str
    scopes: tuple[str, ...]
    definition: str


METRICS = (
    Metric("energy_kwh", "kWh", _ALL, "energy that sessions took at the meter, AC"),
    Metric(
        "fed_back_kwh",
        "kWh",
        _ALL,
        "energy that vehicles fed back to their sites at the meter, AC; sites used all of it at once, so that they "
        "bought as much less at the price of that moment",
    ),
    Metric("released_kwh", "kWh", _ALL, "energy that left the batteries of vehicles to be fed back"),
    Metric(
        "grid_kwh",
        "kWh",
        _SITES,
        "energy at the grid connections, all loads, within the reported time, less what was fed in",
    ),
    Metric("solar_kwh", "kWh", _SITES, "energy that the sites' own panels gave, AC, curtailed energy left out"),
    Metric("curtailed_kwh", "kWh", _SITES, "energy that the panels could have given and nobody took, AC"),
    Metric("fed_in_kwh", "kWh", _SITES, "energy that the sites gave to the grid, AC"),
    Metric(
        "self_consumption",
        "share",
        _SITES,
        "share of what the panels could give that the sites' loads or batteries took; empty without panels",
    ),
    Metric(
        "self_sufficiency",
        "share",
        _SITES,
        "share of the sites' own panels, through batteries too, in what all loads took; empty without panels",
    ),
    Metric(
        "storage_cycles",
        "1",
        _SITES,
        "energy taken out of the stationary batteries' cells over their usable energy; empty without batteries",
    ),
    Metric("storage_loss_kwh", "kWh", _SITES, "energy lost in the stationary batteries, AC to AC"),
    Metric(
        "network_solar_kwh",
        "kWh",
        _CITIES,
        "energy of the panels that stand on the distribution network behind no site's meter, AC",
    ),
    Metric("network_stored_kwh", "kWh", _CITIES, "energy that the batteries on the distribution network took in, AC"),
    Metric("standby_kwh", "kWh", _SITES, "energy of the chargers' electronics, AC"),
    Metric("base_kwh", "kWh", _SITES, "energy of buildings and workshops behind the same meter, AC"),
    Metric("delivered_kwh", "kWh", _ALL, "energy at the chargers' outlets, DC"),
    Metric("conversion_loss_kwh", "kWh", _ALL, "energy lost in the chargers: at the meter less at their outlets"),
    Metric("stored_kwh", "kWh", _ALL, "energy that reached the batteries"),
    Metric("driven_kwh", "kWh", _FLEETS, "net energy that trips took from the batteries"),
    Metric(
        "initial_kwh",
        "kWh",
        _FLEETS,
        "energy in batteries and packs before their first reported trip, session or swap; of a fleet: in its vehicles",
    ),
    Metric("swapped_kwh", "kWh", _FLEETS, "energy in packs that vehicles got by swaps less that in those they gave"),
    Metric(
        "left_kwh",
        "kWh",
        _FLEETS,
        "energy in batteries and packs after their last reported trip, session or swap; of a fleet: in its vehicles",
    ),
    Metric("initial_share", "share", _FLEETS, "share of the driven energy that was in the batteries at the start"),
    Metric("distance_km", "km", _FLEETS, "distance of the trips that were run, deadheads included"),
    Metric("consumption_kwh_per_km", "kWh/km", _FLEETS, "net energy from batteries and fuel cells over distance"),
    Metric(
        "meter_kwh_per_km",
        "kWh/km",
        _FLEETS,
        "energy at the meter for each kilometre: consumption times meter energy over stored energy, so that the "
        "change of stock does not enter; of hydrogen, that of electrolyser and compressor over the hydrogen stored",
    ),
    Metric("vehicles", "1", _ALL, "number of vehicles; of a site: those at home there"),
    Metric(
        "battery_kwh", "kWh", _ALL, "energy of the vehicles' full batteries, ageing included; packs at stations apart"
    ),
    Metric("chargers", "1", _SITES, "number of chargers"),
    Metric("vehicles_per_charger", "vehicles/charger", _SITES, "vehicles that charged or swapped there over chargers"),
    Metric("sessions", "1", _ALL, "number of charging sessions"),
    Metric("trips_planned", "1", _FLEETS, "timetabled service trips: done, late and cancelled"),
    Metric("trips_done", "1", _FLEETS, "service trips that departed no more than 5 minutes late"),
    Metric("trips_late", "1", _FLEETS, "service trips that departed more than 5 minutes late"),
    Metric("trips_cancelled", "1", _FLEETS, "service trips that were not run"),
    Metric("failed_battery", "1", _FLEETS, f"{_FAILED} battery did not hold the energy"),
    Metric("failed_no_vehicle", "1", _FLEETS, f"{_FAILED} fleet had no vehicle left"),
    Metric("failed_hydrogen", "1", _FLEETS, f"{_FAILED} tank did not hold the hydrogen"),
    Metric("failed_knock_on", "1", _FLEETS, f"{_FAILED} vehicle came late from the trip before"),
    Metric("rounds_planned", "1", _FLEETS, "rounds whose shift ended within the reported time"),
    Metric("rounds_finished", "1", _FLEETS, "rounds of which every trip was run and ended by the end of the shift"),
    Metric("energy_visits", "1", _FLEETS, "arrivals at stations of vehicles without a home; of taxis, all"),
    Metric("energy_visits_prompt", "1", _FLEETS, "such arrivals that waited no more than 10 minutes for energy"),
    Metric(
        "service_level",
        "share",
        _FLEETS,
        "share of duties done in time: timetabled service trips that departed no more than 5 minutes late, rounds "
        "finished within their shift, visits of taxis for energy that waited no more than 10 minutes; what was "
        "cancelled or given up counts as failed",
    ),
    Metric("passengers", "1", _FLEETS, "passengers who were taken by lines that leave when full"),
    Metric("passengers_per_trip", "1", _FLEETS, "passengers over trips of lines that leave when full"),
    Metric(
        "passenger_wait_mean_min",
        "min",
        _FLEETS,
        "mean wait of a passenger of such a line, from coming to the stand to the departure",
    ),
    Metric("customers", "1", _FLEETS, "single customers of taxis that compete for them: taken and lost"),
    Metric("customers_lost", "1", _FLEETS, "such customers who gave up because no taxi came in time"),
    Metric("customer_wait_mean_min", "min", _FLEETS, "mean wait of a customer who was taken, until the pick-up"),
    Metric("stranded", "1", _FLEETS, "times that a taxi could reach no station and had to be fetched"),
    Metric("waits_balked", "1", _ALL, "arrivals that drove on because of the queue"),
    Metric("waits_left", "1", _ALL, "stays in a queue that the vehicle left before its turn"),
    Metric("waits_open", "1", _ALL, "stays in a queue that had not ended by the end of the run"),
    Metric("swaps", "1", _ALL, "number of pack swaps"),
    Metric("swap_capacity_use", "share", _SITES, "swaps over what the lanes could do in the reported time"),
    Metric("packs", "1", _SITES, "number of swap packs that belong to the stations"),
    Metric("packs_ready_mean", "1", _SITES, "mean number of packs that are ready at the stations"),
    Metric("unmet_kwh", "kWh", _ALL, "energy asked for at plug-in and not stored by the end of the session"),
    Metric("reserve_crossings", "1", _FLEETS, "trips that began at or above the reserve and ended below it"),
    Metric("soc_min", "share", _FLEETS, "lowest state of charge or share of a tank at the ends of trips"),
    Metric("layovers_without_gun", "1", _ALL, "layovers at terminals that were long enough to charge and found no gun"),
    Metric("waits", "1", _ALL, "number of stays in a queue for a charger or a dispenser"),
    Metric("waited_h", "h", _ALL, "vehicle-hours in queues"),
    Metric("wait_mean_min", "min", _ALL, "mean length of a stay in a queue"),
    Metric("wait_p95_min", "min", _ALL, "length that 95 % of the stays in a queue do not exceed"),
    Metric(
        "mismatch_h",
        "h",
        _ALL,
        "vehicle-hours waited while a usable charger stood free within reach: at the same site or, for vehicles "
        "without a home, at another station of their fleet no further than 10 km away in a straight line",
    ),
    Metric(
        "staff_wait_h", "h", _ALL, "vehicle-hours waited for staff while a charger was free or done with its vehicle"
    ),
    Metric("idle_charger_h", "h", _SITES, "charger-hours in service without a vehicle plugged in"),
    Metric("outage_charger_h", "h", _SITES, "charger-hours out of service"),
    Metric("interrupted_sessions", "1", _SITES, "sessions that ended because their charger failed"),
    Metric(
        "utilisation_energy",
        "share",
        _SITES,
        "energy at the chargers' outlets over nameplate power times reported hours",
    ),
    Metric("utilisation_plugged", "share", _SITES, "share of charger-hours with a vehicle plugged in"),
    Metric("utilisation_charging", "share", _SITES, "share of charger-hours with a vehicle drawing power"),
    Metric(
        "peak_kw",
        "kW",
        _SITES,
        "highest power at the connection at any instant; of several sites: highest 15-minute mean of their sum",
    ),
    Metric("mean_kw", "kW", _SITES, "mean power at the connection"),
    Metric("connection_kw", "kW", _SITES, "limit of the grid connections, AC; empty where a site has none"),
    Metric("connection_use", "share", _SITES, "peak power over the limit of the connections"),
    Metric("transformer_kw", "kW", _SITES, "limit of the transformers at their elevation; empty where a site has none"),
    Metric("transformer_use", "share", _SITES, "peak power over the limit of the transformers"),
    Metric("limit_bound_h", "h", _SITES, "site-hours, in slots, in which power touched the limit of a site"),
    Metric(
        "cabinet_bound_h", "h", _SITES, "cabinet-hours in which the guns of a cabinet could draw more than it gives"
    ),
    Metric(
        "clean_share",
        "share",
        _ALL_AND_GRID,
        f"clean share, average of production (location-based), weighted by energy; {_KEPT}",
    ),
    Metric(
        "clean_share_consumption",
        "share",
        _ALL_AND_GRID,
        "clean share, average of consumption with exports carrying the mix, weighted by energy",
    ),
    Metric(
        "clean_share_dedicated",
        "share",
        _ALL_AND_GRID,
        "clean share, average of consumption with contracted hydro exported first, weighted by energy",
    ),
    Metric(
        "clean_share_zone",
        "share",
        _ALL,
        "clean share, average of consumption in the zone of the city by flow tracing, weighted by energy",
    ),
    Metric(
        "clean_share_contractual",
        "share",
        _ALL,
        "clean share, market-based: green certificates held, the residual mix for the rest; empty without certificates",
    ),
    Metric(
        "clean_share_driven",
        "share",
        _FLEETS,
        "clean share (average of production) of the driven energy, followed through batteries and tanks, initial "
        "energy left out; delivered hydrogen counts as not clean",
    ),
    Metric("emission_kg", "kg CO2", _ALL, f"emission of the energy of the sessions, average of production; {_KEPT}"),
    Metric(
        "emission_kg_per_km",
        "kg CO2/km",
        _FLEETS,
        "emission for each kilometre: mean emission of a kilowatt-hour at the meter times meter energy for each "
        "kilometre; of hydrogen, mean emission of a kilogram stored times hydrogen used",
    ),
    Metric("cost_cny", "CNY", _ALL, f"cost of the energy of the sessions at the tariff; {_KEPT}"),
    Metric(
        "grid_cost_cny",
        "CNY",
        _SITES,
        "cost at the tariff of all that the sites took from the grid, buildings and hydrogen included: net draw of "
        "each 15 minutes at its price; what goes into the grid earns nothing here",
    ),
    Metric(
        "demand_charge_cny",
        "CNY",
        _SITES,
        "demand charge of the connections: highest 15-minute mean of each month at its price, by the share of the "
        "month that was reported; 0 where the tariff charges none",
    ),
    Metric(
        "cost_cny_per_km",
        "CNY/km",
        _FLEETS,
        "cost of energy for each kilometre: mean cost of a kilowatt-hour at the meter times meter energy for each "
        "kilometre; of hydrogen, that of electrolyser and compressor over the hydrogen stored",
    ),
    Metric(
        "cost_cny_per_kwh",
        "CNY/kWh",
        _ALL,
        f"cost of the energy of the sessions over that energy at the meter; {_KEPT}",
    ),
    Metric(
        "balance_error",
        "share",
        _ALL,
        "largest relative gap of the energy balance of a vehicle (initial + stored + swapped = driven + fed back + "
        "left; meter = power over time), of the packs of a station (initial + stored = swapped + left), or of a site "
        "(meter + panels + battery = delivered + conversion losses + hydrogen + standby + base)",
    ),
    Metric("refuels", "1", _ALL, "number of hydrogen fills; one that waits for pressure and goes on is one"),
    Metric("hydrogen_kg", "kg", _ALL, "hydrogen filled into tanks"),
    Metric("hydrogen_produced_kg", "kg", _SITES, "hydrogen that electrolysers made, vented hydrogen included"),
    Metric("hydrogen_delivered_kg", "kg", _SITES, "hydrogen that trucks brought"),
    Metric("hydrogen_vented_kg", "kg", _SITES, "hydrogen lost behind the electrolyser and at the dispensers"),
    Metric("pressure_waits", "1", _ALL, "stays at a dispenser in which no bank had the pressure to fill the tank"),
    Metric("pressure_wait_h", "h", _ALL, "hours of these stays, together"),
    Metric("hydrogen_kg_per_100km", "kg/100 km", _FLEETS, "hydrogen used by trips over their distance, per 100 km"),
    Metric("electrolyser_kwh", "kWh", _SITES, "energy of electrolysers at the meter, AC"),
    Metric("compressor_kwh", "kWh", _SITES, "energy of hydrogen compressors at the meter, AC"),
    Metric(
        "hydrogen_clean_share",
        "share",
        _ALL,
        "clean share (average of production) of the hydrogen filled into tanks, followed through the storages, initial "
        "hydrogen left out; delivered hydrogen counts as not clean",
    ),
    Metric(
        "hydrogen_emission_kg",
        "kg CO2",
        _SITES,
        "emission of making, compressing and bringing hydrogen, average of production",
    ),
    Metric("hydrogen_cost_cny", "CNY", _SITES, "cost of the energy of electrolysers and compressors at the tariff"),
    Metric(
        "balance_error_hydrogen",
        "share",
        _ALL,
        "largest relative gap of the hydrogen balance of a storage (initial + produced + delivered = dispensed + "
        "vented + left) or a tank (initial + filled = used + left)",
    ),
    *(
        Metric(f"generation_{source}_gwh", "GWh", _GRID, f"generation by {source} within the reported time")
        for source in SOURCES
    ),
    Metric("demand_gwh", "GWh", _GRID, "demand of the zone within the reported time"),
    Metric("export_gwh", "GWh", _GRID, "net export of the zone within the reported time"),
    Metric("peak_loading", "share", _ASSET, "highest loading of a slot"),
    Metric("heavy_h", "h", _ASSET, "time with a loading above 80 %"),
    Metric("overload_h", "h", _ASSET, "time with a loading above 100 %"),
    Metric("lowest_voltage_pu", "pu", _ASSET, "lowest voltage at its lower end"),
    Metric("highest_voltage_pu", "pu", _ASSET, "highest voltage at its lower end"),
    Metric("reverse_h", "h", _ASSET, "time in which active power flows through it towards the substation"),
    Metric("load_factor", "share", _ASSET, "mean over highest active power"),
    Metric("loss_kwh", "kWh", _ASSET, "loss within the reported time; unknown of substations"),
    Metric("hot_spot_c", "degC", _ASSET, "highest temperature of the winding, transformers (IEC 60076-7)"),
    Metric("ageing", "1", _ASSET, "mean ageing over that at a hot spot of 98 degC, transformers (IEC 60076-7)"),
    Metric(
        "coincidence", "share", _ASSET, "highest power of the sites below it together over the sum of their own highest"
    ),
)
