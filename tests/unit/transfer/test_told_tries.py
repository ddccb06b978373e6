"""While something is tried again, a look tells try n of m and when the next one is."""

from datetime import timedelta

import pytest

from contracts.transfer_views import FailureView
from services.transfer.domain.errors import NoSpace, SourceUnavailable
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.domain_services.session_line import call_next
from services.transfer.handlers.api_views import transfer_summary
from services.transfer.use_cases.steer_transfer import pause_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    content,
    fail_code,
    one_large_chunk,
    until_moving,
    until_state,
)

BEAT = 1.5
LARGE = content(4 * READ_BYTES)
BLOCKS = 4  # of a chunk, when each of them waits for its acknowledgement


def unavailable() -> SourceUnavailable:
    return SourceUnavailable("outgoing", "reports/day.csv", "slow down")


def told(world: World, transfer: Transfer) -> FailureView:
    failure = transfer_summary(world.read(transfer)).failure
    assert failure is not None
    return failure


def troubled(world: World, call: str = "sink.write") -> Transfer:
    """Its lane 0 met an error and waits for its next turn. Two other lanes wait for their first."""
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail(call, broken)
    world.drive_lane()
    return transfer


def test_a_lanes_failure_says_which_try_of_how_many_it_was_and_when_the_next_is() -> None:
    world = World()
    transfer = troubled(world)
    failure = told(world, transfer)
    assert (failure.code, failure.attempt, failure.attempts) == ("connection_lost", 1, 3)
    assert failure.next_try_at is not None
    delay = timedelta(seconds=world.queue.delays[-1])
    assert abs(failure.next_try_at - world.clock - delay) <= timedelta(seconds=1)


def test_each_failure_in_a_row_is_the_next_try_and_the_last_one_has_no_next() -> None:
    world = World()
    transfer = world.request(BODY[:10])
    world.calls.refuse("partner.open_part", broken)
    until_moving(world)
    seen: list[tuple[int | None, int | None]] = []
    while world.drive_lane():
        failure = told(world, transfer)
        seen.append((failure.attempt, failure.attempts))
    assert seen == [(1, 3), (2, 3), (None, None)]
    assert told(world, transfer).next_try_at is None
    assert world.read(transfer).status is Status.FAILING
    world.run()
    assert world.read(transfer).status is Status.FAILED


def lanes_move_on(world: World, lane: int) -> list[str | None]:
    """Runs the turns of that lane, and notes the failure that is told before each write."""
    transfer_id = world.queue.messages[0].transfer_id
    seen: list[str | None] = []

    def look() -> None:
        world.pass_time(BEAT)
        seen.append(fail_code(world.ports.transfers.read(transfer_id)))

    looking = world.calls.before_each("sink.write", look)
    [message] = [each for each in world.queue.messages if each.lane == lane]
    world.queue.messages.remove(message)
    world.drive_lane(message)
    looking.end()
    return seen


def test_trouble_is_over_when_its_lane_has_moved_a_chunk() -> None:
    world = World()
    transfer = troubled(world)
    saves = world.calls.counts["transfers.save"]
    assert lanes_move_on(world, 0) == ["connection_lost"] * BLOCKS + [None] * 6
    assert world.calls.counts["transfers.save"] == saves + 1
    world.run()
    assert_completed(world, transfer)


def test_trouble_is_over_at_a_checkpoint_within_a_large_chunk() -> None:
    world = World()
    one_large_chunk(world, len(LARGE))
    transfer = world.request(LARGE)
    until_moving(world)
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds / 4
    assert fail_code(world.read(transfer)) == "connection_lost"
    seen: list[str | None] = []
    world.calls.before_each("sink.write", lambda: seen.append(fail_code(world.read(transfer))))
    world.drive_lane()
    assert seen[:4] == ["connection_lost"] * 4
    assert set(seen[5:]) == {None}
    world.run()
    assert_completed(world, transfer, LARGE)


def test_trouble_is_not_over_because_another_lane_moves() -> None:
    world = World()
    transfer = troubled(world)
    assert set(lanes_move_on(world, 1)) == {"connection_lost"}
    until_state(world, "VerifyTarget")
    world.workflow.advance()
    assert world.read(transfer).failure is None  # all is moved
    world.run()
    assert_completed(world, transfer)


def test_trouble_whose_lane_was_done_between_two_beats_is_noticed_by_another_lane() -> None:
    world = World()
    transfer = troubled(world)
    message = world.queue.messages.pop()
    assert message.lane == 0
    seen: list[str | None] = []

    def meanwhile() -> None:
        world.drive_lane(message)
        seen.append(fail_code(world.read(transfer)))
        world.pass_time(BEAT)
        seen.append(fail_code(world.read(transfer)))

    world.calls.before("sink.write", meanwhile)
    world.run()
    assert seen == ["connection_lost", None]
    assert_completed(world, transfer)


def test_a_paused_transfer_tells_no_next_try() -> None:
    world = World()
    transfer = troubled(world)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    failure = told(world, transfer)
    assert (failure.code, failure.next_try_at) == ("connection_lost", None)


@pytest.mark.parametrize("failures", [1, 2])
def test_a_steps_failure_is_told_with_its_try_and_forgotten_when_it_went_well(
    failures: int,
) -> None:
    world = World()
    transfer = world.request(BODY)
    seen: list[FailureView | None] = []
    look = lambda: seen.append(transfer_summary(world.read(transfer)).failure)  # noqa: E731
    world.calls.before_each("source.inspect", look)
    for number in range(failures):
        world.calls.fail("source.inspect", unavailable, after=number)
    begun = world.clock
    until_state(world, "ChooseBySize")
    assert seen[0] is None
    last = seen[-1]
    assert last is not None
    assert (last.code, last.attempt, last.attempts) == ("source_unavailable", failures, 3)
    assert last.next_try_at is not None
    assert begun < last.next_try_at < world.clock + timedelta(seconds=2)
    assert world.read(transfer).failure is None


def test_that_no_session_was_free_is_forgotten_when_there_is_one() -> None:
    world = World()
    world.register("one", max_sessions=1)
    until = world.clock + timedelta(seconds=world.policy.lease_seconds)
    rival = world.ports.slots.take("one", 1, "another transfer", world.clock, until)
    assert rival is not None
    transfer = world.request(BODY, destination_id="one")
    world.run()
    waiting = told(world, transfer)
    assert (waiting.code, waiting.attempt, waiting.next_try_at) == ("no_session_free", None, None)
    world.ports.slots.free(rival)
    call_next("one", ports=world.ports)
    seen: list[str | None] = []
    world.calls.before("partner.connect", lambda: seen.append(fail_code(world.read(transfer))))
    world.run()
    assert seen == [None]
    assert_completed(world, transfer)


def test_a_final_failure_has_no_tries() -> None:
    world = World()
    transfer = troubled(world)
    world.calls.fail("sink.write", NoSpace("/in/x", 0))
    world.run()
    failure = told(world, transfer)
    assert (world.read(transfer).status, failure.code) == (Status.FAILED, "no_space")
    assert (failure.attempt, failure.attempts, failure.next_try_at) == (None, None, None)
