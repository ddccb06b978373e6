"""Errors that may pass are tried again. Any other error ends the transfer with its reason."""

import pytest

from services.transfer.domain.errors import (
    AddressForbidden,
    ConnectionLost,
    NoSpace,
    SourceUnavailable,
    TransferError,
)
from services.transfer.domain.status import Status
from services.transfer.use_cases.clean_up import clean_up
from services.transfer.use_cases.read_state import state_of
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    TARGET,
    assert_completed,
    assert_each_byte_once,
    broken,
    content,
    fail_half_way,
    retried,
    until_called,
    until_moving,
    watch_writes,
)

CHUNK = CHUNK_BYTES


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (ConnectionLost("h", 22, "reset"), 7),  # the chunk before was not durable yet
        (SourceUnavailable("outgoing", "reports/day.csv", "503"), 6),
    ],
)
def test_a_passing_error_costs_only_the_chunk_it_hit(error: TransferError, attempts: int) -> None:
    world = World()
    if isinstance(error, SourceUnavailable):
        world.calls.fail("source.read", error, after=2)
    else:
        world.calls.fail("sink.write", error, after=2)
    transfer = world.request(content(5 * CHUNK))
    writes = watch_writes(world)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert ended.receipt is not None
    assert ended.receipt.attempts == attempts
    assert_each_byte_once(writes, 5 * CHUNK)
    assert bytes(world.partner.files[TARGET]) == content(5 * CHUNK)


@pytest.mark.parametrize("size", [CHUNK - 1, 3 * CHUNK])
@pytest.mark.parametrize(
    "at",
    [
        *["partner.create_file", "partner.open_part", "sink.write", "sink.flush", "sink.close"],
        *["partner.look", "partner.rename"],
    ],
)
def test_a_final_error_anywhere_leaves_no_part_file(at: str, size: int) -> None:
    world = World()
    transfer = world.request(content(size))
    until_called(world, at)
    refused = world.calls.refuse(at, NoSpace("/in/.day.csv.part", 0))
    world.run()
    assert refused()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert ended.failure is not None
    assert ended.failure.code == "no_space"
    assert not ended.failure.retryable
    assert world.partner.files == {}
    assert world.published(transfer)[-1] == "TransferFailed.v1"


def test_a_retry_goes_on_from_the_ledger_and_moves_nothing_twice() -> None:
    world = World()
    ended = fail_half_way(world, content(5 * CHUNK))
    ledger = world.ports.ledger
    reached = ledger.progress(ended.ledger).bytes_done
    assert reached > 0
    reached += sum(each.ahead.done_bytes for each in ledger.open_leases(ended.ledger) if each.ahead)
    assert len(world.parts()) == 1
    before = world.buckets.bytes_read
    again = retried(world, ended)
    assert again.status is Status.COMPLETED, again.failure
    assert world.buckets.bytes_read - before == 5 * CHUNK - reached
    assert bytes(world.partner.files[TARGET]) == content(5 * CHUNK)


def test_a_kept_part_file_is_removed_when_its_time_has_passed() -> None:
    world = World()
    ended = fail_half_way(world, content(5 * CHUNK))
    sweep_transfer(ended.id, ports=world.ports)
    assert len(world.parts()) == 1
    world.pass_time(world.policy.keep_part_seconds + 1)
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == []
    assert list(world.ports.transfers.open_transfers()) == []


def test_a_retry_after_that_begins_anew() -> None:
    world = World()
    ended = fail_half_way(world, content(5 * CHUNK))
    world.pass_time(world.policy.keep_part_seconds + 1)
    sweep_transfer(ended.id, ports=world.ports)
    again = retried(world, ended)
    assert again.status is Status.COMPLETED, again.failure
    assert again.generation == 2
    assert bytes(world.partner.files[TARGET]) == content(5 * CHUNK)


def test_a_source_that_changes_under_way_ends_the_transfer() -> None:
    world = World()
    transfer = world.request(content(5 * CHUNK))
    until_moving(world)
    world.buckets.put("outgoing", "reports/day.csv", b"other" * CHUNK)
    world.run()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "source_changed"
    assert world.partner.files == {}


def test_a_commit_whose_answer_was_lost_is_not_done_twice() -> None:
    world = World()
    transfer = world.request(content(2 * CHUNK))
    lost = world.calls.lose_answer("partner.rename", broken)
    world.run()
    assert lost()
    assert world.calls.counts["partner.rename"] == 1
    assert_completed(world, transfer, content(2 * CHUNK))


def test_a_part_file_of_an_unreachable_partner_is_removed_later() -> None:
    world = World()
    world.calls.fail("sink.flush", NoSpace("/in/x", 0))
    away = world.calls.refuse("partner.remove", broken)
    transfer = world.request(content(CHUNK))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.FAILED
    assert ended.left_behind == tuple(world.parts()) != ()
    away.end()
    sweep_transfer(ended.id, ports=world.ports)
    assert world.parts() == []
    assert world.read(transfer).tidy
    clean_up(ended, ports=world.ports)


def test_a_refused_address_is_final() -> None:
    world = World()
    world.calls.fail("partner.connect", AddressForbidden("h", "169.254.169.254"))
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


def test_an_ended_transfer_shows_no_lane_at_work() -> None:
    world = World()
    world.calls.fail("sink.write", NoSpace("/in/x", 0), after=1)
    transfer = world.request(content(5 * CHUNK))
    world.run()
    lanes = state_of(world.transfers.read(transfer.id), ports=world.ports).lanes
    assert lanes
    assert all(lane.ended and lane.bytes_in_flight == 0 for lane in lanes)


def test_a_transfer_whose_part_file_was_given_up_shows_no_chunk_as_done() -> None:
    world = World()
    world.calls.fail("sink.write", NoSpace("/in/x", 0), after=4)
    transfer = world.request(content(5 * CHUNK))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, ended.plan) == (Status.FAILED, None)
    assert world.ports.ledger.progress(ended.ledger).chunks_done > 0
    state = state_of(ended, ports=world.ports)
    assert (state.progress.chunks_done, state.bytes_done) == (0, 0)
