"""A read-back counts for the bytes of that time, and not for bytes that were sent again since."""

from dataclasses import replace

import pytest

from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import pause_transfer, resume_transfer
from tests.fakes.actors import Stage
from tests.fakes.callers import ANN
from tests.fakes.lives import Killed
from tests.fakes.partner_files import BLOCK_BYTES
from tests.fakes.world import POLICY, World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, fail_code, until_moving
from tests.unit.transfer.steps import sweep

PROVED_BLOCKS = 2  # of chunk 0, before a pause comes between
IN_FRONT, BEHIND = 5, PROVED_BLOCKS * BLOCK_BYTES + 5  # of what they cover


def flip(world: World, at: int) -> None:
    [part] = world.parts()
    world.partner.files[part][at] ^= 0xFF


def half_proved(damaged: int) -> tuple[World, Transfer]:
    """One lane is about to go on with the read-back of chunk 0, where a byte was changed."""
    world = World(policy=replace(POLICY, lanes_per_transfer=1))
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    lane = Stage().start("lane", world.drive_lane)
    assert lane.advance_to("ledger.open")  # that of the proof: all is moved
    flip(world, damaged)
    for _ in range(PROVED_BLOCKS):
        assert lane.advance_to("reader.read")
    pause_transfer(transfer.id, ANN, ports=world.ports)
    world.pass_time(2)
    lane.finish()
    resume_transfer(transfer.id, ANN, ports=world.ports)
    proof = world.read(transfer).ledger.proof
    marks = [each.mark.done_bytes for each in world.ports.ledger.open_leases(proof)]
    assert marks == [PROVED_BLOCKS * BLOCK_BYTES]
    return world, transfer


@pytest.mark.parametrize("call", ["ledger.checkpoint", "ledger.reopen", "ledger.release"])
@pytest.mark.parametrize("damaged", [IN_FRONT, BEHIND])
def test_a_worker_that_dies_when_it_found_a_changed_byte_leaves_no_stale_proof(
    damaged: int, call: str
) -> None:
    """Otherwise the good bytes that come next would be judged together with earlier bad ones."""
    world, transfer = half_proved(damaged)
    world.calls.kill(call)
    with pytest.raises(Killed):
        world.drive_lane()
    sweep(world, transfer)
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.READBACK


def test_a_byte_changed_in_what_was_proved_before_it_was_sent_again_is_noticed() -> None:
    """The proof could not be given back when the chunk had to be sent again. Its first blocks are
    read once more all the same."""
    world, transfer = half_proved(BEHIND)
    world.calls.fail("ledger.release", RuntimeError("DynamoDB: timeout"))
    with pytest.raises(RuntimeError, match="DynamoDB"):
        world.drive_lane()
    world.calls.before("ledger.finish", lambda: flip(world, IN_FRONT))
    sweep(world, transfer)
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "target_damaged")
    assert world.calls.counts["partner.rename"] == 0
    assert TARGET not in world.partner.files
