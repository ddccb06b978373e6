"""Workers and steps of an earlier run or generation that come late do nothing to the later one."""

import pytest

from services.transfer.domain.errors import ConnectionLost, NoSpace, PasswordRejected, TransferError
from services.transfer.domain.failure import Failure
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain_services.fail_transfer import fail_transfer
from services.transfer.handlers.workflow_step import STEPS, PermanentFailure, run_step
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, assert_completed, fail_half_way, retry, until_moving

OF_A_RUN = sorted(STEPS.keys() - {"Publish"})  # Publish publishes pending events of any run
AFTER_ALL = {"HandleError", "CleanUp", "StoreOutcome"}  # end quietly, as nothing is left to handle
NO_SPACE = Failure.of(NoSpace("/in", 0))


def repeat_late(world: World, transfer: Transfer, step: str) -> None:
    """As Step Functions does when the first answer was lost."""
    error = {"Error": "States.Timeout", "Cause": ""}
    event = {"step": step, "transfer_id": transfer.id, "run": 1, "task_token": "old"}
    event["before"] = "CommitTarget"  # of AwaitSession
    if step in AFTER_ALL:
        assert run_step({**event, "error": error}, world.ports) == {}
    else:
        with pytest.raises(PermanentFailure, match="run_superseded"):
            run_step(event, world.ports)


@pytest.mark.parametrize("call", ["partner.look", "sink.write", "partner.rename"])
@pytest.mark.parametrize("step", OF_A_RUN)
def test_a_late_step_of_an_earlier_run_changes_nothing_in_the_later_one(
    step: str, call: str
) -> None:
    world = World()
    ended = fail_half_way(world)
    retry(world, ended)
    unchanged: list[bool] = []

    def come_late() -> None:
        before, files = world.read(ended), dict(world.partner.files)
        repeat_late(world, ended, step)
        unchanged.append((world.read(ended), world.partner.files) == (before, files))

    world.calls.before(call, come_late)
    world.run()
    assert unchanged == [True]
    assert_completed(world, ended)


def test_a_late_start_event_starts_no_earlier_run_again() -> None:
    world = World()
    ended = fail_half_way(world)
    retry(world, ended)
    del world.workflow.executions[ended.id, 1]  # ended, and forgotten since
    start_workflow(ended.id, 1, ports=world.ports)
    assert list(world.workflow.executions) == [(ended.id, 2)]


def fail_and_begin_anew(world: World, transfer: Transfer) -> None:
    """The transfer fails, is cleaned up, is retried and moves again."""
    fail_transfer(RunId(transfer.id, 1), NO_SPACE, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    retry(world, transfer)
    while not (anew := [each for each in world.queue.messages if each.generation == 2]):
        assert world.workflow.advance()
    world.queue.messages.remove(anew[0])
    world.drive_lane(anew[0], lambda: world.policy.hand_over_seconds * 2)
    moving = world.read(transfer)
    assert (moving.status, moving.generation) == (Status.MOVING, 2)


@pytest.mark.parametrize(
    "call", ["partner.connect", "partner.open_part", "sink.write", "sink.flush"]
)
@pytest.mark.parametrize(
    "answer", [PasswordRejected("h", "ferry"), NoSpace("/in", 0), ConnectionLost("h", 22, "reset")]
)
def test_a_lane_of_an_earlier_generation_does_not_fail_the_later_one(
    call: str, answer: TransferError
) -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)

    def hang() -> None:
        fail_and_begin_anew(world, transfer)
        raise answer

    hung = world.calls.before(call, hang)
    world.run()
    assert hung()
    assert_completed(world, transfer)


@pytest.mark.parametrize(
    "call", ["partner.connect", "partner.open_part", "sink.write", "sink.flush"]
)
def test_bytes_of_an_earlier_generation_do_not_reach_the_later_ones_file(call: str) -> None:
    """The lane wakes up with the old object's bytes when the new one's are being sent."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    new_body = bytes(reversed(BODY))

    def hang() -> None:
        world.buckets.put("outgoing", "reports/day.csv", new_body)
        fail_and_begin_anew(world, transfer)

    hung = world.calls.before(call, hang)
    world.run()
    assert hung()
    assert_completed(world, transfer, new_body)


@pytest.mark.parametrize("call", ["partner.open_part", "sink.write", "sink.flush"])
def test_a_lane_of_an_earlier_run_does_not_fail_the_run_that_goes_on(call: str) -> None:
    """Both runs move the same part file, and only the later run judges whether it goes on."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    left = iter([900.0] * 4)
    world.drive_lane(remaining=lambda: next(left, 100.0))
    lost = Failure.of(ConnectionLost("h", 22, "reset"))

    def hang() -> None:
        fail_transfer(RunId(transfer.id, 1), lost, ports=world.ports)
        while world.read(transfer).status is not Status.FAILED:
            assert world.workflow.advance()
        retry(world, transfer)
        while world.read(transfer).status is not Status.MOVING:
            assert world.workflow.advance()
        assert (world.read(transfer).run, world.read(transfer).generation) == (2, 1)
        raise NoSpace("/in", 0)

    hung = world.calls.before(call, hang)
    world.run()
    assert hung()
    assert_completed(world, transfer)
