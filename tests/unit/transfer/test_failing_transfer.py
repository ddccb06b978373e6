"""Transfers that meet errors: what passes is tried again, what does not ends with its reason."""

from dataclasses import replace

import pytest

from services.transfer.domain.errors import (
    AddressForbidden,
    ConnectionLost,
    NoSpace,
    SourceUnavailable,
    TransferError,
)
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.transfer import Status, Transfer, Verify
from services.transfer.use_cases.clean_up import clean_up
from services.transfer.use_cases.read_state import read_state
from services.transfer.use_cases.start_workflow import start_workflow
from services.transfer.use_cases.steer_transfer import retry_transfer
from services.transfer.use_cases.sweep_stalled import sweep_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import TARGET, content

CHUNK = CHUNK_BYTES


@pytest.mark.parametrize(
    "error",
    [
        ConnectionLost("h", 22, "reset"),
        SourceUnavailable("outgoing", "reports/day.csv", "503"),
    ],
)
def test_a_passing_error_costs_only_the_chunk_it_hit(error: TransferError) -> None:
    world = World()
    if isinstance(error, SourceUnavailable):
        world.buckets.fail_reads.append(error)
    else:
        world.partner.fail_next(error, at="write", after=2)
    transfer = world.request(content(5 * CHUNK))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert ended.receipt is not None
    assert ended.receipt.attempts == 6
    assert bytes(world.partner.files[TARGET]) == content(5 * CHUNK)


def test_a_passing_error_is_tried_again_after_a_growing_delay_with_jitter() -> None:
    world = World()
    for _ in range(2):
        world.partner.fail_next(ConnectionLost("h", 22, "reset"), at="open_part")
    transfer = world.request(content(CHUNK))
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    first, second = world.queue.delays[1:3]
    assert 1 <= first <= 2
    assert 2 <= second <= 4


@pytest.mark.parametrize("at", ["create_part", "open_part", "write", "flush", "rename"])
def test_a_final_error_anywhere_leaves_no_part_file(at: str) -> None:
    world = World()
    world.partner.fail_next(NoSpace("/in/.day.csv.part", 0), at=at)
    transfer = world.request(content(3 * CHUNK))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert ended.failure is not None
    assert ended.failure.code == "no_space"
    assert not ended.failure.retryable
    assert world.partner.files == {}
    assert world.published(transfer)[-1] == "TransferFailed.v1"


def test_an_error_that_passes_never_ends_in_a_failure_with_its_reason() -> None:
    world = World()
    for _ in range(3):
        world.partner.fail_next(ConnectionLost("h", 22, "reset"), at="open_part")
    transfer = world.request(content(CHUNK - 1))
    world.run()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "connection_lost"
    assert world.partner.files == {}


def fail_after_some_chunks(world: World) -> Transfer:
    transfer = world.request(content(5 * CHUNK))
    for _ in range(3 * world.policy.lanes_per_transfer):
        world.partner.fail_next(ConnectionLost("h", 22, "gone"), at="write", after=2)
    world.run()
    world.partner.forget_failures()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED, ended.status
    return ended


def test_a_retry_goes_on_from_the_ledger_and_moves_nothing_twice() -> None:
    world = World()
    ended = fail_after_some_chunks(world)
    moved = world.ports.ledger.progress(LedgerId(ended.id, 1)).chunks_done
    assert moved > 0
    assert len(world.parts()) == 1
    before = world.buckets.bytes_read
    retry_transfer(ended.id, ANN, ports=world.ports)
    start_workflow(ended.id, 2, ports=world.ports)
    world.run()
    again = world.read(ended)
    assert again.status is Status.COMPLETED, again.failure
    assert world.buckets.bytes_read - before == (5 - moved) * CHUNK
    assert bytes(world.partner.files[TARGET]) == content(5 * CHUNK)


def test_a_kept_part_file_is_removed_when_its_time_has_passed() -> None:
    world = World()
    ended = fail_after_some_chunks(world)
    sweep_transfer(ended.id, ports=world.ports)
    assert len(world.parts()) == 1
    world.pass_time(world.policy.keep_part_seconds + 1)
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == []
    assert list(world.ports.transfers.open_transfers()) == []


