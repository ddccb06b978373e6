"""Pause, resume and cancel, at every point of a transfer's way."""

from collections.abc import Callable

import pytest

from services.transfer.domain.errors import WrongState
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from services.transfer.use_cases.read_state import state_of
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ANN
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    assert_each_byte_once,
    one_large_chunk,
    until_moving,
    watch_writes,
)

BODY = bytes(5 * CHUNK_BYTES)
CANCELLABLE_STATES = [
    "ValidateRequest",
    "AuthorizeReader",
    "InspectSource",
    "ChooseBySize",
    "MoveChunks",
    "VerifyTarget",
    "CommitTarget",  # entered, but not begun
]


def once_before(state: str, act: Callable[[], object]) -> Callable[[str], None]:
    done: list[str] = []

    def watch(entering: str) -> None:
        if entering == state and not done:
            done.append(state)
            act()

    return watch


@pytest.mark.parametrize("state", CANCELLABLE_STATES)
def test_a_transfer_cancelled_before_any_state_ends_without_a_trace(state: str) -> None:
    world = World()
    transfer = world.request(BODY)
    world.run(before_state=once_before(state, lambda: cancel(world, transfer)))
    assert world.read(transfer).status is Status.CANCELLED
    assert world.partner.files == {}
    assert world.published(transfer)[-1] == "TransferCancelled.v1"


@pytest.mark.parametrize("writes", range(5))
def test_a_transfer_cancelled_in_the_middle_of_its_bytes_leaves_no_part_file(writes: int) -> None:
    world = World()
    transfer = world.request(BODY)
    met = world.calls.before("sink.write", lambda: cancel(world, transfer), writes + 1)
    world.run()
    assert met()
    assert world.read(transfer).status is Status.CANCELLED
    assert world.partner.files == {}
    assert list(world.ports.transfers.open_transfers()) == []


def cancel(world: World, transfer: Transfer) -> None:
    cancel_transfer(transfer.id, ANN, ports=world.ports)


def test_cancelling_twice_is_no_error_and_changes_nothing() -> None:
    world = World()
    transfer = world.request(BODY)
    cancel(world, transfer)
    cancel(world, transfer)
    world.run()
    cancel(world, transfer)
    assert world.read(transfer).status is Status.CANCELLED


def test_a_commit_under_way_cannot_be_cancelled_any_more() -> None:
    world = World()
    transfer = world.request(BODY)
    refused: list[WrongState] = []

    def try_cancel() -> None:
        with pytest.raises(WrongState) as caught:
            cancel(world, transfer)
        refused.append(caught.value)

    world.run(before_state=once_before("CleanUp", try_cancel))
    assert "committing" in str(refused[0])
    assert world.read(transfer).status is Status.COMPLETED


def test_a_paused_transfer_stands_still_until_it_is_resumed() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    pause_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    world.pass_time(3_600)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.PAUSED
    assert world.buckets.bytes_read == 0
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert world.buckets.bytes_read == len(BODY)
    assert world.published(transfer)[2:4] == ["TransferPaused.v1", "TransferResumed.v1"]


@pytest.mark.parametrize("state", ["ValidateRequest", "InspectSource", "MoveChunks"])
def test_a_transfer_paused_before_it_moves_waits_with_its_lanes(state: str) -> None:
    world = World()
    transfer = world.request(BODY)
    pause = once_before(state, lambda: pause_transfer(transfer.id, ANN, ports=world.ports))
    world.run(before_state=pause)
    assert world.read(transfer).status is Status.PAUSED
    assert world.buckets.bytes_read == 0
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED


def test_pausing_in_the_middle_of_a_chunk_keeps_what_was_acknowledged() -> None:
    world = World()
    big = bytes(range(256)) * 16_384  # 4 MiB in one chunk: several reads
    one_large_chunk(world, len(big))
    transfer = world.request(big)
    until_moving(world)
    writes = watch_writes(world)

    def pause() -> None:
        pause_transfer(transfer.id, ANN, ports=world.ports)
        world.pass_time(2)  # the next beat is due

    world.calls.before("sink.write", pause, number=2)
    world.run()
    (lease,) = world.ports.ledger.open_leases(world.read(transfer).ledger)
    assert lease.mark.done_bytes == 2 * READ_BYTES
    state = state_of(world.transfers.read(transfer.id), ports=world.ports)
    assert state.bytes_done == lease.mark.done_bytes
    resume_transfer(transfer.id, ANN, ports=world.ports)
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert_each_byte_once(writes, len(big))
    assert world.buckets.bytes_read <= len(big) + READ_BYTES  # one was read when the pause came
    assert bytes(world.partner.files["/in/day.csv"]) == big


def test_a_pause_that_came_after_the_last_chunk_tells_that_it_came_too_late() -> None:
    world = World()
    transfer = world.request(BODY)
    pause = once_before("VerifyTarget", lambda: pause_transfer(transfer.id, ANN, ports=world.ports))
    world.run(before_state=pause)
    assert world.read(transfer).status is Status.COMPLETED
    assert world.published(transfer)[2:] == [
        "TransferPaused.v1",
        "TransferResumed.v1",
        "TransferCompleted.v1",
    ]


def test_only_a_failed_transfer_can_be_retried() -> None:
    world = World()
    transfer = world.request(BODY)
    world.run()
    with pytest.raises(WrongState, match="completed"):
        retry_transfer(transfer.id, ANN, ports=world.ports)
