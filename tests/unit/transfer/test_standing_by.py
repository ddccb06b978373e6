"""A region that stands by takes no transfer, opens no session and sends no byte."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.transfer.adapters.fenced_slots import FencedSlots
from services.transfer.domain.errors import RegionStandsBy
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import UNDER_WAY, Status
from services.transfer.domain_services.stay_home import home_may_work
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.steer_transfer import pause_transfer, resume_transfer
from services.transfer.use_cases.sweep_stalled import sweep_stalled
from services.transfer.use_cases.switch_home import activate, stand_by
from tests.conformance.records import a_transfer
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.home import HOME_REGION, OTHER_REGION, PATIENCE, InMemoryHomes
from tests.fakes.world import World

BODY = bytes(range(256)) * 2_000  # six chunks
LEASE_SECONDS = 90.0


class TwoRegions(World):
    """The world is the home region. Of the other one there is only its record."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.homes = InMemoryHomes()
        self.home = self.homes.of(HOME_REGION)
        fenced = FencedSlots(
            self.ports.slots, self.home, lambda: home_may_work(self.home, lambda: self.clock)
        )
        self.ports = replace(self.ports, home=self.home, slots=fenced)

    def other_takes_over(self) -> None:
        activate(self.homes.of(OTHER_REGION), ports=self.ports)

    def stand_by(self) -> None:
        stand_by(self.home, ports=self.ports)

    def sweep(self) -> int:
        def fail(transfer_id: str, error: Exception) -> None:
            raise AssertionError(transfer_id) from error

        return sweep_stalled(fail, lambda: True, ports=self.ports)

    def works_again(self) -> None:
        """The sweeps of some minutes are part of it."""
        activate(self.home, ports=self.ports)
        self.pass_time((PATIENCE.held + PATIENCE.leases).total_seconds())
        self.sweep()
        self.pass_time(61)
        self.sweep()


@pytest.fixture
def world() -> TwoRegions:
    return TwoRegions()


def connects(world: World) -> int:
    return world.calls.counts["partner.connect"]


def test_a_region_that_works_does_all_as_ever(world: TwoRegions) -> None:
    transfer = world.request(BODY)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED


def test_new_work_is_refused_and_says_where_to_go(world: TwoRegions) -> None:
    paused, failed = world.request(BODY), world.request(BODY)
    pause_transfer(paused.id, ANN, ports=world.ports)
    world.stand_by()
    with pytest.raises(RegionStandsBy, match="Use eu-west-1"):
        request_transfer(world.wish(), ANN, None, ports=world.ports)
    with pytest.raises(RegionStandsBy):
        resume_transfer(paused.id, ANN, ports=world.ports)
    with pytest.raises(RegionStandsBy):
        retry_transfer(failed.id, ANN, ports=world.ports)
    before = connects(world)
    with pytest.raises(RegionStandsBy):
        probe_destination("acme", ADMIN, ports=world.ports)
    assert connects(world) == before


def test_a_lane_that_waits_is_not_begun(world: TwoRegions) -> None:
    transfer = world.request(BODY)
    while not world.queue.messages:
        world.workflow.advance()
    world.stand_by()
    before = connects(world)
    while world.queue.messages:
        assert world.drive_lane()
    assert connects(world) == before
    assert world.read(transfer).status is Status.REQUESTED


def test_a_lane_at_work_stops_within_its_lease(world: TwoRegions) -> None:
    """Nobody tells it. It finds out when it renews its session."""
    transfer = world.request(BODY)
    while not world.queue.messages:
        world.workflow.advance()
    stopped_at = []

    def overtaken() -> None:
        stopped_at.append(world.clock)
        world.stand_by()

    world.calls.before("sink.write", overtaken, number=2)
    world.calls.before_each("sink.write", lambda: world.pass_time(20))
    world.drive_lane()
    [at] = stopped_at
    assert world.clock - at < timedelta(seconds=LEASE_SECONDS + 60)
    assert world.read(transfer).status is Status.MOVING
    assert not world.slots.rows
    before = connects(world)
    while world.queue.messages:
        assert world.drive_lane()
    assert connects(world) == before


