"""Servers on which something, such as a virus scan, locks a file as soon as it has its name."""

import pytest

from services.transfer.domain.errors import PermissionDenied, TransferError, WriteRefused
from services.transfer.domain.proof import Proven, Verify
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, broken, until_state

LOCKED = WriteRefused(TARGET, "read", "FAILURE: sharing violation")


@pytest.mark.parametrize(
    ("verify", "proven"),
    [(Verify.CHECKSUM, Proven.SAMPLED), (Verify.READBACK, Proven.READBACK)],
)
@pytest.mark.parametrize("error", [LOCKED, PermissionDenied(TARGET, "read")])
def test_a_file_that_cannot_be_read_under_its_name_is_delivered_as_it_was_proved_before(
    error: TransferError, verify: Verify, proven: Proven
) -> None:
    """The bytes were looked at before the rename. That nobody may look again is no damage."""
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_state(world, "CommitTarget")
    world.calls.before("partner.rename", lambda: world.calls.refuse("partner.open_reader", error))
    world.run()
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is proven


@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.READBACK])
def test_a_locked_file_whose_renames_answer_was_lost_as_well_is_delivered(verify: Verify) -> None:
    """The size shows it, because no file of that size was there before."""
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_state(world, "CommitTarget")
    world.calls.before("partner.rename", lambda: world.calls.refuse("partner.open_reader", LOCKED))
    world.calls.lose_answer("partner.rename", broken)
    world.run()
    assert_completed(world, transfer)


def test_a_part_file_that_cannot_be_read_yet_is_verified_by_its_size() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    world.calls.refuse("partner.open_reader", LOCKED)
    world.run()
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.SIZE
