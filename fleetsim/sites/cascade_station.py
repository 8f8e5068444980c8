"""A hydrogen station whose storage is a cascade of banks, each with a pressure of its own.

A vehicle that has a dispenser is filled from the lowest bank whose pressure is above its tank's by the margin, then
from the next. When no bank has pressure left it keeps the dispenser and waits until the banks could give it what it
asks; it leaves with what it has when its time is up, or when that is enough. The compressor fills the highest bank that
is not full; what that takes follows the bank's pressure in steps of a tenth of its content. While the electrolyser
gives nothing, it may lift hydrogen from a lower bank into a higher one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from simpy import Environment

from fleetsim.charging.sharing import NEVER, TOLERANCE_S
from fleetsim.clock import HOUR_S
from fleetsim.energy.cascade import flow_kg, until_margin_s
from fleetsim.results.schema import REFUEL_ENDS, WAIT_OUTCOMES
from fleetsim.scenario.hydrogen import RESTART_SHARE
from fleetsim.signals import Signals
from fleetsim.sites.bank import Bank, BankPlant, CascadePlant
from fleetsim.sites.hydrogen_station import (
    IDLE,
    SMALLEST_FILL_KG,
    HydrogenStation,
    Production,
    StationPlant,
    Truck,
)
from fleetsim.sites.log import SiteLog
from fleetsim.sites.refuelling import SMALL_KG, Refuelling

_FULL, _PRESSURE = (REFUEL_ENDS.index(word) for word in ("full", "pressure"))
_SERVED, _LEFT, _OPEN = (WAIT_OUTCOMES.index(word) for word in ("served", "left", "horizon"))


class CascadeStation(HydrogenStation):
    """The agent of a hydrogen station with banks."""

    def __init__(
        self, env: Environment, plant: StationPlant, cascade: CascadePlant, signals: Signals, log: SiteLog
    ) -> None:
        self._cascade = cascade
        self._banks = [Bank(bank, env.now) for bank in cascade.banks]
        self._source: dict[Refuelling, int] = {}
        """The bank from which each fill draws."""
        self._holding: dict[Refuelling, float] = {}
        """Vehicles at a dispenser that wait for pressure, and since when."""
        self._fed = -1
        """The bank that the compressor fills."""
        self._lifted = -1
        """The bank from which it takes the hydrogen, where that is none of the electrolyser's."""
        self._production = cache(self._production_at)
        self._lift = cache(self._lift_at)
        super().__init__(env, plant, signals, log)
        for at_s, banks in cascade.weather:
            self._note(at_s, self._change_weather, banks)
        self._arm()

    def leave(self, visit: Refuelling) -> None:
        """A vehicle whose time was up goes without hydrogen."""
        if visit in self._holding:
            self._stop_waiting(visit, _LEFT)
            visit.over = True
            self._settle()
        else:
            super().leave(visit)

    def close(self) -> None:
        """The horizon has come: write down what is still open."""
        self._advance()
        for visit in self._holding:
            self._log.pressure_waits.add(visit.vehicle, self._plant.site, self._holding[visit], self._env.now, _OPEN)
        super().close()
        for number, bank in enumerate(self._banks):
            self._write_bank(number, bank)

    # Banks

    def _advance(self) -> None:
        now_s, rate = self._env.now, self._plant.dispense_kg_per_s
        for bank in self._banks:
            bank.kg += bank.net_kg_per_s * (now_s - self._since_s)
        for visit in self._filling:
            visit.level_kg = visit.start_kg + (now_s - visit.start_s) * rate
        self._level_kg = sum(bank.kg for bank in self._banks)
        self._since_s = now_s

    def _change_weather(self, banks: Sequence[BankPlant]) -> None:
        """A warmer day raises the pressure of what the banks hold, a colder one lowers it."""
        for number, (bank, plant) in enumerate(zip(self._banks, banks, strict=True)):
            self._write_bank(number, bank)
            bank.plant = plant
        self._production.cache_clear()
        self._lift.cache_clear()

    def _take_in(self, truck: Truck) -> float:
        """Fill the banks from a truck, the lowest first, none above its pressure."""
        left_kg = truck.hydrogen_kg
        for number, bank in enumerate(self._banks):
            most_kg = bank.plant.capacity_kg
            if truck.pressure_mpa < NEVER:
                most_kg = min(most_kg, bank.plant.vessel.content_kg(truck.pressure_mpa))
            kg = max(0.0, min(left_kg, most_kg - bank.kg))
            self._write_bank(number, bank)
            bank.kg += kg
            bank.since_kg = bank.kg
            left_kg -= kg
        self._level_kg = sum(bank.kg for bank in self._banks)
        return truck.hydrogen_kg - left_kg

    def _write_bank(self, number: int, bank: Bank) -> None:
        """Write down how a bank's level went since the last time."""
        now_s = self._env.now
        if now_s > bank.since_s:
            self._log.banks.add(self._plant.site, number, bank.since_s, now_s, bank.since_kg, bank.kg)
        bank.since_s, bank.since_kg = now_s, bank.kg

    @property
    def _fed_kg_per_s(self) -> float:
        """What the compressor brings into the bank that it fills."""
        return self._cascade.lift_kg_per_s if self._lifted >= 0 else self._inflow_kg_per_s

    def _change_rates(self) -> None:
        """Let every bank's level go on as production and fills ask from now on."""
        out = self._plant.dispense_kg_per_s * self._drain
        draws = list(self._source.values())
        for number, bank in enumerate(self._banks):
            net = (self._fed_kg_per_s if number == self._fed else 0.0) - draws.count(number) * out
            if number == self._lifted:
                net -= self._cascade.lift_kg_per_s
            if net != bank.net_kg_per_s:
                self._write_bank(number, bank)
                bank.net_kg_per_s = net

    def _gives_kg(self, visit: Refuelling, number: int, bank_kg: float, tank_kg: float) -> float:
        """What a bank that holds ``bank_kg`` gives to a tank that holds ``tank_kg``."""
        plant = self._banks[number].plant
        above_kg = (bank_kg - plant.least_kg) / self._drain
        if above_kg <= 0.0:
            return 0.0
        flow = flow_kg(plant.vessel, visit.tank, (bank_kg, tank_kg), plant.margin_mpa, self._drain)
        return min(above_kg, flow, visit.target_kg - tank_kg)

    def _all_give_kg(self, visit: Refuelling, levels_kg: Sequence[float]) -> float:
        """What banks with these levels give to a vehicle, one after the other."""
        tank_kg = visit.level_kg
        for number, level_kg in enumerate(levels_kg):
            tank_kg += self._gives_kg(visit, number, level_kg, tank_kg)
        return tank_kg - visit.level_kg

    # Dispensers

    def _serve(self) -> None:
        """Move fills on to the next bank, begin what the banks allow, and let vehicles to the free dispensers."""
        now_s, dispensers = self._env.now, self._plant.dispensers
        for visit in tuple(self._filling):
            self._move_on(visit)
        for visit in tuple(self._holding):
            self._go_on(visit)
        while self._queue and not self._closures and len(self._filling) + len(self._holding) < dispensers:
            visit = self._queue[0]
            if visit.ended.triggered:
                return
            self._queue.popleft()
            if now_s > visit.arrive_s:
                self._log.waits.add(visit.vehicle, self._plant.site, visit.arrive_s, now_s, _SERVED)
            self._holding[visit] = now_s
            self._go_on(visit)

    def _move_on(self, visit: Refuelling) -> None:
        """Stay with the bank while it gives, else take the next one; without one, stop and wait for pressure."""
        if visit.target_kg - visit.level_kg <= SMALL_KG:
            self._stop(visit, _FULL)
            self._end(visit)
            return
        for number in range(self._source[visit], len(self._banks)):
            if self._gives_kg(visit, number, self._banks[number].kg, visit.level_kg) > SMALL_KG:
                self._source[visit] = number
                return
        self._stop(visit, _PRESSURE)
        self._holding[visit] = self._env.now

    def _stop(self, visit: Refuelling, reason: int) -> None:
        if self._env.now > visit.start_s:
            self._write_fill(visit, self._env.now, reason)
        self._filling.remove(visit)
        del self._source[visit]
        visit.filling, visit.start_kg = False, visit.level_kg

    def _end(self, visit: Refuelling) -> None:
        """The vehicle leaves with what it has."""
        visit.over = True
        visit.ended.succeed()

    def _stop_waiting(self, visit: Refuelling, outcome: int) -> None:
        since_s = self._holding.pop(visit)
        if self._env.now > since_s:
            self._log.pressure_waits.add(visit.vehicle, self._plant.site, since_s, self._env.now, outcome)

    def _go_on(self, visit: Refuelling) -> None:
        """Fill a vehicle at a dispenser if the banks can give what it asks, and let it go if that is idle."""
        if visit.ended.triggered:
            return
        missing_kg, got_kg = visit.target_kg - visit.level_kg, visit.level_kg - visit.came_kg
        enough = got_kg > 0.0 and visit.level_kg >= visit.enough_kg - SMALL_KG
        late = got_kg > 0.0 and visit.until_s <= self._env.now + TOLERANCE_S
        if enough or late or self._best_kg(visit) < min(SMALLEST_FILL_KG, missing_kg) - SMALL_KG:
            self._stop_waiting(visit, _LEFT if late else _SERVED)
            self._end(visit)
        elif self._all_give_kg(visit, [bank.kg for bank in self._banks]) >= self._asked_kg(visit) - SMALL_KG:
            self._begin_flow(visit)

    def _begin_flow(self, visit: Refuelling) -> None:
        self._stop_waiting(visit, _SERVED)
        visit.filling, visit.start_s = True, self._env.now
        visit.start_kg = visit.level_kg
        self._filling.append(visit)
        self._source[visit] = 0
        self._move_on(visit)

    def _best_kg(self, visit: Refuelling) -> float:
        """What the banks give to a vehicle when each is as full as the compressor keeps it."""
        return self._all_give_kg(visit, [RESTART_SHARE * bank.plant.capacity_kg for bank in self._banks])

    def _asked_kg(self, visit: Refuelling) -> float:
        """The least hydrogen for which a fill begins or goes on."""
        missing_kg = visit.target_kg - visit.level_kg
        asked_kg = max(visit.enough_kg - visit.level_kg, min(SMALLEST_FILL_KG, missing_kg))
        return min(asked_kg, missing_kg, self._best_kg(visit))

    def _time_up(self, visit: Refuelling) -> None:
        """A vehicle that cannot wait longer takes what there is, leaves with what it has, or must decide."""
        waiting = not (visit.filling or visit.over or visit.ended.triggered)
        if not waiting or visit.until_s > self._env.now + TOLERANCE_S:
            return
        if visit in self._holding:
            gives_kg = self._all_give_kg(visit, [bank.kg for bank in self._banks])
            if gives_kg >= min(SMALLEST_FILL_KG, visit.target_kg - visit.level_kg):
                self._begin_flow(visit)
                return
            if visit.level_kg > visit.came_kg:
                return  # `_go_on` lets it go
        visit.ended.succeed()

    def _change_closures(self, step: int) -> None:
        if step > 0:
            for visit, since_s in reversed(tuple(self._holding.items())):
                visit.arrive_s = since_s
                visit.came_kg = visit.level_kg
                self._queue.appendleft(visit)
            self._holding.clear()
            self._source.clear()
        super()._change_closures(step)

    def _break_off(self, visit: Refuelling) -> None:
        super()._break_off(visit)
        visit.came_kg = visit.level_kg

    # Production

    def _rest(self) -> None:
        """Decide which banks are full enough, and which one the compressor fills."""
        for bank in self._banks:
            if bank.kg >= bank.plant.capacity_kg - SMALL_KG:
                bank.resting = True
            elif bank.kg <= bank.plant.capacity_kg * RESTART_SHARE + SMALL_KG:
                bank.resting = False
        self._resting = all(bank.resting for bank in self._banks)

    def _steer(self) -> None:
        super()._steer()
        self._change_rates()

    def _at_rest(self) -> Production:
        """Lift hydrogen into the highest bank that is not full, from the lowest that has any; else do nothing."""
        self._fed = self._lifted = -1
        if self._closures or self._cascade.lift_kg_per_s <= 0.0:
            return IDLE
        high = max((number for number, bank in enumerate(self._banks) if number and not bank.resting), default=0)
        for low, bank in enumerate(self._banks[:high]):
            if bank.kg > bank.plant.least_kg + SMALL_KG:
                self._fed, self._lifted = high, low
                into = self._step(high, self._cascade.lift_kg_per_s)
                return self._lift(low, self._step(low, -self._cascade.lift_kg_per_s), high, into)
        return IDLE

    def _at_pressure(self, production: Production) -> Production:
        """Choose the highest bank that is not full, and run the compressor against its pressure."""
        if production is IDLE:
            return self._at_rest()
        self._lifted = -1
        self._fed = max(number for number, bank in enumerate(self._banks) if not bank.resting)
        into = self._step(self._fed, production.produced_kg_per_s - production.vented_kg_per_s)
        return self._production(production, self._fed, into)

    def _step(self, number: int, inflow_kg_per_s: float) -> int:
        """The step of a bank's content in which the compressor meets it."""
        draws = list(self._source.values()).count(number) * self._plant.dispense_kg_per_s * self._drain
        return self._banks[number].step(inflow_kg_per_s - draws)

    def _lift_at(self, low: int, from_step: int, high: int, into_step: int) -> Production:
        """Lifting between the pressures in the middle of two steps."""
        pressures_mpa = (
            self._banks[number].plant.vessel.pressure_mpa((step + 0.5) * self._banks[number].plant.step_kg)
            for number, step in ((low, from_step), (high, into_step))
        )
        kwh_per_kg = self._cascade.lift_kwh_per_kg(*pressures_mpa)
        return Production(0.0, kwh_per_kg * self._cascade.lift_kg_per_s * HOUR_S, 0.0, 0.0)

    def _production_at(self, production: Production, number: int, step: int) -> Production:
        kg_per_h = (production.produced_kg_per_s - production.vented_kg_per_s) * HOUR_S
        return production._replace(compressor_kw=kg_per_h * self._banks[number].plant.step_kwh_per_kg[step])

    # Alarm

    def _until_turn_s(self) -> float:
        """Time until a fill ends or its bank does, a bank passes a mark, or there is pressure for who waits for it."""
        rate = self._plant.dispense_kg_per_s
        turns = [NEVER]
        for visit in self._filling:
            number = self._source[visit]
            bank = self._banks[number]
            turns.append((visit.target_kg - visit.level_kg) / rate)
            pair = (bank.plant.vessel, visit.tank)
            levels, rates = (bank.kg, visit.level_kg), (bank.net_kg_per_s, rate)
            turns.append(until_margin_s(*pair, levels, rates, bank.plant.margin_mpa))
        for number, bank in enumerate(self._banks):
            turns += bank.marks_s(number in (self._fed, self._lifted))
        net = sum(bank.net_kg_per_s for bank in self._banks)
        for mark in (self._relief_kg, self._plant.low_kg):
            if net and (mark - self._level_kg) / net * abs(net) > SMALL_KG:
                turns.append((mark - self._level_kg) / net)
        if self._fed >= 0 and self._fed_kg_per_s > 0.0:
            turns += [self._until_pressure_s(visit) for visit in self._holding if not visit.ended.triggered]
        return min(turns)

    def _until_pressure_s(self, visit: Refuelling) -> float:
        """Earliest time at which the bank that is being filled has pressure for a vehicle; nobody else drawing."""
        rate, asked_kg, fed = self._fed_kg_per_s, self._asked_kg(visit), self._banks[self._fed]

        def enough(after_s: float) -> bool:
            levels_kg = [bank.kg for bank in self._banks]
            levels_kg[self._fed] += rate * after_s
            if self._lifted >= 0:
                levels_kg[self._lifted] -= rate * after_s
            return self._all_give_kg(visit, levels_kg) >= asked_kg

        early_s, late_s = 0.0, (fed.plant.capacity_kg - fed.kg) / rate
        if self._lifted >= 0:
            lifted = self._banks[self._lifted]
            late_s = min(late_s, (lifted.kg - lifted.plant.least_kg) / rate)
        if not enough(late_s):
            return NEVER
        for _ in range(60):
            middle_s = (early_s + late_s) / 2.0
            early_s, late_s = (early_s, middle_s) if enough(middle_s) else (middle_s, late_s)
        return late_s
