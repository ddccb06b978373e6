"""A transfer whose part file the partner cuts off is never completed, with any `verify`."""

import pytest

from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.fakes.lives import Killed
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    fail_code,
    fail_half_way,
    retried,
    some_chunks,
    until_moving,
    until_state,
)

CHUNKS = 6
VERIFIES = list(Verify)


def cut_off(world: World, left: int) -> None:
    [part] = world.parts()
    del world.partner.files[part][left:]


def shorten(world: World, lost: int) -> None:
    [part] = world.parts()
    cut_off(world, max(0, len(world.partner.files[part]) - lost))


def require_damaged(world: World, transfer: Transfer, code: str = "part_damaged") -> None:
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, code)
    assert world.calls.counts["partner.rename"] == 0
    assert world.partner.files == {}
    retried(world, transfer)
    assert_completed(world, transfer)


@pytest.mark.parametrize("left", [0, 3 * CHUNK_BYTES, CHUNKS * CHUNK_BYTES - 1])
@pytest.mark.parametrize("verify", VERIFIES)
def test_a_part_file_cut_off_between_two_turns_ends_the_transfer(verify: Verify, left: int) -> None:
    """If writing went on, the file would have its full size again, with a hole of zeros."""
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    some_chunks(world, CHUNKS)
    cut_off(world, left)
    world.run()
    require_damaged(world, transfer)


@pytest.mark.parametrize("verify", VERIFIES)
def test_a_part_file_cut_off_before_a_start_that_is_repeated_ends_the_transfer(
    verify: Verify,
) -> None:
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    some_chunks(world, CHUNKS)
    cut_off(world, CHUNK_BYTES)
    world.queue.messages.clear()
    world.workflow.executions[transfer.id, 1].token = None
    world.run()
    assert world.read(transfer).status is Status.MOVING
    world.pass_time(world.policy.lane_due_seconds + 1)  # the start leaves lanes under way alone
    sweep_transfer(transfer.id, ports=world.ports)
    world.run()
    require_damaged(world, transfer)


@pytest.mark.parametrize("verify", VERIFIES)
def test_a_part_file_cut_off_before_a_retry_ends_it_and_the_next_one_begins_anew(
    verify: Verify,
) -> None:
    world = World()
    ended = fail_half_way(world, verify=verify)
    cut_off(world, CHUNK_BYTES)
    assert fail_code(retried(world, ended)) == "part_damaged"
    again = retried(world, ended)
    assert again.generation == ended.generation + 1
    assert_completed(world, ended)


@pytest.mark.parametrize("verify", VERIFIES)
def test_a_part_file_cut_off_after_its_last_byte_ends_the_transfer(verify: Verify) -> None:
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_state(world, "VerifyTarget")
    cut_off(world, len(BODY) - 1)
    world.run()
    require_damaged(world, transfer, "size_mismatch")


@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.REREAD, Verify.READBACK])
def test_a_part_file_cut_off_under_a_lane_at_work_is_filled_again(verify: Verify) -> None:
    """The lane's next write makes a hole of zeros. Samples or reading back notice it."""
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    cut = world.calls.before("sink.write", lambda: cut_off(world, CHUNK_BYTES), CHUNKS + 1)
    world.run()
    assert cut()
    for _ in range(2):
        if world.read(transfer).status is Status.FAILED:
            retried(world, transfer)
    assert_completed(world, transfer)


def test_what_was_checkpointed_in_a_chunk_counts_as_well() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.cost["sink.write"] = world.policy.checkpoint_seconds
    world.calls.kill("ledger.finish", 2)  # behind its checkpoint
    with pytest.raises(Killed):
        world.drive_lane()
    world.calls.cost.clear()
    cut_off(world, 2 * CHUNK_BYTES - 1)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "part_damaged")
    assert TARGET not in world.partner.files


@pytest.mark.parametrize(
    ("verify", "call"),
    [
        *((each, "ledger.finish") for each in VERIFIES),
        *((Verify.SIZE, each) for each in ("ledger.claim", "ledger.reached")),
    ],
)
@pytest.mark.parametrize("number", range(2, CHUNKS + 1))
@pytest.mark.parametrize("bytes_lost", [1, CHUNK_BYTES])
def test_a_part_file_cut_off_between_two_chunks_of_a_turn_is_never_completed_as_it_is(
    verify: Verify, call: str, number: int, bytes_lost: int
) -> None:
    """Also where the ledger does not know yet what was sent last."""
    world = World()
    transfer = world.request(BODY, verify=verify)
    until_moving(world)
    cut = world.calls.before(call, lambda: shorten(world, bytes_lost), number)
    world.run()
    assert cut()
    for _ in range(2):
        if world.read(transfer).status is Status.FAILED:
            retried(world, transfer)
    assert_completed(world, transfer)
