"""A partner that takes the login and then never answers keeps few workers, and none for long."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from services.transfer.domain.patience import CANCELLED_SECONDS, STOPPED_SECONDS
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.domain_services.partner_session import step_session
from services.transfer.domain_services.slot_pulse import BEATS_PER_LEASE
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.actors import Stage
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    content,
    lane_zero,
    one_large_chunk,
    until_moving,
    until_state,
)

TIMEOUT_SECONDS = 60.0
SHARE = 2
SENT = 5
WAITS = 100  # calls; a lane that finds no session makes fewer
LARGE = content(4 * READ_BYTES)
BEFORE = 1.0  # it hangs for so long when somebody stops the transfer


def moving(world: World, **wish: object) -> Transfer:
    transfer = world.request(BODY, **wish)
    until_moving(world)
    return transfer


def hang(world: World) -> float:
    """Waits for an answer that never comes. The wait ends with the session, or with the partner's
    timeout. Returns its seconds."""
    begun, sessions = world.calls.elapsed, world.partner.open_sessions
    while world.partner.open_sessions == sessions:
        world.pass_time(0.5)
        if world.calls.elapsed - begun >= TIMEOUT_SECONDS:
            raise broken()
    return world.calls.elapsed - begun


def hanging(world: World, call: str, stop: object = None) -> list[float]:
    """The next such call hangs. Meanwhile somebody stops the transfer."""
    waited: list[float] = []

    def act() -> None:
        world.pass_time(BEFORE)
        if callable(stop):
            stop()
        waited.append(hang(world))

    world.calls.before(call, act)
    return waited


def test_lanes_of_one_destination_get_their_share_of_the_workers_and_no_more() -> None:
    """Each worker of it hangs while the queue hands out the other messages."""
    world = World()
    world.ports = replace(world.ports, policy=replace(world.policy, lanes_per_destination=SHARE))
    world.register("silent", max_sessions=10)
    wishes = [{"destination_id": "silent", "target_path": f"{n}"} for n in range(SENT)]
    sent = [world.request(BODY, **wish) for wish in wishes]
    other = world.request(BODY, target_path="other")
    while world.workflow.advance():
        pass
    at_work: list[int] = []

    def others() -> None:
        ledgers = [world.read(each).ledger for each in sent]
        lanes = [lane for each in ledgers for lane in world.ports.lanes.lanes(each)]
        at_work.append(sum(lane.worker is not None for lane in lanes))
        while world.queue.messages:
            world.drive_lane()

    world.calls.before_each("sink.write", others)
    world.drive_lane()
    assert max(at_work) == SHARE
    assert bytes(world.partner.files["/in/other"]) == BODY  # one lane moved it, and delivered
    world.run()
    for each in (*sent, other):
        assert world.read(each).status is Status.COMPLETED


def test_nobody_waits_in_a_worker_for_a_login_that_hangs() -> None:
    """Whatever is taken meanwhile ends or stands in the line, so the share holds at the login."""
    world = World()
    world.ports = replace(world.ports, policy=replace(world.policy, lanes_per_destination=SHARE))
    world.register("silent", max_sessions=10)
    for number in range(SENT):
        world.request(BODY, destination_id="silent", target_path=f"{number}")
    while world.workflow.advance():
        pass
    stage, lanes = Stage(), sorted(world.queue.messages, key=lambda each: each.lane)
    world.queue.messages.clear()
    workers = [stage.start(str(each), partial(world.drive_lane, each)) for each in lanes]
    for each in workers:
        each.advance_to("partner.connect", at_most=WAITS)
    assert len([each for each in workers if each.at == "partner.connect"]) == SHARE
    assert len([each for each in workers if not each.ended]) == SHARE


@pytest.mark.parametrize("call", ["sink.write", "sink.flush", "partner.open_part"])
def test_a_cancelled_transfer_leaves_a_silent_partner_within_seconds(call: str) -> None:
    world = World()
    transfer = moving(world)
    waited = hanging(world, call, lambda: cancel_transfer(transfer.id, ANN, ports=world.ports))
    world.drive_lane()
    assert waited[0] <= CANCELLED_SECONDS + 1
    assert lane_zero(world, transfer).ended
    assert world.partner.open_sessions == 0
    world.run()
    assert world.read(transfer).status is Status.CANCELLED
    assert world.read(transfer).failure is None


@pytest.mark.parametrize("call", ["sink.write", "sink.flush"])
def test_a_paused_transfer_leaves_a_silent_partner_and_goes_on_when_it_is_resumed(
    call: str,
) -> None:
    world = World()
    transfer = moving(world)
    waited = hanging(world, call, lambda: pause_transfer(transfer.id, ANN, ports=world.ports))
    world.drive_lane()
    assert waited[0] <= STOPPED_SECONDS + 1
    stopped = world.read(transfer)
    assert (stopped.status, stopped.failure) == (Status.PAUSED, None)
    assert (lane_zero(world, transfer).ended, lane_zero(world, transfer).failures) == (True, 0)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_a_transfer_resumed_while_its_session_was_closed_does_not_stand_still() -> None:
    world = World()
    transfer = moving(world)

    def pause_and_resume() -> None:
        pause_transfer(transfer.id, ANN, ports=world.ports)
        world.pass_time(STOPPED_SECONDS + 2)
        resume_transfer(transfer.id, ANN, ports=world.ports)

    world.calls.before("sink.write", pause_and_resume)
    world.run()
    assert_completed(world, transfer)


def test_a_pause_leaves_a_slow_partner_the_time_for_its_checkpoint() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = world.request(LARGE)
    until_moving(world)

    def pause() -> None:
        pause_transfer(transfer.id, ANN, ports=world.ports)
        world.pass_time(BEFORE)

    world.calls.before("sink.write", pause, number=2)
    world.calls.slow("sink.flush", STOPPED_SECONDS - 3)
    world.drive_lane()
    [chunk] = world.ports.ledger.open_leases(world.read(transfer).ledger)
    assert (chunk.mark.done_bytes, chunk.ahead) == (2 * READ_BYTES, None)


def test_a_lane_that_waited_in_vain_stays_away_for_as_long() -> None:
    world = World()
    transfer = moving(world)
    waited = hanging(world, "sink.write")
    world.drive_lane()
    assert waited == []  # the timeout ended it
    assert lane_zero(world, transfer).failures == 1
    assert world.queue.delays[-1] >= TIMEOUT_SECONDS


def test_a_lane_whose_partner_answered_comes_back_soon() -> None:
    world = World()
    moving(world)
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    assert world.queue.delays[-1] <= world.policy.retry.base_seconds


def test_a_step_leaves_a_silent_partner_when_its_transfer_is_cancelled() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    waited = hanging(
        world, "partner.look", lambda: cancel_transfer(transfer.id, ANN, ports=world.ports)
    )
    world.run()
    assert waited[0] <= world.policy.lease_seconds / BEATS_PER_LEASE + 1
    assert (world.read(transfer).status, world.parts()) == (Status.CANCELLED, [])


def test_the_clean_up_of_a_cancelled_transfer_is_not_cut_off() -> None:
    world = World()
    transfer = moving(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.calls.slow("partner.remove", TIMEOUT_SECONDS)
    world.run()
    assert (world.read(transfer).status, world.parts()) == (Status.CANCELLED, [])
    assert world.calls.counts["partner.remove"] == 1


def test_a_step_renews_its_slots_no_more_often_than_it_has_to() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    before = world.calls.counts["slots.renew"]
    with step_session(world.read(transfer), ports=world.ports) as visit:
        world.pass_time(world.policy.lease_seconds * 2 + 1)
        visit.session.look(TARGET)
    assert 10 <= world.calls.counts["slots.renew"] - before <= 12  # two slots, a third of a lease


def logins_hang(world: World, stop: Callable[[], object]) -> list[float]:
    """The next login waits until nobody wants it any more, or for the partner's timeout. Meanwhile
    somebody stops the transfer."""
    waited: list[float] = []

    def hangs(wanted: Callable[[], bool]) -> None:
        world.partner.logging_in = lambda wanted: None
        begun = world.calls.elapsed
        world.pass_time(BEFORE)
        stop()
        while wanted() and world.calls.elapsed - begun < TIMEOUT_SECONDS:
            world.pass_time(0.5)
        waited.append(world.calls.elapsed - begun)

    world.partner.logging_in = hangs
    return waited


def test_a_cancelled_transfer_leaves_a_login_that_hangs() -> None:
    world = World()
    transfer = moving(world)
    waited = logins_hang(world, lambda: cancel_transfer(transfer.id, ANN, ports=world.ports))
    world.drive_lane()
    assert waited[0] <= CANCELLED_SECONDS + 1
    assert lane_zero(world, transfer).ended
    world.run()
    assert (world.read(transfer).status, world.read(transfer).failure) == (Status.CANCELLED, None)


def test_a_paused_transfer_leaves_a_login_that_hangs_and_goes_on_when_it_is_resumed() -> None:
    world = World()
    transfer = moving(world)
    waited = logins_hang(world, lambda: pause_transfer(transfer.id, ANN, ports=world.ports))
    world.drive_lane()
    assert waited[0] <= STOPPED_SECONDS + 1
    assert (lane_zero(world, transfer).ended, lane_zero(world, transfer).failures) == (True, 0)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_a_step_leaves_a_login_that_hangs_when_its_transfer_is_cancelled() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    waited = logins_hang(world, lambda: cancel_transfer(transfer.id, ANN, ports=world.ports))
    world.run()
    assert waited[0] <= world.policy.lease_seconds / BEATS_PER_LEASE + 1
    assert (world.read(transfer).status, world.parts()) == (Status.CANCELLED, [])
