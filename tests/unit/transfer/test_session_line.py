"""In the line for a destination's sessions, whoever frees one calls the next. A lost call costs
only time."""

from datetime import timedelta

from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.waiting import Waiter
from services.transfer.domain_services.session_line import call_next
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    lane_zero,
    some_chunks,
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


def test_whoever_frees_a_session_calls_the_next_one_once() -> None:
    world = World()
    transfer, slot = parked(world)
    for _ in range(3):
        free(world, slot)
    assert [message.turn for message in world.queue.messages] == [4]
    world.run()
    assert_completed(world, transfer)


def test_a_lane_that_hands_over_calls_the_next_one_before_it_sends_its_next_turn() -> None:
    world = World()
    world.register("one", max_sessions=1)
    world.request(BODY, destination_id="one")
    until_moving(world)
    other = Waiter("one", "other/step", world.clock, 1, task_token="other")
    called: list[int] = []
    world.calls.before("partner.connect", lambda: world.ports.slots.wait(other))
    world.calls.before("queue.send", lambda: called.append(world.calls.counts["slots.call"]))
    some_chunks(world, 2)
    assert called == [1]


def test_a_session_that_became_free_while_a_lane_got_in_line_is_noticed() -> None:
    world = World()
    world.register("one", max_sessions=1)
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    slot = take_the_only_session(world)
    freed = world.calls.before("slots.wait", lambda: free(world, slot))
    world.drive_lane()
    assert freed()
    world.run()
    assert_completed(world, transfer)


def test_a_newcomer_does_not_overtake_whoever_was_called() -> None:
    world = World()
    _, slot = parked(world)
    free(world, slot)
    until = world.clock + timedelta(seconds=60)
    assert world.ports.slots.take("one", 1, "newcomer", world.clock, until) is None


def test_a_call_whose_message_gets_lost_costs_time_and_no_failure() -> None:
    world = World()
    transfer, slot = parked(world)
    free(world, slot)
    world.queue.messages.clear()
    world.pass_time(world.policy.lane_due_seconds + 1)
    sweep_all(world)
    world.run()
    assert_completed(world, transfer)


def test_lanes_whose_workers_are_busy_for_long_do_not_lose_their_place() -> None:
    world = World()
    first, slot = parked(world)
    second = world.request(BODY, destination_id="one", target_path="second.csv")
    world.run()
    free(world, slot)
    [late] = world.queue.messages
    world.queue.messages.clear()
    world.pass_time(world.policy.lease_seconds)
    sweep_all(world)  # calls the lane of the second transfer, whose worker is busy, too
    [called] = world.queue.messages
    assert called.transfer_id == second.id
    until = world.clock + timedelta(seconds=60)
    assert world.ports.slots.take("one", 1, "newcomer", world.clock, until) is None
    world.drive_lane(late)
    assert world.buckets.bytes_read == len(BODY)
    assert_completed_in_the_end(world, first, second)


def assert_completed_in_the_end(world: World, *transfers: Transfer) -> None:
    for _ in range(5):
        world.run()
        world.pass_time(world.policy.lease_seconds + 1)
        sweep_all(world)
    assert [world.read(each).status for each in transfers] == [Status.COMPLETED] * len(transfers)


def test_a_lane_that_got_lost_on_its_way_into_the_line_comes_again() -> None:
    world = World()
    world.register("one", max_sessions=1)
    transfer = world.request(BODY, destination_id="one")
    until_moving(world)
    slot = take_the_only_session(world)
    world.calls.kill("slots.wait")
    message = world.queue.messages.popleft()
    try:
        world.drive_lane(message)
    except BaseException as killed:
        assert type(killed).__name__ == "Killed"  # noqa: PT017 - no Exception
    free(world, slot)
    assert not world.queue.messages
    for _ in range(40):
        world.pass_time(61)
        sweep_all(world)
    world.run()
    assert lane_zero(world, transfer).untaken == 0
    assert_completed(world, transfer)


def test_a_paused_transfers_lane_leaves_the_line_to_others_when_it_is_called() -> None:
    world = World()
    transfer, slot = parked(world)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    free(world, slot)
    world.run()
    assert lane_zero(world, transfer).ended
    until = world.clock + timedelta(seconds=60)
    newcomer = world.ports.slots.take("one", 1, "newcomer", world.clock, until)
    assert newcomer is not None
    world.ports.slots.free(newcomer)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert_completed(world, transfer)


def test_a_step_goes_on_when_a_session_is_free() -> None:
    world = World()
    transfer, slot = waiting_to_commit(world)
    free(world, slot)
    world.run()
    assert world.workflow.entered.count("VerifyTarget") == 2
    assert_completed(world, transfer)


def test_a_transfer_that_waits_for_a_session_can_be_cancelled_at_once() -> None:
    world = World()
    transfer, slot = waiting_to_commit(world)
    cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.CANCELLING
    assert world.workflow.entered[-1] == "CleanUpWaits"  # its part file is at the partner
    free(world, slot)
    world.run()
    assert world.read(transfer).status is Status.CANCELLED
    assert world.parts() == []


def test_a_cancel_that_comes_just_before_the_wait_is_seen() -> None:
    world = World()
    world.register("one", max_sessions=SEVERAL)
    transfer = world.request(BODY, destination_id="one")
    until_state(world, "VerifyTarget")
    take_sessions(world, SEVERAL)
    met = world.calls.before(
        "slots.wait", lambda: cancel_transfer(transfer.id, ANN, ports=world.ports)
    )
    world.run()
    assert met()
    assert world.read(transfer).status is Status.CANCELLING
    assert world.workflow.entered[-1] == "CleanUpWaits"


def test_the_sweeper_calls_a_step_whose_session_was_lost_with_its_holder() -> None:
    world = World()
    transfer, _ = waiting_to_commit(world)
    world.pass_time(world.policy.lease_seconds + 1)
    sweep_all(world)
    world.run()
    assert_completed(world, transfer)


def test_a_step_that_is_gone_holds_the_line_up_for_one_lease() -> None:
    world = World()
    world.register("one", max_sessions=1)
    world.ports.slots.wait(
        Waiter("one", "gone/step", world.clock, 1, task_token="a token of nobody")
    )
    call_next("one", ports=world.ports)
    transfer = world.request(BODY, destination_id="one")
    world.run()
    assert lane_zero(world, transfer).parked
    world.pass_time(world.policy.lease_seconds)
    sweep_all(world)
    world.run()
    assert_completed(world, transfer)