def test_a_retry_after_that_begins_anew() -> None:
    world = World()
    ended = fail_after_some_chunks(world)
    world.pass_time(world.policy.keep_part_seconds + 1)
    sweep_transfer(ended.id, ports=world.ports)
    retry_transfer(ended.id, ANN, ports=world.ports)
    start_workflow(ended.id, 2, ports=world.ports)
    world.run()
    again = world.read(ended)
    assert again.status is Status.COMPLETED, again.failure
    assert again.generation == 2
    assert bytes(world.partner.files[TARGET]) == content(5 * CHUNK)


def test_a_source_that_changes_under_way_ends_the_transfer() -> None:
    world = World()
    transfer = world.request(content(5 * CHUNK))
    while not world.queue.messages:
        world.workflow.advance()
    world.buckets.put("outgoing", "reports/day.csv", b"other" * CHUNK)
    world.run()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "source_changed"
    assert world.partner.files == {}


def test_read_back_notices_a_disk_that_changes_bytes() -> None:
    world = World()
    transfer = world.request(content(CHUNK), verify=Verify.READBACK)
    while not world.queue.messages:
        world.workflow.advance()
    kept = world.partner.called
    broken: list[str] = []

    def corrupting(name: str) -> None:
        if name == "read" and not broken:
            broken.append(name)
            world.partner.files[world.parts()[0]][5] ^= 1
        kept(name)

    world.partner.called = corrupting  # type: ignore[method-assign]
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert ended.receipt is not None
    assert ended.receipt.attempts == 2
    assert bytes(world.partner.files[TARGET]) == content(CHUNK)


def test_a_commit_whose_answer_was_lost_is_not_done_twice() -> None:
    world = World()
    transfer = world.request(content(2 * CHUNK))
    renames: list[str] = []
    kept = world.partner.files

    def lose_answer(state: str) -> None:
        if state == "CommitTarget" and not renames:
            part = world.parts()[0]
            renames.append(part)
            current = world.read(transfer)
            world.ports.transfers.save(
                replace(current, status=Status.COMMITTING, final_path=TARGET)
            )
            kept[TARGET] = kept.pop(part)  # the rename that worked

    world.run(before_state=lose_answer)
    assert world.read(transfer).status is Status.COMPLETED
    assert bytes(world.partner.files[TARGET]) == content(2 * CHUNK)


def test_a_part_file_of_an_unreachable_partner_is_removed_later() -> None:
    world = World()
    world.partner.fail_next(NoSpace("/in/x", 0), at="flush")
    for _ in range(3):
        world.partner.fail_next(ConnectionLost("h", 22, "down"), at="remove", after=1)
    transfer = world.request(content(CHUNK))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert len(world.parts()) == 1
    world.partner.forget_failures()
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == []
    clean_up(ended.run_id, ports=world.ports)


def test_a_refused_address_is_final() -> None:
    world = World()
    world.partner.fail_next(AddressForbidden("h", "169.254.169.254"), at="connect")
    transfer = world.request(content(1))
    world.run()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "address_forbidden"


def test_a_destination_with_one_session_never_sees_two() -> None:
    world = World()
    world.register("solo", max_sessions=1)
    transfer = world.request(content(6 * CHUNK), destination_id="solo")
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert world.partner.most_sessions == 1


def test_while_something_is_tried_again_the_transfer_says_what() -> None:
    world = World()
    for _ in range(2):
        world.partner.fail_next(ConnectionLost("h", 22, "reset"), at="open_part")
    transfer = world.request(content(CHUNK - 1))
    while not world.read(transfer).failure:
        assert world.workflow.advance() or world.drive_lane()
    trouble = world.read(transfer)
    assert trouble.status is Status.MOVING
    assert trouble.failure is not None
    assert trouble.failure.code == "connection_lost"
    world.run()
    ended = world.read(transfer)
    assert (ended.status, ended.failure) == (Status.COMPLETED, None)


def test_an_ended_transfer_shows_no_lane_at_work() -> None:
    world = World()
    world.partner.fail_next(NoSpace("/in/x", 0), at="write", after=1)
    transfer = world.request(content(5 * CHUNK))
    world.run()
    lanes = read_state(transfer.id, ports=world.ports).lanes
    assert lanes
    assert all(lane.ended and lane.bytes_in_flight == 0 for lane in lanes)
