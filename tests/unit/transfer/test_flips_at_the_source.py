"""Every kind of checksum that S3 has shows a byte that was read wrongly. It is sent once more."""

import pytest

from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.proof import SourceChecksum, Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, fail_code, retried

FLIPPED = 3 * CHUNK_BYTES + 11  # a byte of chunk 3
COMBINING = [Algorithm.CRC64NVME, Algorithm.CRC32, Algorithm.CRC32C]
BY_CHUNK = [  # (algorithm, bytes of a part) of those that are compared before a chunk is done
    (Algorithm.SHA256, CHUNK_BYTES),
    (Algorithm.SHA256, 2 * CHUNK_BYTES),
    (Algorithm.SHA1, CHUNK_BYTES // 2),
    (Algorithm.CRC32, CHUNK_BYTES),
    (Algorithm.MD5, None),
    (Algorithm.SHA256, None),
]


def request(
    world: World,
    algorithm: Algorithm | None,
    part_bytes: int | None = None,
    verify: Verify = Verify.CHECKSUM,
) -> Transfer:
    transfer = world.request(BODY, verify=verify)
    world.buckets.put("outgoing", "reports/day.csv", BODY, algorithm, part_bytes)
    return transfer


def proof_of(world: World, transfer: Transfer) -> tuple[SourceChecksum, Algorithm | None]:
    receipt = world.read(transfer).receipt
    assert receipt is not None
    return receipt.source_checksum, receipt.source_algorithm


@pytest.mark.parametrize("algorithm", COMBINING)
def test_a_flip_under_a_checksum_of_the_whole_object_moves_everything_once_more(
    algorithm: Algorithm,
) -> None:
    world = World()
    transfer = request(world, algorithm)
    world.buckets.flip_next_read(FLIPPED)
    world.run()
    assert world.read(transfer).moved_again
    assert world.workflow.entered.count("MoveChunks") == 2
    assert world.calls.counts["partner.rename"] == 1
    assert_completed(world, transfer)
    assert proof_of(world, transfer) == (SourceChecksum.MATCHED, algorithm)


@pytest.mark.parametrize(("algorithm", "part_bytes"), BY_CHUNK)
def test_a_flip_under_checksums_by_part_moves_only_that_chunk_once_more(
    algorithm: Algorithm, part_bytes: int | None
) -> None:
    world = World()
    transfer = request(world, algorithm, part_bytes)
    world.buckets.flip_next_read(FLIPPED)
    world.run()
    ended = world.read(transfer)
    assert_completed(world, transfer)
    assert not ended.moved_again
    assert ended.receipt is not None
    assert ended.receipt.attempts == ended.receipt.chunks + 1
    assert proof_of(world, transfer) == (SourceChecksum.MATCHED, algorithm)


@pytest.mark.parametrize(
    ("algorithm", "part_bytes"), [*((each, None) for each in COMBINING), *BY_CHUNK]
)
def test_a_source_that_is_always_read_wrongly_ends_in_a_mismatch_without_a_file(
    algorithm: Algorithm, part_bytes: int | None
) -> None:
    world = World()
    transfer = request(world, algorithm, part_bytes)
    world.buckets.flip_next_read(FLIPPED, times=1_000)
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "checksum_mismatch")
    assert world.partner.files == {}
    assert world.calls.counts["partner.rename"] == 0


def test_a_retry_after_a_mismatch_begins_anew_and_may_be_moved_again_once_more() -> None:
    world = World()
    transfer = request(world, Algorithm.CRC64NVME)
    world.buckets.flip_next_read(FLIPPED, times=3)
    world.run()
    failed = world.read(transfer)
    assert fail_code(failed) == "checksum_mismatch"
    generation = failed.generation
    again = retried(world, transfer)
    assert again.generation == generation + 2
    assert_completed(world, transfer)


def test_without_a_checksum_the_receipt_says_so() -> None:
    world = World()
    transfer = request(world, None)
    world.run()
    assert_completed(world, transfer)
    assert proof_of(world, transfer) == (SourceChecksum.ABSENT, None)


@pytest.mark.parametrize("algorithm", [None, Algorithm.CRC64NVME])
def test_a_flip_is_noticed_by_reading_twice(algorithm: Algorithm | None) -> None:
    world = World()
    transfer = request(world, algorithm, verify=Verify.REREAD)
    world.buckets.flip_next_read(FLIPPED)
    world.run()
    ended = world.read(transfer)
    assert_completed(world, transfer)
    assert not ended.moved_again
    assert ended.receipt is not None
    assert ended.receipt.attempts == ended.receipt.chunks + 1


def test_a_source_that_reads_differently_each_time_ends_in_a_mismatch() -> None:
    world = World()
    transfer = request(world, None, verify=Verify.REREAD)
    world.buckets.flip_next_read(FLIPPED)
    # the chunk is claimed again, and its first read is wrong again
    world.calls.before("ledger.release", lambda: world.buckets.flip_next_read(FLIPPED))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "checksum_mismatch")
    assert TARGET not in world.partner.files


def test_for_size_alone_nothing_is_compared() -> None:
    world = World()
    transfer = request(world, Algorithm.MD5, verify=Verify.SIZE)
    world.run()
    assert_completed(world, transfer)
    assert proof_of(world, transfer) == (SourceChecksum.NOT_COMPARED, Algorithm.MD5)
