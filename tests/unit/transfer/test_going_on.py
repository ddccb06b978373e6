"""A chunk goes on where an earlier lease stopped. Tests which bytes count, and from when on."""

from dataclasses import replace
from typing import Any

import pytest

from services.transfer.domain.errors import PermissionDenied, SizeMismatch, WriteRefused
from services.transfer.domain.ledger import ChunkLease
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import CAREFUL_BLOCKS, READ_BYTES
from tests.fakes.lives import Killed
from tests.fakes.partner_files import BLOCK_BYTES, InMemorySettling
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import BODY as SEVERAL
from tests.unit.transfer.driving import (
    assert_completed,
    broken,
    content,
    one_large_chunk,
    turn_of,
    until_moving,
    watch_writes,
)

BLOCKS, AHEAD = 6, 3 * READ_BYTES
BODY = content(BLOCKS * READ_BYTES)


def broken_off(world: World, verify: Verify = Verify.CHECKSUM) -> Transfer:
    """Runs one turn. Its connection breaks when bytes are acknowledged but not durable."""
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    world.calls.fail("sink.write", broken, after=AHEAD // READ_BYTES)
    world.drive_lane()
    return transfer


def lease_of(world: World, transfer: Transfer) -> ChunkLease:
    [lease] = world.ports.ledger.open_leases(world.read(transfer).ledger)
    return lease


def first_write(world: World) -> int:
    """The offset of the next turn's first write."""
    taken = watch_writes(world)
    world.drive_lane()
    return taken[0][0]


def test_what_was_read_back_is_durable_and_on_record_before_more_is_sent() -> None:
    world = World()
    transfer = broken_off(world)
    world.calls.kill("sink.write")
    synced = world.partner.calls["fsync"]
    with pytest.raises(Killed):
        world.drive_lane()
    lease = lease_of(world, transfer)
    assert (lease.mark.done_bytes, lease.ahead) == (AHEAD, None)
    assert world.partner.calls["fsync"] == synced + 1


def refused() -> WriteRefused:
    return WriteRefused("/in/.part", "write", "Input/output error")


def assert_sent_from_its_beginning(world: World, transfer: Transfer, body: bytes) -> None:
    lease = lease_of(world, transfer)
    assert (lease.mark.done_bytes, lease.ahead) == (0, None)
    assert first_write(world) == 0
    world.run()
    assert_completed(world, transfer, body)


def test_a_refused_fsync_takes_back_what_was_read_from_the_servers_cache() -> None:
    world = World()
    transfer = broken_off(world)
    world.partner.fail_next(refused(), "flush")
    world.drive_lane()
    assert_sent_from_its_beginning(world, transfer, BODY)


def test_a_refused_fsync_takes_back_what_a_careful_lane_flushed_before() -> None:
    world, body = World(), content(BLOCKS * BLOCK_BYTES)
    one_large_chunk(world, len(body))
    transfer = world.request(body)
    until_moving(world)
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    world.partner.fail_next(refused(), "flush", after=BLOCKS)
    world.drive_lane()
    assert_sent_from_its_beginning(world, transfer, body)


@pytest.mark.parametrize("slow", [True, False])
def test_a_chunk_behind_a_slow_fsync_keeps_what_it_has(
    monkeypatch: pytest.MonkeyPatch, slow: bool
) -> None:
    world = World()
    transfer = world.request(SEVERAL)
    until_moving(world)

    def never(settling: InMemorySettling) -> bool:
        return settling.durable

    if slow:
        monkeypatch.setattr(InMemorySettling, "is_durable", never)
    world.calls.fail("sink.write", broken, after=2)
    world.drive_lane()
    ledger = world.read(transfer).ledger
    kept = world.ports.ledger.progress(ledger).bytes_done
    for lease in world.ports.ledger.open_leases(ledger):
        kept += (lease.ahead or lease.mark).done_bytes
    assert kept == 2 * CHUNK_BYTES


@pytest.mark.parametrize("call", ["sink.flush", "partner.open_reader", "partner.look"])
def test_a_break_before_it_is_durable_keeps_what_was_ahead_for_the_next_turn(call: str) -> None:
    world = World()
    transfer = broken_off(world)
    world.calls.fail(call, broken)
    world.drive_lane()
    lease = lease_of(world, transfer)
    assert lease.mark.done_bytes == 0
    assert lease.ahead is not None
    assert lease.ahead.done_bytes == AHEAD
    assert first_write(world) == AHEAD
    world.run()
    assert_completed(world, transfer, BODY)


@pytest.mark.parametrize(
    "error",
    [PermissionDenied("/in", "read"), WriteRefused("/in", "read", "?"), SizeMismatch("/in", 2, 1)],
)
def test_what_cannot_be_read_back_is_sent_again_whatever_the_server_says(error: Exception) -> None:
    world = World()
    transfer = broken_off(world)
    world.calls.fail("partner.open_reader", error)
    assert first_write(world) == 0
    world.run()
    assert_completed(world, transfer, BODY)


def test_what_turned_out_to_be_lost_does_not_count_as_ahead_any_more() -> None:
    world = World()
    transfer = broken_off(world)
    [part] = world.parts()
    world.partner.files[part][5] ^= 0xFF
    world.calls.fail("sink.write", broken)
    world.drive_lane()
    assert lease_of(world, transfer).ahead is None


def test_only_a_turn_that_comes_further_than_the_one_before_makes_headway() -> None:
    world = World()
    transfer = broken_off(world)
    counted: list[int] = []
    for after in (0, 0, 1):
        world.calls.fail("source.read", broken, after=after)
        world.drive_lane()
        [lane] = world.ports.lanes.lanes(world.read(transfer).ledger)
        counted.append(lane.failures)
    assert counted == [1, 2, 1]
    world.run()
    assert_completed(world, transfer, BODY)


@pytest.mark.parametrize("verify", list(Verify))
def test_nothing_is_on_record_that_was_not_made_durable_before(verify: Verify) -> None:
    world = World()
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds
    written = 0
    durable = 0

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        nonlocal written, durable
        if name == "sink.write":
            written = arguments[0] + len(arguments[1])
        elif name == "sink.flush":
            assert arguments == (True,)
            durable = written
        elif name in {"ledger.checkpoint", "ledger.finish"} and arguments[0].ledger.work == "move":
            assert arguments[1].done_bytes <= durable

    world.calls.observers.append(observe)
    world.run()
    assert world.calls.counts["ledger.checkpoint"] >= BLOCKS - 1
    assert_completed(world, transfer, BODY)


def test_a_checkpoint_comes_so_long_after_the_one_before_and_not_at_each_block() -> None:
    world = World()
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds * 0.4
    at: list[int] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "ledger.checkpoint":
            at.append(arguments[1].done_bytes // READ_BYTES)

    world.calls.observers.append(observe)
    world.drive_lane()
    assert at == [3, 6]
    world.run()
    assert_completed(world, transfer, BODY)


def test_a_turn_begins_no_chunk_that_it_could_not_bring_to_a_checkpoint() -> None:
    """Less time is left than two hand-overs take. A chunk that was begun before goes on in it."""
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    hand_over = world.policy.hand_over_seconds
    world.drive_lane(remaining=turn_of(world, 2 * hand_over - 1))
    assert world.ports.ledger.progress(world.read(transfer).ledger).attempts == 0
    world.run()
    world.drive_lane()
    assert_completed(world, transfer, BODY)


def test_a_chunk_goes_on_until_a_hand_over_is_due() -> None:
    world = World()
    one_large_chunk(world, len(BODY))
    until = world.policy.hand_over_seconds
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.cost["sink.write"] = 20.0
    world.drive_lane(remaining=turn_of(world, until + 65))
    assert world.calls.counts["sink.write"] == 4
    assert lease_of(world, transfer).mark.done_bytes == 4 * READ_BYTES


def test_after_a_failure_each_of_the_first_blocks_is_acknowledged_before_the_next_one() -> None:
    world = World()
    transfer = broken_off(world)
    taken: list[int] = []
    flushed: list[tuple[int, bool]] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "sink.write":
            taken.append(len(arguments[1]))
        elif name == "sink.flush":
            flushed.append((len(taken), arguments[0]))

    world.calls.observers.append(observe)
    world.drive_lane()
    careful = [blocks for blocks, durable in flushed if not durable]
    assert careful == list(range(1, CAREFUL_BLOCKS + 1))
    assert set(taken[:CAREFUL_BLOCKS]) == {BLOCK_BYTES}
    world.run()
    assert_completed(world, transfer, BODY)


def test_a_chunk_behind_one_that_was_done_is_sent_in_large_blocks_again() -> None:
    world = World()
    world.ports = replace(world.ports, policy=replace(world.policy, chunk_bytes=2 * READ_BYTES))
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail("partner.connect", broken)
    world.drive_lane()
    taken = watch_writes(world)
    world.run()
    large = [length for offset, length in taken if offset >= 2 * READ_BYTES]
    assert max(large) == READ_BYTES
    assert_completed(world, transfer, BODY)


def test_what_a_refused_flush_takes_back_is_not_ahead() -> None:
    """The server acknowledged each write, and then says that it could not keep them."""
    world = World()
    one_large_chunk(world, len(BODY))
    transfer = world.request(BODY)
    until_moving(world)
    world.partner.fail_next(WriteRefused("/in", "write", "quota"), at="flush")
    world.drive_lane()
    assert_sent_from_its_beginning(world, transfer, BODY)
