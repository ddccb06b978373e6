"""A file that has its name is reported as delivered, even if something goes wrong after that."""

import json

import pytest

from services.transfer.domain.errors import StepUnderWay
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import TransientFailure
from tests.fakes.actors import Stage
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, broken, until_state
from tests.unit.transfer.steps import abort_executions, beginning, step, sweep

THROTTLED = {"Error": "Lambda.TooManyRequestsException", "Cause": "Rate exceeded"}
LOST = {"code": "connection_lost", "message": "The connection broke.", "retryable": True}
CONNECTION_LOST = {
    "Error": "TransientFailure",
    "Cause": json.dumps({"errorMessage": json.dumps(LOST)}),
}


def committing() -> tuple[World, Transfer]:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "CommitTarget")
    return world, transfer


def test_a_recorded_delivery_whose_answer_got_lost_is_completed_when_its_repeats_fail() -> None:
    """Step Functions got no answer and gave up, so the state machine goes to HandleError."""
    world, transfer = committing()
    step(world, transfer, "CommitTarget")
    step(world, transfer, "HandleError", error=THROTTLED)
    step(world, transfer, "CleanUp")
    step(world, transfer, "StoreOutcome")
    assert_completed(world, transfer)
    assert world.read(transfer).failure is None


def test_an_error_before_the_delivery_is_recorded_is_still_one() -> None:
    """The file does not have its name yet, so the error fails the transfer."""
    world, transfer = committing()
    step(world, transfer, "HandleError", error=THROTTLED)
    step(world, transfer, "CleanUp")
    step(world, transfer, "StoreOutcome")
    assert world.read(transfer).status is Status.FAILED
    assert TARGET not in world.partner.files


@pytest.mark.parametrize("call", ["partner.open_reader", "partner.look"])
def test_a_clean_up_that_breaks_when_it_found_the_delivery_goes_on_from_there(call: str) -> None:
    """The transfer was found delivered. It is not failing any more, but the delivery is not
    recorded yet. The repeated clean-up goes on from there."""
    world, transfer = committing()
    world.calls.lose_answer("partner.rename", broken)
    with pytest.raises(TransientFailure):
        step(world, transfer, "CommitTarget")
    step(world, transfer, "HandleError", error=CONNECTION_LOST)

    def break_the_next_look() -> None:
        if world.read(transfer).status is Status.COMMITTING:
            failed.end()
            raise broken()

    failed = world.calls.before_each(call, break_the_next_look)
    with pytest.raises(TransientFailure):
        step(world, transfer, "CleanUp")
    assert world.read(transfer).status is Status.COMMITTING
    step(world, transfer, "CleanUp")
    step(world, transfer, "StoreOutcome")
    assert_completed(world, transfer)


def test_a_sweeper_that_meets_a_living_commit_does_not_end_its_transfer() -> None:
    """The execution is gone, but the commit's function lives. The next sweep sees its result."""
    world, transfer = committing()
    world.pass_time(40)
    abort_executions(world)
    sweeper = Stage().start("sweeper", lambda: sweep_transfer(transfer.id, ports=world.ports))
    assert sweeper.advance_to("workflow.state")
    commit = beginning(world, transfer, "CommitTarget")
    assert commit.advance_to("partner.rename")
    sweeper.finish()
    assert world.read(transfer).status not in ENDED
    commit.finish()
    sweep(world, transfer)
    assert_completed(world, transfer)


def test_a_commit_in_whose_midst_the_execution_ends_is_left_to_its_end() -> None:
    world, transfer = committing()
    commit = beginning(world, transfer, "CommitTarget")
    assert commit.advance_to("partner.rename")
    world.pass_time(40)
    abort_executions(world)
    with pytest.raises(StepUnderWay):
        sweep_transfer(transfer.id, ports=world.ports)
    assert world.read(transfer).status is Status.COMMITTING
    commit.finish()
    sweep(world, transfer)
    assert_completed(world, transfer)