@pytest.mark.parametrize("before", ["VerifyTarget", "CommitTarget"])
def test_a_step_waits_and_goes_on_when_the_region_works_again(
    world: TwoRegions, before: str
) -> None:
    transfer = world.request(BODY, verify=Verify.READBACK)
    stopped: list[int] = []

    def stop(state: str) -> None:
        if state == before and not stopped:
            stopped.append(connects(world))
            world.stand_by()

    world.run(before_state=stop, turns=60)
    assert stopped == [connects(world)]
    assert world.read(transfer).status in UNDER_WAY
    activate(world.home, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED


def test_what_the_other_region_may_have_sent_is_not_sent_again(world: TwoRegions) -> None:
    transfer, paused = world.request(BODY), world.request(BODY, target_path="other.csv")
    pause_transfer(paused.id, ANN, ports=world.ports)
    while not world.queue.messages:
        world.workflow.advance()
    world.drive_lane(remaining=lambda: 130.0)
    world.pass_time(60)
    world.other_takes_over()
    connected = connects(world)
    assert world.sweep() == 0
    for each in (transfer, paused):
        ending = world.read(each)
        assert ending.status is Status.FAILING
        assert ending.failure is not None
        assert ending.failure.code == "region_overtaken"
    assert not world.homes.rows[HOME_REGION].works
    assert connects(world) == connected
    world.works_again()
    world.run()
    assert {world.read(each).status for each in (transfer, paused)} == {Status.FAILED}
    assert "reports/day.csv" not in world.partner.files
    world.pass_time(world.policy.keep_part_seconds)  # as that of any failed transfer
    activate(world.home, ports=world.ports)
    world.sweep()
    assert world.parts() == []


def test_a_planned_move_ends_what_was_open_in_the_region_that_stood_by(
    world: TwoRegions,
) -> None:
    transfer = world.request(BODY)
    world.stand_by()
    world.pass_time(60)
    world.sweep()
    assert world.read(transfer).status is Status.REQUESTED  # nobody else has taken over
    world.other_takes_over()
    connected = connects(world)
    world.sweep()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "region_overtaken"
    world.pass_time(60)
    world.sweep()
    assert not world.homes.rows[HOME_REGION].overtaken
    arrived = world.transfers.create(
        replace(a_transfer("t-carried", at=world.clock), generation=1_000), (), None
    )
    world.pass_time(60)
    world.sweep()
    assert world.read(arrived).status is Status.REQUESTED  # it is under way in the other region
    assert connects(world) == connected


def test_nothing_is_done_before_the_old_transfers_are_ended(world: TwoRegions) -> None:
    """Also if an operator was so quick that no sweep came between."""
    transfer = world.request(BODY)
    world.pass_time(60)
    world.other_takes_over()
    world.pass_time((PATIENCE.held + PATIENCE.leases).total_seconds())
    with pytest.raises(RegionStandsBy):  # this very look finds the claim
        request_transfer(world.wish(), ANN, None, ports=world.ports)
    world.pass_time(60)
    activate(world.home, ports=world.ports)
    world.pass_time((PATIENCE.held + PATIENCE.leases).total_seconds())
    with pytest.raises(RegionStandsBy):
        request_transfer(world.wish(), ANN, None, ports=world.ports)
    world.sweep()
    assert world.read(transfer).status is Status.FAILING
    world.works_again()
    assert request_transfer(world.wish(), ANN, None, ports=world.ports)


def test_a_region_that_sees_nothing_of_the_other_stops(world: TwoRegions) -> None:
    transfer = world.request(BODY)
    world.run(turns=2)
    world.homes.cut_off = {HOME_REGION}
    world.pass_time(PATIENCE.held.total_seconds())
    assert world.sweep() == 0
    assert [what for what, _ in world.errors] == ["other region not seen"]
    with pytest.raises(RegionStandsBy):
        request_transfer(world.wish(), ANN, None, ports=world.ports)
    assert world.read(transfer).status is not Status.FAILING  # nobody has taken over
