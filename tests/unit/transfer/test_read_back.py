"""Read-back reads every byte again when all is moved. Chunks that differ are sent again."""

import pytest

from services.transfer.domain.errors import ReadingRefused
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.move_chunk import READ_BYTES
from tests.fakes.lives import Killed
from tests.fakes.partner_files import BLOCK_BYTES
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    assert_each_byte_once,
    broken,
    drive_lanes,
    every,
    fail_code,
    one_large_chunk,
    until_moving,
    until_state,
    watch_writes,
)

LARGE = bytes(range(256)) * (8 * READ_BYTES // 256)
BLOCKS = len(LARGE) // BLOCK_BYTES
TURN_SECONDS = 300.0
CHUNKS = 7
DAMAGED = 2 * CHUNK_BYTES + 7  # a byte of chunk 2


def large(world: World) -> Transfer:
    """One lane is about to move one chunk of several blocks."""
    one_large_chunk(world, len(LARGE))
    transfer = world.request(LARGE, verify=Verify.READBACK)
    until_moving(world)
    return transfer


def reads_before_the_rename(world: World) -> list[int]:
    """How often the file was read when it got its name. Its one lane looks at it again then."""
    seen: list[int] = []
    world.calls.before("partner.rename", lambda: seen.append(world.calls.counts["reader.read"]))
    return seen


def damage(world: World) -> None:
    for part in world.parts():
        world.partner.files[part][DAMAGED] = BODY[DAMAGED] ^ 0xFF


def assert_read_back(world: World, transfer: Transfer, body: bytes = BODY) -> None:
    assert_completed(world, transfer, body)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK


def test_nothing_is_read_back_before_every_byte_is_there() -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    sizes: list[int] = []
    every(world, "reader.read", lambda: sizes.append(len(world.partner.files[world.parts()[0]])))
    until_state(world, "VerifyTarget")
    assert set(sizes) == {len(BODY)}
    world.calls.forget()
    world.run()
    assert_read_back(world, transfer)


def test_turns_on_a_slow_line_move_and_prove_every_byte_once_within_their_time() -> None:
    world = World()
    transfer = large(world)
    world.calls.cost |= {"sink.write": 50.0, "reader.read": 5.0}
    writes = watch_writes(world)
    read = reads_before_the_rename(world)
    drive_lanes(world, TURN_SECONDS)
    assert world.calls.counts["partner.connect"] > 1 + 8 * 50 / TURN_SECONDS + 5 * BLOCKS / 300
    assert_each_byte_once(writes, len(LARGE))
    assert read == [BLOCKS]
    world.run()
    assert_read_back(world, transfer, LARGE)


def test_a_break_while_reading_back_keeps_what_was_proved() -> None:
    world = World()
    transfer = large(world)
    world.calls.fail("reader.read", broken, after=BLOCKS // 2)
    read = reads_before_the_rename(world)
    world.run()
    assert read == [BLOCKS + 1]
    assert_read_back(world, transfer, LARGE)


def test_a_byte_changed_at_the_partner_costs_one_chunk_sent_once_more() -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    writes = watch_writes(world)
    changed = world.calls.before("partner.open_reader", lambda: damage(world))
    world.run()
    assert changed()
    again = writes.copy()
    again.remove((2 * CHUNK_BYTES, CHUNK_BYTES))
    assert_each_byte_once(again, len(BODY))
    assert_read_back(world, transfer)


def test_a_partner_that_always_changes_a_byte_is_told_as_such() -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    writes = watch_writes(world)
    every(world, "partner.open_reader", lambda: damage(world))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_damaged")
    assert writes.count((2 * CHUNK_BYTES, CHUNK_BYTES)) == 2  # once more only
    assert world.calls.counts["partner.rename"] == 0
    assert world.partner.files == {}


@pytest.mark.parametrize("call", ["ledger.reopen", "transfers.save", "lanes.queue", "queue.send"])
def test_a_changed_byte_is_sent_again_when_the_worker_that_found_it_dies(call: str) -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)

    def damage_and_kill() -> None:
        damage(world)
        world.calls.kill(call)

    world.calls.before("partner.open_reader", damage_and_kill)
    with pytest.raises(Killed):
        world.run()
    world.pass_time(world.policy.lane_due_seconds + 1)
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    assert_read_back(world, transfer)


def test_a_partner_that_lets_nobody_read_is_told_instead_of_completed_without_proof() -> None:
    world = World()
    world.partner.readable = False
    transfer = world.request(BODY, verify=Verify.READBACK)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, ReadingRefused.code)
    assert world.partner.files == {}


def test_a_partner_of_whom_it_is_known_that_nobody_may_read_gets_no_byte() -> None:
    world = World()
    world.partner.readable = False
    world.register("known")
    transfer = world.request(BODY, destination_id="known", verify=Verify.READBACK)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, ReadingRefused.code)
    assert world.calls.counts["sink.write"] == 0


@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.REREAD])
def test_a_byte_changed_in_a_sample_is_noticed_before_the_file_gets_its_name(
    verify: Verify,
) -> None:
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_state(world, "VerifyTarget")
    damage(world)
    world.run()
    ended = world.read(transfer)
    assert ended.moved_again
    assert world.calls.counts["partner.rename"] == 1
    assert_completed(world, transfer)


def test_samples_that_always_differ_end_the_transfer_without_a_file() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    every(world, "partner.open_reader", lambda: damage(world))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_damaged")
    assert world.workflow.entered.count("MoveChunks") == 2
    assert world.calls.counts["partner.rename"] == 0
    assert world.partner.files == {}


def test_a_chunk_that_is_being_moved_again_is_not_proved_and_not_held_meanwhile() -> None:
    """Another lane found it damaged just before this one claims its proof."""
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    ledger = world.read(transfer).ledger

    def reopen() -> None:
        done = world.ports.ledger.done_chunk(ledger, 0)
        assert done is not None
        assert world.ports.ledger.reopen(ledger, done)

    claims = 8  # those of the first pass, and the first of the second
    world.calls.before("ledger.claim", reopen, claims)
    world.drive_lane()
    assert world.calls.counts["ledger.claim"] == claims
    assert [each.worker for each in world.ports.ledger.open_leases(ledger.proof)] == [""]
    writes = watch_writes(world)
    world.run()
    assert writes == [(0, CHUNK_BYTES)]
    assert_read_back(world, transfer)


def test_a_lane_that_comes_before_the_second_part_file_is_made_logs_in_nowhere() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.drive_lane()  # moves it all: the messages of the other lanes still wait
    damage(world)
    until_state(world, "VerifyTarget")
    assert world.workflow.advance()
    again = world.read(transfer)
    assert (again.status, again.part) == (Status.MOVING, None)
    before = world.calls.counts["partner.connect"]
    world.drive_lane()
    assert world.calls.counts["partner.connect"] == before
    world.run()
    assert_completed(world, transfer)


def test_a_lane_proves_chunk_after_chunk_over_the_connection_that_it_has() -> None:
    world = World()
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    before = world.calls.counts["partner.connect"]
    world.drive_lane()
    assert world.calls.counts["partner.connect"] == before + 1
    assert world.workflow.executions[transfer.id, 1].state == "ChooseByDelivery"
    world.run()
    assert_read_back(world, transfer)
