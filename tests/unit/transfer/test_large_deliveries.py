"""One large file of many: what is on record of it stays true over several attempts."""

from dataclasses import replace

import pytest

from services.transfer.domain.errors import ObjectArchived, WriteRefused
from services.transfer.domain.inventory import SMALL_BYTES
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from tests.fakes.partner_files import BLOCK_BYTES
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    broken,
    content,
    direct_world,
    retry,
    turn_of,
    until_planned,
    watch_writes,
)
from tests.unit.transfer.many import assert_all_arrived, send
from tests.unit.transfer.test_folder_failures import until_done

PATH, BODY = "/in/big.bin", content(SMALL_BYTES + 10)
FOUND = {"out/big.bin": BODY}
NOT_SAMPLED = SMALL_BYTES // 2 + 7


def damage(world: World) -> None:
    world.partner.files[PATH][NOT_SAMPLED] ^= 1


def test_a_file_whose_read_back_broke_is_read_back_by_the_next_attempt() -> None:
    world = direct_world()
    transfer = send(world, FOUND, verify=Verify.READBACK)
    world.calls.fail("reader.read", broken)
    world.calls.before("partner.open_reader", lambda: damage(world))
    until_done(world, transfer)
    assert_all_arrived(world, transfer, FOUND)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK


def test_a_file_that_was_taken_before_it_was_read_back_is_not_called_read_back() -> None:
    world = direct_world()
    transfer = send(world, FOUND, verify=Verify.READBACK)
    world.calls.fail("reader.read", broken)
    world.calls.before("partner.connect", lambda: world.partner.files.pop(PATH), 2)
    until_done(world, transfer)
    assert world.read(transfer).status is Status.FAILED


def test_what_was_misread_is_not_called_delivered_by_the_next_attempt() -> None:
    world = direct_world()
    transfer = send(world, FOUND)
    world.buckets.flip_next_read(NOT_SAMPLED)
    broke = world.calls.lose_answer("ledger.checkpoint", broken, 1)
    until_done(world, transfer)
    assert broke()
    assert_all_arrived(world, transfer, FOUND)


def test_a_refused_close_takes_back_what_was_acknowledged() -> None:
    world = World()
    transfer = send(world, FOUND, verify=Verify.SIZE)

    def refuse() -> None:
        [part] = world.parts()
        world.partner.files[part][NOT_SAMPLED] ^= 1
        raise WriteRefused(part, "close", "quota")

    world.calls.before("sink.close", refuse)
    until_done(world, transfer)
    assert_all_arrived(world, transfer, FOUND)


def one_lane() -> World:
    world = World()
    world.ports = replace(world.ports, policy=replace(world.policy, lanes_per_transfer=1))
    return world


def turns(world: World, seconds: float, most: int) -> None:
    """Lane turns that are too short for the whole file. Others would go on for ever."""
    for _ in range(most):
        while world.workflow.advance():
            pass
        if world.queue.messages:
            world.drive_lane(remaining=turn_of(world, seconds))


def test_an_object_that_was_replaced_between_two_turns_is_not_mixed_with_the_new_one() -> None:
    world, old = one_lane(), content(3 * SMALL_BYTES)
    new = bytes(255 - each for each in old)
    world.buckets.put("outgoing", "lists/m.txt", b"out/big.bin\n")

    def archived() -> None:
        raise ObjectArchived("outgoing", "out/big.bin")

    world.buckets.refusing["out/big.bin"] = archived
    manifest = Selection(SourceKind.MANIFEST), ObjectRef("outgoing", "lists/m.txt")
    transfer = send(world, {"out/big.bin": old}, manifest[0], source=manifest[1])
    world.run()
    del world.buckets.refusing["out/big.bin"]
    retry(world, transfer)
    world.calls.cost["sink.write"] = 30.0
    turns(world, 300.0, 1)
    world.buckets.put("outgoing", "out/big.bin", new, None)
    turns(world, 900.0, 4)
    assert world.read(transfer).status is Status.COMPLETED
    assert [bytes(body) for body in world.partner.files.values()] == [new]


def test_an_object_that_was_replaced_before_a_retry_is_sent_over_several_turns() -> None:
    world, body = one_lane(), content(3 * SMALL_BYTES)
    transfer = send(world, {"out/big.bin": body})
    until_planned(world)
    world.buckets.put("outgoing", "out/big.bin", body[::-1])
    world.run()
    assert world.read(transfer).status is Status.FAILED
    retry(world, transfer)
    world.calls.cost["sink.write"] = 30.0
    writes = watch_writes(world)
    turns(world, 300.0, 6)
    assert_all_arrived(world, transfer, {"out/big.bin": body[::-1]})
    assert sum(length for _, length in writes) == len(body)


@pytest.mark.parametrize("verify", [Verify.SIZE, Verify.CHECKSUM])
def test_of_a_file_that_was_taken_at_once_nothing_is_called_seen(verify: Verify) -> None:
    world = direct_world()
    transfer = send(world, FOUND, verify=verify)
    closed = world.calls.counts["sink.close"]

    def take() -> None:
        if world.calls.counts["sink.close"] > closed:
            world.partner.files.pop(PATH, None)

    world.calls.before_each("partner.look", take)
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.ACKNOWLEDGED


def test_a_large_file_whose_samples_were_read_is_called_sampled() -> None:
    world = World()
    transfer = send(world, FOUND)
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.SAMPLED


@pytest.mark.parametrize("direct", [False, True])
def test_a_large_file_is_read_back_over_several_turns(direct: bool) -> None:
    world = direct_world() if direct else one_lane()
    transfer = send(world, FOUND, verify=Verify.READBACK)
    world.calls.cost["reader.read"] = 4.0
    turns(world, 300.0, 6)
    assert_all_arrived(world, transfer, FOUND)
    assert world.calls.counts["reader.read"] < 1.5 * len(BODY) / BLOCK_BYTES
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK
