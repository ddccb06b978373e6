"""The sweeper revives lanes that stand still, counts what went wrong, and ends what is hopeless."""

import pytest

from services.transfer.domain.errors import NoSpace
from services.transfer.domain.failure import Failure
from services.transfer.domain.lane import Lane
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.fail_transfer import fail_transfer
from services.transfer.domain_services.queue_lanes import is_driven, send_turn
from services.transfer.domain_services.revive_lanes import UNTAKEN_PER_FAILURE
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    fail_code,
    one_large_chunk,
    until_moving,
)

NO_SPACE = Failure.of(NoSpace("/in", 0))


def lanes_of(world: World, transfer: Transfer) -> list[Lane]:
    return list(world.ports.lanes.lanes(world.read(transfer).ledger))


def lose_messages(world: World, transfer: Transfer) -> None:
    """A worker takes the messages and dies before its first call, or no worker takes them."""
    world.queue.messages.clear()
    world.pass_time(world.policy.lane_due_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)


def test_a_lane_that_no_worker_takes_is_told_as_trouble_and_then_fails() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    hopeless = UNTAKEN_PER_FAILURE * world.policy.retry.max_failures
    for number in range(1, hopeless):
        lose_messages(world, transfer)
        current = world.read(transfer)
        assert current.status is Status.MOVING
        assert {each.untaken for each in lanes_of(world, transfer)} == {number}
        assert fail_code(current) == (None if number == 1 else "lane_not_taken")
        assert len(world.queue.messages) == current.lanes
    lose_messages(world, transfer)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "lane_not_taken")
    assert world.partner.files == {}


def test_a_lane_that_is_taken_in_the_end_starts_the_count_anew() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    for _ in range(UNTAKEN_PER_FAILURE * world.policy.retry.max_failures - 1):
        lose_messages(world, transfer)
    world.drive_lane()
    assert {each.untaken for each in lanes_of(world, transfer) if each.ended} == {0}
    world.run()
    assert_completed(world, transfer)
    assert world.read(transfer).failure is None


def test_crashes_are_told_as_trouble_before_they_end_the_transfer() -> None:
    world = World()
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY)
    until_moving(world)
    told: list[str | None] = []
    for _ in range(world.policy.retry.max_failures):
        world.calls.kill("partner.connect")
        with pytest.raises(Killed):
            world.run()
        world.pass_time(world.policy.lease_seconds + 1)
        sweep_transfer(transfer.id, ports=world.ports)
        told.append(fail_code(world.read(transfer)))
    assert told == [None, *["lane_crashed"] * (world.policy.retry.max_failures - 1)]
    world.run()
    assert world.read(transfer).status is Status.FAILED


def test_a_crash_behind_a_chunk_that_was_done_is_the_first_one_again() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    for _ in range(5):
        world.calls.kill("ledger.finish", 2)  # of each turn: one chunk is done
        with pytest.raises(Killed):
            world.drive_lane()
        world.pass_time(world.policy.lease_seconds + 1)
        sweep_transfer(transfer.id, ports=world.ports)
        assert world.read(transfer).failure is None
    world.run()
    assert_completed(world, transfer)


@pytest.mark.parametrize("call", ["ledger.finish", "ledger.checkpoint", "sink.flush"])
@pytest.mark.parametrize("change", ["cancel", "fail"])
def test_a_lane_whose_chunk_is_refused_is_at_rest_and_counts_no_crash(
    change: str, call: str
) -> None:
    """The transfer changed during the turn. Nobody waits for its lease or takes it for dead."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds

    def steer() -> None:
        if change == "cancel":
            cancel_transfer(transfer.id, ANN, ports=world.ports)
        else:
            fail_transfer(transfer.run_id, NO_SPACE, ports=world.ports)

    changed = world.calls.before(call, steer)
    number = world.queue.messages[0].lane
    world.drive_lane()
    assert changed()
    [lane] = [each for each in lanes_of(world, transfer) if each.number == number]
    assert not is_driven(lane, world.clock, world.policy)
    assert (lane.ended, lane.failures) == (True, 0)
    world.run()
    ended = world.read(transfer)
    assert ended.status is (Status.CANCELLED if change == "cancel" else Status.FAILED)
    assert fail_code(ended) == (None if change == "cancel" else "no_space")
    assert world.partner.files == {}
    assert world.partner.open_sessions == 0


def test_all_is_moved_only_when_every_lane_is_at_rest() -> None:
    """One lane still has a handle on the part file when the last chunk is done."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    states: list[str | None] = []

    def others_end() -> None:
        while world.queue.messages:
            world.drive_lane()
        states.append(world.workflow.executions[transfer.id, 1].state)
        sweep_transfer(transfer.id, ports=world.ports)
        states.append(world.workflow.executions[transfer.id, 1].state)

    ended = world.calls.before("lanes.end", others_end)
    world.drive_lane()
    assert ended()
    assert states == ["MoveChunks", "MoveChunks"]
    assert world.workflow.executions[transfer.id, 1].state == "ChooseByDelivery"
    world.run()
    assert_completed(world, transfer)


def test_the_last_chunk_of_a_paused_transfer_waits_for_it_to_be_resumed() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.before(
        "ledger.finish", lambda: pause_transfer(transfer.id, ANN, ports=world.ports), 7
    )
    world.run()
    assert world.read(transfer).status is Status.PAUSED
    assert world.workflow.executions[transfer.id, 1].state == "MoveChunks"
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_the_sweeper_reports_what_the_last_lane_could_not_report_any_more() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.kill("workflow.succeed")
    with pytest.raises(Killed):
        world.drive_lane()
    world.queue.messages.clear()
    sweep_transfer(transfer.id, ports=world.ports)
    assert world.workflow.executions[transfer.id, 1].state == "ChooseByDelivery"
    world.run()
    assert_completed(world, transfer)


@pytest.mark.parametrize("call", ["slots.free", "lanes.end", "workflow.succeed"])
def test_the_sweeper_reports_a_file_whose_lane_gave_it_its_name_and_died(call: str) -> None:
    world = World()
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.before("partner.rename", lambda: world.calls.kill(call))
    with pytest.raises(Killed):
        world.drive_lane()
    assert bytes(world.partner.files[TARGET]) == BODY
    sweep_transfer(transfer.id, ports=world.ports)
    ended = lanes_of(world, transfer)[0].ended
    assert ended is (call == "workflow.succeed")  # otherwise it may still live
    state = world.workflow.executions[transfer.id, 1].state
    assert state == ("ChooseByDelivery" if ended else "MoveChunks")
    world.pass_time(world.policy.lease_seconds + 1)
    logins = world.calls.counts["partner.connect"]
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    assert_completed(world, transfer)
    assert world.calls.counts["partner.connect"] == logins


def test_a_worker_that_waits_at_the_partner_loses_its_session_with_its_lane() -> None:
    """From then on somebody else may use its session slot."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    sessions: list[int] = []

    def lose_lane() -> None:
        [lane] = [each for each in lanes_of(world, transfer) if each.worker is not None]
        send_turn(lane, 0, ports=world.ports)
        sessions.append(world.partner.open_sessions)
        world.pass_time(2)
        sessions.append(world.partner.open_sessions)

    world.calls.before("sink.write", lose_lane)
    world.drive_lane()
    assert sessions == [1, 0]
    world.run()
    assert_completed(world, transfer)
