"""A file gets its name while somebody does something at the same moment, and is looked at last."""

import pytest

from services.transfer.domain.errors import PermissionDenied
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.names import MAX_NUMBER
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import run_step
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    broken,
    content,
    fail_code,
    until_state,
)

SOMEBODYS = b"somebody else's"
CHUNKS = 40
DAMAGED = 7  # a byte that is sampled, as both ends of a chunk are


def committing(world: World, body: bytes = BODY, **wish: object) -> Transfer:
    transfer = world.request(body, **wish)
    until_state(world, "CommitTarget")
    return transfer


def put(world: World, path: str) -> None:
    world.partner.files[path] = bytearray(SOMEBODYS)


def numbered(number: int) -> str:
    return f"/in/day ({number}).csv"


def end_of(world: World, transfer: Transfer) -> tuple[Status, str | None]:
    world.run()
    ended = world.read(transfer)
    return ended.status, fail_code(ended)


def test_a_name_taken_between_look_and_rename_is_kept_and_the_next_one_tried() -> None:
    world = World()
    transfer = committing(world, if_exists=IfExists.KEEP_BOTH)
    world.calls.before("partner.rename", lambda: put(world, TARGET))
    world.calls.before("partner.rename", lambda: put(world, numbered(1)), number=2)
    world.run()
    assert_completed(world, transfer, path=numbered(2))
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.target_path == numbered(2)
    assert [bytes(world.partner.files[each]) for each in (TARGET, numbered(1))] == [SOMEBODYS] * 2


def test_a_name_taken_between_look_and_rename_ends_a_transfer_that_must_not_replace() -> None:
    world = World()
    transfer = committing(world, if_exists=IfExists.FAIL)
    world.calls.before("partner.rename", lambda: put(world, TARGET))
    assert end_of(world, transfer) == (Status.FAILED, "target_exists")
    failure = world.read(transfer).failure
    assert failure is not None
    assert TARGET in failure.message
    assert world.calls.counts["partner.rename"] == 1
    assert world.partner.files == {TARGET: bytearray(SOMEBODYS)}


@pytest.mark.parametrize("free", [MAX_NUMBER, MAX_NUMBER + 1])
def test_so_many_names_are_tried_beside_an_existing_one_and_no_more(free: int) -> None:
    world = World()
    transfer = committing(world, if_exists=IfExists.KEEP_BOTH)
    for path in (TARGET, *map(numbered, range(1, free))):
        put(world, path)
    if free > MAX_NUMBER:
        assert end_of(world, transfer) == (Status.FAILED, "target_exists")
        assert numbered(free) not in world.partner.files
    else:
        world.run()
        assert_completed(world, transfer, path=numbered(free))


def test_a_part_file_cut_off_after_it_was_verified_never_gets_the_name() -> None:
    world = World()
    transfer = committing(world)
    [part] = world.parts()
    del world.partner.files[part][-1:]
    assert end_of(world, transfer) == (Status.FAILED, "size_mismatch")
    assert world.calls.counts["partner.rename"] == 0


def test_a_commit_that_is_started_again_when_it_is_done_logs_in_nowhere() -> None:
    """Step Functions repeats a step whose answer was lost."""
    world = World()
    transfer = committing(world)
    event = {"step": "CommitTarget", "transfer_id": transfer.id, "run": 1}
    run_step(event, world.ports)
    before = world.calls.counts["partner.connect"]
    world.workflow.advance()
    assert world.calls.counts["partner.connect"] == before
    world.run()
    assert_completed(world, transfer)


@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.REPLACE, IfExists.KEEP_BOTH])
@pytest.mark.parametrize("atomic", [True, False])
def test_a_file_that_changed_while_it_got_its_name_is_told_and_not_completed(
    atomic: bool, if_exists: IfExists
) -> None:
    world = World()
    world.partner.replaces_atomically = atomic
    transfer = committing(world, if_exists=if_exists)

    def change() -> None:
        world.partner.files[TARGET][DAMAGED] ^= 0xFF

    world.calls.before("partner.open_reader", change)
    assert end_of(world, transfer) == (Status.FAILED, "target_damaged")


@pytest.mark.parametrize("size", [len(BODY) - 1, len(BODY) + 1])
def test_a_file_of_another_size_under_its_name_is_told_and_not_completed(size: int) -> None:
    world = World()
    transfer = committing(world)
    changed: list[str] = []

    def change() -> None:
        if TARGET in world.partner.files and not changed:
            changed.append(TARGET)
            world.partner.files[TARGET] = bytearray((BODY + b"?")[:size])

    for number in range(1, 6):
        world.calls.before("partner.look", change, number)
    assert end_of(world, transfer) == (Status.FAILED, "size_mismatch")
    assert changed == [TARGET]


@pytest.mark.parametrize("verify", list(Verify))
def test_under_its_name_a_file_is_read_for_whoever_asked_for_its_content(verify: Verify) -> None:
    world = World()
    transfer = committing(world, verify=verify)
    before = world.calls.counts["partner.open_reader"]
    world.run()
    read = world.calls.counts["partner.open_reader"] - before
    assert read == (0 if verify is Verify.SIZE else 1)
    assert_completed(world, transfer)


@pytest.mark.parametrize("verify", [Verify.CHECKSUM, Verify.READBACK])
def test_what_was_proved_before_stands_where_the_named_file_cannot_be_read(verify: Verify) -> None:
    world = World()
    transfer = committing(world, verify=verify)
    world.partner.readable = False
    world.run()
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is (Proven.SAMPLED if verify is Verify.CHECKSUM else Proven.READBACK)


def test_a_file_readable_only_under_its_name_counts_as_sampled() -> None:
    world = World()
    world.partner.readable = False
    transfer = committing(world)
    world.partner.readable = True
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is Proven.SAMPLED


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("chunk", [0, 1, 17, CHUNKS - 1])
def test_each_chunk_is_read_under_its_name(chunk: int, readable: bool) -> None:
    """Also where all were read before, and where none could be."""
    world = World()
    world.partner.readable = readable
    transfer = committing(world, content(CHUNKS * CHUNK_BYTES))
    world.partner.readable = True
    [part] = world.parts()
    world.partner.files[part][chunk * CHUNK_BYTES] ^= 1
    assert end_of(world, transfer) == (Status.FAILED, "target_damaged")


def test_the_reason_is_the_refused_rename_although_the_way_back_fails_otherwise() -> None:
    """The server cannot replace in one step."""
    world = World()
    world.partner.replaces_atomically = False
    put(world, TARGET)
    transfer = committing(world, if_exists=IfExists.REPLACE)
    world.calls.fail("partner.rename", PermissionDenied("/in", "rename"), after=1)
    world.calls.fail("partner.rename", broken, after=2)
    assert end_of(world, transfer) == (Status.FAILED, "permission_denied")
    assert world.partner.files == {TARGET: bytearray(SOMEBODYS)}


def test_a_target_that_comes_back_from_aside_replaces_nobodys_file() -> None:
    world = World()
    world.partner.replaces_atomically = False
    put(world, TARGET)
    transfer = committing(world, if_exists=IfExists.REPLACE)
    theirs = bytearray(b"theirs, just now")

    def come_between() -> None:
        world.partner.files[TARGET] = theirs

    world.calls.before("partner.rename", come_between, number=2)
    world.run()
    assert world.read(transfer).status is Status.FAILED
    assert world.partner.files[TARGET] == theirs
