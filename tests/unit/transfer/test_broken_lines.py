"""When the line breaks again and again, acknowledged bytes are read back and not sent again."""

import pytest

from services.transfer.domain.ledger import Mark
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    assert_completed,
    assert_each_byte_once,
    breaking_every,
    broken,
    content,
    fail_code,
    one_large_chunk,
    turn_of,
    until_moving,
    watch_writes,
)

BLOCKS = 8
BODY = content(BLOCKS * READ_BYTES)


def one_lane(world: World, verify: Verify = Verify.CHECKSUM) -> Transfer:
    """About to move one chunk of several blocks."""
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    return transfer


@pytest.mark.parametrize("verify", list(Verify))
@pytest.mark.parametrize("writes", [1, 2, 3])
def test_a_line_that_breaks_every_few_writes_gets_through_a_chunk(
    writes: int, verify: Verify
) -> None:
    """The line breaks more often than a lane may fail in a row, but each turn makes headway."""
    world = World()
    transfer = one_lane(world, verify)
    breaking_every(world, writes * READ_BYTES)
    taken = watch_writes(world)
    world.run()
    assert (BLOCKS - 1) // writes >= 2
    assert_each_byte_once(taken, len(BODY))
    assert_completed(world, transfer, BODY)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.attempts == 1 + (BLOCKS - 1) // writes


def test_a_line_that_lets_no_write_through_ends_in_a_failure_with_its_reason() -> None:
    world = World()
    transfer = one_lane(world)
    breaking_every(world, 0)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "connection_lost")
    assert world.calls.counts["sink.write"] == world.policy.retry.max_failures
    assert world.partner.files == {}


def test_failures_before_the_headway_do_not_count_any_more_after_it() -> None:
    world = World()
    transfer = one_lane(world)
    tries = world.policy.retry.max_failures - 1
    for number in range(tries):
        world.calls.fail("partner.connect", broken, after=number)
    world.calls.fail("sink.write", broken, after=2)
    for number in range(tries - 1):
        world.calls.fail("partner.connect", broken, after=tries + 1 + number)
    world.run()
    assert_completed(world, transfer, BODY)
    assert world.calls.counts["partner.connect"] >= 2 * tries + 2


def break_after(world: World, transfer: Transfer, writes: int) -> None:
    """Runs one turn. It gives its chunk back with what was acknowledged."""
    world.calls.fail("sink.write", broken, after=writes)
    world.drive_lane()
    [lease] = world.ports.ledger.open_leases(world.read(transfer).ledger)
    assert lease.mark == Mark()
    assert lease.ahead is not None
    assert lease.ahead.done_bytes == writes * READ_BYTES


@pytest.mark.parametrize("at", [0, READ_BYTES, 3 * READ_BYTES - 1])
def test_what_the_partner_lost_of_the_acknowledged_bytes_is_sent_again(at: int) -> None:
    world = World()
    transfer = one_lane(world, Verify.SIZE)
    break_after(world, transfer, 3)
    [part] = world.parts()
    world.partner.files[part][at] ^= 0xFF
    taken = watch_writes(world)
    world.run()
    assert_each_byte_once(taken, len(BODY))
    assert_completed(world, transfer, BODY)


@pytest.mark.parametrize("left", [0, READ_BYTES, 3 * READ_BYTES - 1])
def test_a_part_file_cut_off_before_it_was_durable_is_sent_again(left: int) -> None:
    world = World()
    transfer = one_lane(world, Verify.SIZE)
    break_after(world, transfer, 3)
    [part] = world.parts()
    del world.partner.files[part][left:]
    world.run()
    assert_completed(world, transfer, BODY)


def test_where_nothing_can_be_read_back_it_is_sent_again() -> None:
    world = World()
    transfer = one_lane(world)
    break_after(world, transfer, 3)
    world.partner.readable = False
    taken = watch_writes(world)
    world.run()
    assert_each_byte_once(taken, len(BODY))
    assert_completed(world, transfer, BODY)


def test_a_break_while_reading_back_keeps_what_was_acknowledged_before() -> None:
    world = World()
    transfer = one_lane(world)
    break_after(world, transfer, 3)
    taken = watch_writes(world)
    world.calls.fail("reader.read", broken, after=5)
    world.run()
    assert min(taken)[0] == 3 * READ_BYTES
    assert_completed(world, transfer, BODY)


def test_a_worker_that_dies_loses_what_it_moved_since_its_last_checkpoint_at_the_most() -> None:
    world = World()
    transfer = one_lane(world)
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds / 2
    world.drive_lane(remaining=turn_of(world, 5 * 15 + world.policy.hand_over_seconds - 1))
    [lease] = world.ports.ledger.open_leases(world.read(transfer).ledger)
    assert lease.mark.done_bytes == 5 * READ_BYTES
    assert world.calls.counts["ledger.checkpoint"] == 2  # after two writes, and after four
    world.run()
    assert_completed(world, transfer, BODY)
