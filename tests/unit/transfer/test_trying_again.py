"""What may pass is tried again, ever more rarely and not for ever. A look at the transfer says what
is the matter, for as long as it is."""

import pytest

from services.transfer.domain.status import Status
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import broken, content, until_called, until_moving
from tests.unit.transfer.waiting import free, take_the_only_session

CHUNK = CHUNK_BYTES
CALLS = pytest.mark.parametrize(
    "call", ["partner.connect", "partner.create_file", "partner.open_part"]
)


def fail_times(world: World, call: str, times: int) -> None:
    for number in range(times):
        world.calls.fail(call, broken, after=number)


@CALLS
def test_a_passing_error_is_tried_again_after_a_growing_delay_with_jitter(call: str) -> None:
    world = World()
    transfer = world.request(content(CHUNK))
    until_called(world, call)
    fail_times(world, call, 2)
    before = len(world.queue.delays)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    first, second = world.queue.delays[before:]
    assert 1 <= first <= 2
    assert 2 <= second <= 4


@CALLS
def test_an_error_that_passes_never_ends_in_a_failure_with_its_reason(call: str) -> None:
    world = World()
    transfer = world.request(content(CHUNK - 1))
    until_called(world, call)
    fail_times(world, call, world.policy.retry.max_failures)
    world.run()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "connection_lost"
    assert world.partner.files == {}


@CALLS
def test_while_something_is_tried_again_the_transfer_says_what(call: str) -> None:
    world = World()
    transfer = world.request(content(CHUNK - 1))
    until_called(world, call)
    fail_times(world, call, 2)
    begun = world.read(transfer).status
    while not world.read(transfer).failure:
        assert world.workflow.advance() or world.drive_lane()
    trouble = world.read(transfer)
    assert trouble.status is begun
    assert trouble.failure is not None
    assert trouble.failure.code == "connection_lost"
    world.run()
    ended = world.read(transfer)
    assert (ended.status, ended.failure) == (Status.COMPLETED, None)


def test_once_there_is_a_session_nothing_says_that_none_is_free() -> None:
    world = World()
    world.register("one", max_sessions=1)
    slot = take_the_only_session(world)
    transfer = world.request(content(CHUNK - 1), destination_id="one")
    while not (told := world.read(transfer).failure):
        assert world.workflow.advance() or world.drive_lane()
    assert told.code == "no_session_free"
    free(world, slot)
    until_moving(world)
    moving = world.read(transfer)
    assert (moving.status, moving.failure) == (Status.MOVING, None)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
