"""Of a stage's two regions one works at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import booleans, sampled_from

from services.transfer.domain.errors import PeerUnreachable
from services.transfer.domain.home import Home
from services.transfer.domain_services.stay_home import home_may_work, keep_home
from services.transfer.use_cases.switch_home import activate, stand_by
from tests.fakes.home import (
    HOME_REGION,
    OTHER_REGION,
    PATIENCE,
    InMemoryHomes,
    InMemoryHomeStore,
)
from tests.fakes.world import World

HELD, LEASES = PATIENCE.held, PATIENCE.leases
MINUTE = timedelta(minutes=1)


class Regions:
    ports = World().ports

    def __init__(self) -> None:
        self.clock = datetime(2026, 11, 1, tzinfo=UTC)
        self.homes = InMemoryHomes()
        self.home, self.other = self.homes.of(HOME_REGION), self.homes.of(OTHER_REGION)
        self.ports = replace(self.ports, now=lambda: self.clock)

    def works(self, region: str) -> bool:
        return home_may_work(self.homes.of(region), lambda: self.clock)

    def keep(self, region: str) -> Home:
        return keep_home(self.homes.of(region), lambda: self.clock)

    def activate(self, region: str, *, alone: bool = False) -> Home:
        return activate(self.homes.of(region), alone=alone, ports=self.ports)

    def settle(self, region: str) -> None:
        store = self.homes.of(region)
        store.save(store.mine().settled())

    def pass_time(self, time: timedelta) -> None:
        self.clock += time


@pytest.fixture
def regions() -> Regions:
    return Regions()


def test_at_first_the_home_region_works(regions: Regions) -> None:
    assert regions.works(HOME_REGION)
    assert not regions.works(OTHER_REGION)


def test_a_region_that_lost_stops_with_its_next_look(regions: Regions) -> None:
    assert regions.works(HOME_REGION)
    regions.activate(OTHER_REGION)
    assert regions.works(HOME_REGION)  # its last look still counts
    regions.keep(HOME_REGION)
    assert not regions.works(HOME_REGION)
    assert regions.homes.rows[HOME_REGION].overtaken


def test_the_other_one_begins_when_the_leases_of_the_first_are_over(regions: Regions) -> None:
    assert regions.works(HOME_REGION)
    regions.activate(OTHER_REGION)
    regions.keep(HOME_REGION)
    regions.keep(OTHER_REGION)
    regions.settle(OTHER_REGION)
    regions.pass_time(LEASES - MINUTE)
    assert not regions.works(OTHER_REGION)
    regions.pass_time(MINUTE)
    assert regions.works(OTHER_REGION)


def test_nobody_waits_for_a_region_longer_than_its_last_look_counts(regions: Regions) -> None:
    """The first one is gone. It neither stops nor says anything."""
    assert regions.works(HOME_REGION)
    regions.homes.cut_off = {HOME_REGION, OTHER_REGION}
    with pytest.raises(PeerUnreachable, match="ALONE=1"):
        regions.activate(OTHER_REGION)
    assert OTHER_REGION not in regions.homes.rows  # nothing was claimed
    regions.activate(OTHER_REGION, alone=True)
    regions.settle(OTHER_REGION)
    regions.pass_time(HELD + LEASES - MINUTE)
    assert not regions.works(OTHER_REGION)
    assert not regions.works(HOME_REGION)
    regions.pass_time(MINUTE)
    assert regions.works(OTHER_REGION)


def test_a_region_that_comes_back_after_days_stays_stopped(regions: Regions) -> None:
    assert regions.works(HOME_REGION)
    regions.homes.cut_off = {HOME_REGION, OTHER_REGION}
    regions.activate(OTHER_REGION, alone=True)
    regions.settle(OTHER_REGION)
    regions.pass_time(timedelta(days=3))
    assert regions.works(OTHER_REGION)
    regions.homes.cut_off = set()
    assert not regions.works(HOME_REGION)  # with its first call, without any sweep
    assert regions.keep(OTHER_REGION).alone is False


def test_a_region_that_nobody_overtook_goes_on_when_it_comes_back(regions: Regions) -> None:
    assert regions.works(HOME_REGION)
    regions.homes.cut_off = {HOME_REGION}
    regions.pass_time(HELD)
    assert not regions.works(HOME_REGION)
    regions.homes.cut_off = set()
    assert regions.works(HOME_REGION)


def test_an_operator_may_say_that_the_other_region_is_down(regions: Regions) -> None:
    assert regions.works(HOME_REGION)
    regions.homes.cut_off = {HOME_REGION}
    regions.pass_time(HELD)
    regions.activate(HOME_REGION, alone=True)
    assert regions.works(HOME_REGION)
    regions.pass_time(timedelta(days=1))
    assert regions.works(HOME_REGION)


def test_a_claim_may_be_repeated(regions: Regions) -> None:
    first = regions.activate(OTHER_REGION)
    regions.pass_time(MINUTE)
    assert regions.activate(OTHER_REGION) == first


def test_a_claim_that_broke_off_is_no_work(regions: Regions) -> None:
    """It was stored, and its process died before it knew since when it was."""
    store = regions.homes.of(OTHER_REGION)
    store.save(store.mine().claim(regions.clock, None))
    regions.pass_time(timedelta(days=1))
    assert not regions.works(OTHER_REGION)
    regions.activate(OTHER_REGION)
    regions.settle(OTHER_REGION)
    regions.pass_time(HELD + LEASES)
    assert regions.works(OTHER_REGION)


def test_a_claim_that_was_taken_back_has_overtaken_all_the_same(regions: Regions) -> None:
    """The other region may have worked meanwhile, and sent what is open here."""
    assert regions.works(HOME_REGION)
    regions.pass_time(MINUTE)
    regions.activate(OTHER_REGION)
    stand_by(regions.other, ports=regions.ports)
    regions.keep(HOME_REGION)
    assert not regions.works(HOME_REGION)
    assert regions.homes.rows[HOME_REGION].overtaken


def test_a_planned_return_overtakes_the_region_that_stood_by(regions: Regions) -> None:
    """`make standby`, then `make activate` of the other one: what is open here ends, once."""
    stand_by(regions.home, ports=regions.ports)
    assert not regions.keep(HOME_REGION).overtaken  # it may still go on with them
    regions.pass_time(MINUTE)
    regions.activate(OTHER_REGION)
    assert regions.keep(HOME_REGION).overtaken
    regions.settle(HOME_REGION)
    regions.pass_time(MINUTE)
    stand_by(regions.other, ports=regions.ports)
    regions.pass_time(MINUTE)
    regions.activate(OTHER_REGION)  # what is open here now came from there
    assert not regions.keep(HOME_REGION).overtaken


def test_a_region_that_never_worked_is_not_overtaken(regions: Regions) -> None:
    """What is open there came by an import, and is under way in the other one."""
    stand_by(regions.home, ports=regions.ports)
    stand_by(regions.other, ports=regions.ports)
    regions.pass_time(MINUTE)
    regions.activate(HOME_REGION)
    assert not regions.keep(OTHER_REGION).overtaken


def test_a_region_that_stands_by_looks_only_while_it_has_something_to_end(
    regions: Regions,
) -> None:
    stand_by(regions.home, ports=regions.ports)
    looks: list[int] = []
    regions.home.after_look = lambda: looks.append(1)
    for _ in range(3):
        assert not home_may_work(regions.home, lambda: regions.clock)
    assert not looks
    version = regions.home.mine().version
    keep_home(regions.home, lambda: regions.clock)
    assert len(looks) == 1
    assert regions.home.mine().version == version  # nothing new is not stored
    regions.activate(OTHER_REGION)
    for _ in range(3):
        keep_home(regions.home, lambda: regions.clock)
    assert len(looks) == 2


class SlowStore(InMemoryHomeStore):
    """A write that arrives late, as one that was tried again."""

    regions: Regions

    def save(self, home: Home) -> Home | None:
        assert home_may_work(self.regions.home, lambda: self.regions.clock)  # it has not seen it
        self.regions.pass_time(HELD - MINUTE)
        return super().save(home)


def test_a_wait_begins_when_the_claim_is_stored(regions: Regions) -> None:
    slow = SlowStore(regions.homes, OTHER_REGION, HOME_REGION)
    slow.regions = regions
    assert regions.works(HOME_REGION)
    claimed = activate(slow, ports=regions.ports)
    assert claimed.works_from is not None
    stored_by = claimed.claimed_at + HELD - MINUTE
    assert claimed.works_from >= stored_by + HELD + LEASES


def test_both_may_stand_by(regions: Regions) -> None:
    stand_by(regions.home, ports=regions.ports)
    assert not regions.works(HOME_REGION)
    assert not regions.works(OTHER_REGION)
    regions.activate(HOME_REGION)
    assert regions.works(HOME_REGION)  # the other one never worked, so nobody is waited for


def test_what_was_overtaken_works_only_after_its_transfers_are_ended(regions: Regions) -> None:
    regions.activate(OTHER_REGION)
    regions.keep(HOME_REGION)
    regions.pass_time(MINUTE)
    regions.activate(HOME_REGION)
    regions.pass_time(HELD + LEASES)
    assert not regions.works(HOME_REGION)
    regions.settle(HOME_REGION)
    assert regions.works(HOME_REGION)


SECONDS = sampled_from((0, 10, 100, 170, 450, 880))  # around leases and what a look counts
BOTH = sampled_from((HOME_REGION, OTHER_REGION))


class AnyOrder(RuleBasedStateMachine):
    """Whatever operators do and whoever sees whom: a session of one region has ended before the
    other one may open any. Only `alone` is left out, because there an operator says so."""

    def __init__(self) -> None:
        super().__init__()
        self.regions = Regions()
        self.until = dict.fromkeys((HOME_REGION, OTHER_REGION), self.regions.clock)

    @rule(region=BOTH)
    def claims(self, region: str) -> None:
        if region not in self.regions.homes.cut_off:
            self.regions.activate(region)

    @rule(region=BOTH)
    def stands_by(self, region: str) -> None:
        stand_by(self.regions.homes.of(region), ports=self.regions.ports)

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.regions.pass_time(timedelta(seconds=seconds))

    @rule(region=BOTH, cut=booleans())
    def line_changes(self, region: str, cut: bool) -> None:
        (self.regions.homes.cut_off.add if cut else self.regions.homes.cut_off.discard)(region)

    @rule(
        region=BOTH,
        rival=sampled_from(("claims", "stands by", "nothing")),
        seconds=SECONDS,
    )
    def looks_slowly(self, region: str, rival: str, seconds: int) -> None:
        """The other one acts between the look and what is made of it."""
        store = self.regions.homes.of(region)
        other = store.peer_region

        def meanwhile() -> None:
            store.after_look = lambda: None
            if rival == "claims" and other not in self.regions.homes.cut_off:
                self.regions.activate(other)
            elif rival == "stands by":
                stand_by(self.regions.homes.of(other), ports=self.regions.ports)
            self.regions.pass_time(timedelta(seconds=seconds))

        store.after_look = meanwhile
        if region not in self.regions.homes.cut_off:
            keep_home(store, lambda: self.regions.clock)

    @rule(region=BOTH)
    @precondition(lambda self: any(row.overtaken for row in self.regions.homes.rows.values()))
    def settles(self, region: str) -> None:
        self.regions.settle(region)

    @invariant()
    def one_works(self) -> None:
        for region in self.until:
            if self.regions.works(region):
                [other] = self.until.keys() - {region}
                assert self.until[other] <= self.regions.clock, f"{other} still has sessions"
                # a lease that is given now ends so much later
                self.until[region] = self.regions.clock + LEASES


AnyOrder.TestCase.settings = settings(max_examples=400, stateful_step_count=20, deadline=None)
TestAnyOrder = AnyOrder.TestCase
