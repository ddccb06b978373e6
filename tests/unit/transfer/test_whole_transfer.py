"""One transfer from request to receipt, in memory, by the real state machine definition."""

import json

import pytest

from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Proven, SourceChecksum, Verify
from services.transfer.domain.status import Status
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import TARGET, content

CHUNK = CHUNK_BYTES


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 10 * CHUNK + 17])
def test_every_size_arrives_byte_for_byte(size: int) -> None:
    world = World()
    transfer = world.request(content(size))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert bytes(world.partner.files[TARGET]) == content(size)
    assert world.parts() == []
    assert world.buckets.open_readers == 0
    assert ended.receipt is not None
    assert ended.receipt.bytes_sent == size
    assert ended.receipt.source_checksum is SourceChecksum.MATCHED
    assert ended.receipt.attempts == -(-size // CHUNK)


def test_the_states_of_a_large_transfer_are_entered_in_order() -> None:
    world = World()
    world.request(content(5 * CHUNK))
    world.run()
    assert world.workflow.entered == [
        "ValidateRequest",
        "AuthorizeReader",
        "InspectSource",
        "ChooseBySize",
        "MoveChunks",
        "ChooseByDelivery",
        "VerifyTarget",
        "CommitTarget",
        "CleanUp",
        "StoreOutcome",
        "Publish",
    ]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1])
def test_a_small_file_takes_the_direct_way_with_one_lane_and_one_login(size: int) -> None:
    world = World()
    transfer = world.request(content(size))
    world.run()
    assert world.workflow.entered[4:] == [
        "MoveDirect",
        "ChooseByDelivery",
        "StoreOutcome",
        "Publish",
    ]
    assert world.read(transfer).lanes == 1
    assert world.partner.calls["connect"] == 1
    assert bytes(world.partner.files[TARGET]) == content(size)


def test_a_small_file_whose_commit_breaks_is_ended_by_the_workflow() -> None:
    world = World()
    transfer = world.request(content(1))
    broken = world.calls.fail("partner.rename", ConnectionLost("sftp.acme.example", 22, "reset"))
    world.run()
    assert broken()
    assert world.workflow.entered[6:8] == ["VerifyTarget", "CommitTarget"]
    assert world.read(transfer).status is Status.COMPLETED
    assert world.partner.files == {TARGET: bytearray(content(1))}


def test_the_events_tell_the_story_and_hold_the_receipt() -> None:
    world = World()
    transfer = world.request(content(2 * CHUNK))
    world.run()
    assert world.published(transfer) == [
        "TransferRequested.v1",
        "TransferStarted.v1",
        "TransferCompleted.v1",
    ]
    told = json.loads(world.bus.taken[-1].detail)
    assert told["meta"]["correlation_id"] == "c-1"
    assert told["data"]["receipt"]["bytes_sent"] == 2 * CHUNK


def test_sequences_of_a_transfers_events_grow() -> None:
    world = World()
    transfer = world.request(content(2 * CHUNK))
    world.run()
    world.published(transfer)
    changes = [e for e in world.bus.taken if e.detail_type != "TransferProgressed.v1"]
    sequences = [json.loads(event.detail)["data"]["sequence"] for event in changes]
    assert sequences == sorted(set(sequences))


def test_an_existing_target_stays_untouched_with_policy_fail() -> None:
    world = World()
    world.partner.files[TARGET] = bytearray(b"theirs")
    transfer = world.request(content(CHUNK))
    world.run()
    failure = world.read(transfer).failure
    assert failure is not None
    assert failure.code == "target_exists"
    assert world.partner.files == {TARGET: bytearray(b"theirs")}


def test_an_existing_target_is_replaced_with_policy_replace() -> None:
    world = World()
    world.partner.files[TARGET] = bytearray(b"theirs")
    world.request(content(CHUNK), if_exists=IfExists.REPLACE)
    world.run()
    assert bytes(world.partner.files[TARGET]) == content(CHUNK)


def test_keep_both_takes_the_next_free_number() -> None:
    world = World()
    world.partner.files[TARGET] = bytearray(b"theirs")
    world.partner.files["/in/day (1).csv"] = bytearray(b"theirs, too")
    transfer = world.request(content(CHUNK), if_exists=IfExists.KEEP_BOTH)
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.target_path == "/in/day (2).csv"
    assert bytes(world.partner.files["/in/day (2).csv"]) == content(CHUNK)


@pytest.mark.parametrize(
    ("verify", "proven", "compared"),
    [
        (Verify.SIZE, Proven.SIZE, SourceChecksum.NOT_COMPARED),
        (Verify.CHECKSUM, Proven.SAMPLED, SourceChecksum.MATCHED),
        (Verify.REREAD, Proven.SAMPLED, SourceChecksum.MATCHED),
        (Verify.READBACK, Proven.READBACK, SourceChecksum.MATCHED),
    ],
)
def test_the_receipt_says_what_was_proved_and_no_more(
    verify: Verify, proven: Proven, compared: SourceChecksum
) -> None:
    world = World()
    transfer = world.request(content(3 * CHUNK), verify=verify)
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert (receipt.verified, receipt.proven) == (verify, proven)
    assert receipt.source_checksum is compared
    twice = 2 if verify is Verify.REREAD else 1
    assert world.buckets.bytes_read == twice * 3 * CHUNK


@pytest.mark.parametrize(
    ("readable", "shows_sizes", "proven"),
    [(False, True, Proven.SIZE), (False, False, Proven.ACKNOWLEDGED)],
)
def test_a_drop_box_that_shows_little_is_proved_as_far_as_it_lets_us(
    readable: bool, shows_sizes: bool, proven: Proven
) -> None:
    world = World()
    world.partner.readable, world.partner.shows_sizes = readable, shows_sizes
    transfer = world.request(content(3 * CHUNK))
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.proven is proven
    assert bytes(world.partner.files[TARGET]) == content(3 * CHUNK)


def test_a_file_that_the_partner_takes_away_right_after_the_rename_is_completed() -> None:
    world = World()
    world.partner.takes_away_on_rename = True
    transfer = world.request(content(3 * CHUNK))
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert ended.receipt is not None
    assert ended.receipt.proven is Proven.SAMPLED  # before it got its name
    assert world.partner.taken == {TARGET: content(3 * CHUNK)}
    assert world.partner.files == {}
