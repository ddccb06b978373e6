"""Who waits for a session: what becomes of it when a cancel dies, when a call to somebody else
fails, and when the destination gets more sessions."""

from datetime import timedelta

import pytest

from services.transfer.domain.lane import Slot
from services.transfer.domain.status import Status
from services.transfer.domain.waiting import Waiter
from services.transfer.domain_services.partner_session import partner_session
from services.transfer.domain_services.session_line import call_next
from services.transfer.use_cases.manage_destinations import change_destination
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.lives import Killed
from tests.fakes.world import World
from tests.storm.faults import StoreDown
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    drive_first_lane,
    lane_zero,
    sweep_all,
    until_moving,
    until_state,
)
from tests.unit.transfer.waiting import (
    SEVERAL,
    free,
    parked,
    take_sessions,
    take_the_only_session,
    waiting_to_commit,
)

SOON = 31  # seconds, and the sweeper looks; the rival's session lasts longer


def tickets(world: World) -> list[str]:
    line = world.ports.slots.line("one", world.clock, world.clock)
    return [each.ticket for each in line.waiters]


def somebody_waits(world: World, ticket: str, limit: int = 1) -> None:
    world.ports.slots.wait(Waiter("one", ticket, world.clock, limit, task_token=ticket))


def test_the_sweeper_ends_the_wait_of_a_transfer_whose_cancel_died() -> None:
    world = World()
    transfer, _ = waiting_to_commit(world)
    world.calls.fail("slots.line", StoreDown)
    with pytest.raises(StoreDown):
        cancel_transfer(transfer.id, ANN, ports=world.ports)
    assert world.read(transfer).status is Status.CANCELLING
    world.pass_time(SOON)
    sweep_all(world)
    world.run()
    assert world.workflow.entered[-1] == "CleanUpWaits"


def test_a_clean_up_keeps_its_place_however_often_the_cancel_is_repeated() -> None:
    world = World()
    transfer, slot = waiting_to_commit(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    somebody_waits(world, "newcomer")
    entered = len(world.workflow.entered)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.pass_time(SOON)
    sweep_all(world)
    world.run()
    steps = [each for each in tickets(world) if "/lane-" not in each]
    assert steps == [f"{transfer.id}/step", "newcomer"]
    assert len(world.workflow.entered) == entered
    free(world, slot)
    world.run()
    assert world.read(transfer).status is Status.CANCELLED


def test_whoever_is_done_does_not_fail_because_the_next_one_cannot_be_called() -> None:
    world = World()
    world.register("one", max_sessions=SEVERAL)
    transfer = world.request(BODY, destination_id="one")
    until_state(world, "VerifyTarget")
    while world.drive_lane():
        pass  # lanes that came too late to move anything
    take_sessions(world, SEVERAL - 1)
    with partner_session("one", ports=world.ports):
        world.run()
        unheard = world.calls.refuse("workflow.succeed", StoreDown)
    assert world.workflow.entered[-1] == "VerifyTargetWaits"
    assert [what for what, _ in world.errors] == ["next in line not called"]
    unheard.end()
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_all(world)
    world.run()
    assert_completed(world, transfer)


@pytest.mark.parametrize("sessions", [1, SEVERAL])
def test_a_lane_that_is_done_ends_although_the_next_one_cannot_be_called(sessions: int) -> None:
    world = World()
    world.register("one", max_sessions=sessions)
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    somebody = Waiter("one", "other/step", world.clock, 1, task_token="other")
    world.calls.before("partner.connect", lambda: world.ports.slots.wait(somebody))
    world.calls.fail("workflow.succeed", StoreDown)
    drive_first_lane(world)
    assert [what for what, _ in world.errors] == ["next in line not called"]
    assert world.workflow.executions[transfer.id, 1].state == "ChooseByDelivery"
    assert world.read(transfer).delivered == (sessions == 1)
    assert lane_zero(world, transfer).ended
    world.run()
    assert_completed(world, transfer)


def test_more_sessions_are_used_by_those_who_wait_already() -> None:
    world = World()
    world.register("one", max_sessions=1)
    take_the_only_session(world)
    for ticket in ("a", "b", "c"):
        somebody_waits(world, ticket)
    change_destination("one", {"max_sessions": 3}, None, ADMIN, ports=world.ports)
    world.request(BODY, destination_id="one")
    sweep_all(world)
    line = world.ports.slots.line("one", world.clock, world.clock)
    assert [each.ticket for each in line.waiters if each.called_until] == ["a", "b"]


def test_a_lane_that_comes_late_keeps_its_place_until_it_asks_for_its_session() -> None:
    world = World()
    transfer, slot = parked(world)
    free(world, slot)
    world.pass_time(world.policy.lease_seconds + 1)
    somebody_waits(world, "behind")
    met = world.calls.before("slots.take", lambda: call_next("one", ports=world.ports))
    world.drive_lane()
    assert met()
    assert world.buckets.bytes_read == len(BODY)
    world.run()
    assert_completed(world, transfer)


def test_a_lane_that_died_on_its_way_back_into_the_line_is_called_after_a_lease() -> None:
    world = World()
    transfer, slot = parked(world)
    free(world, slot)
    slot = take_the_session_of(world, f"{transfer.id}/1/lane-0")
    world.calls.kill("slots.wait")
    with pytest.raises(Killed):
        world.drive_lane()
    world.pass_time(world.policy.lease_seconds + 1)
    world.ports.slots.free(slot)
    sweep_all(world)
    world.run()
    assert_completed(world, transfer)


def take_the_session_of(world: World, called: str) -> Slot:
    """Its own, so that it finds none: a limit that was lowered meanwhile has the same effect."""
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    slot = world.ports.slots.take("one", 2, "rival", world.clock, until)
    assert slot is not None
    assert called in tickets(world)
    return slot
