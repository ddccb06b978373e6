"""Answers that get lost, of the workflow's callback and of the rename: what was done stays done."""

from collections.abc import Callable

import pytest

from services.transfer.domain.errors import ConnectionLost, ConnectionRefused, NoSpace
from services.transfer.domain.transfer import IfExists, Status, Transfer
from services.transfer.use_cases.steer_transfer import cancel_transfer
from services.transfer.use_cases.sweep_stalled import sweep_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    fail_code,
    retried,
    until_moving,
)


class Throttled(Exception):
    """The call of Step Functions that ends the wait did not go through."""


def lose_the_next_callback(world: World) -> None:
    fail = world.workflow.fail

    def throttled(task_token: str, error: str, cause: str) -> None:
        world.workflow.fail = fail  # type: ignore[method-assign]
        raise Throttled

    world.workflow.fail = throttled  # type: ignore[method-assign]


def sweep_and_run(world: World, transfer: Transfer) -> Transfer:
    world.pass_time(60)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    return world.read(transfer)


def test_the_sweeper_wakes_the_workflow_of_a_failing_transfer_again() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    lose_the_next_callback(world)
    world.partner.fail_next(NoSpace("/in", 0), at="write")
    with pytest.raises(Throttled):
        world.run()
    world.run()
    assert world.read(transfer).status is Status.FAILING
    ended = sweep_and_run(world, transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "no_space")
    assert world.parts() == []


def test_the_sweeper_wakes_the_workflow_of_a_transfer_being_cancelled_again() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    lose_the_next_callback(world)
    with pytest.raises(Throttled):
        cancel_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.CANCELLING
    assert sweep_and_run(world, transfer).status is Status.CANCELLED
    assert world.parts() == []


def lose_the_answer_of_the_rename(world: World, before: Callable[[], object]) -> None:
    """It works, the connection breaks, and the partner stays away."""
    connect = world.partner.connect

    def connecting(*args: object) -> object:
        session = connect(*args)  # type: ignore[arg-type]
        rename = session.rename

        def renaming(part: str, target: str, *, replace: bool) -> None:
            before()
            rename(part, target, replace=replace)
            for _ in range(10):
                world.partner.fail_next(ConnectionRefused("h", 22), at="connect")
            raise ConnectionLost("h", 22, "reset")

        session.rename = renaming  # type: ignore[method-assign]
        return session

    world.partner.connect = connecting  # type: ignore[method-assign, assignment]


@pytest.mark.parametrize("if_exists", list(IfExists))
def test_a_retry_after_a_rename_whose_answer_was_lost_finds_the_file_in_its_place(
    if_exists: IfExists,
) -> None:
    world = World()
    if if_exists is not IfExists.FAIL:
        world.partner.files[TARGET] = bytearray(b"yesterday's")
    transfer = world.request(BODY, if_exists=if_exists)
    renames: list[str] = []
    lose_the_answer_of_the_rename(world, lambda: renames.append("renamed"))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "connection_refused")
    world.partner.forget_failures()
    before = world.buckets.bytes_read
    retried(world, transfer)
    place = "/in/day (1).csv" if if_exists is IfExists.KEEP_BOTH else TARGET
    assert_completed(world, transfer, path=place)
    assert renames == ["renamed"]
    assert world.buckets.bytes_read == before
    assert len(world.partner.files) == (2 if if_exists is IfExists.KEEP_BOTH else 1)
