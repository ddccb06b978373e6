"""The server's own checksum of the file is compared before the file gets its name."""

import hashlib
from dataclasses import replace
from zlib import crc32

import pytest

from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.errors import ConnectionTimedOut, PermissionDenied, WriteRefused
from services.transfer.domain.partner_checksums import MAX_TRIES
from services.transfer.domain.proof import Proven, Receipt, Verify
from services.transfer.domain.samples import sample_ranges
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.steer_transfer import cancel_transfer
from tests.fakes.callers import ANN
from tests.fakes.partners import InMemoryPartners
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import (
    BODY,
    TARGET,
    assert_completed,
    every,
    fail_code,
    retried,
    some_chunks,
    until_moving,
    until_planned,
    until_state,
)

ASKED = "partner.file_checksum"
HASHES = (Algorithm.SHA256, Algorithm.SHA1, Algorithm.MD5)
CRC32 = FileChecksum(Algorithm.CRC32, f"{crc32(BODY):08x}")
SHA256 = FileChecksum(Algorithm.SHA256, hashlib.sha256(BODY).hexdigest())


def checking(*algorithms: Algorithm, lanes: int = 3) -> World:
    world = World(partner=InMemoryPartners(checksums=algorithms))
    world.ports = replace(world.ports, policy=replace(world.policy, lanes_per_transfer=lanes))
    return world


def receipt_of(world: World, transfer: Transfer) -> Receipt:
    assert_completed(world, transfer)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    return receipt


def damage_unsampled(world: World) -> None:
    """A byte that no sample covers, in every part file."""
    for path in world.parts():
        [transfer] = [each for each in world.transfers.open_transfers() if each.part]
        secret, ledger = transfer.sample_secret, transfer.ledger
        ranges = sample_ranges(ledger, 0, CHUNK_BYTES, transfer.known_plan.total, secret)
        at = next(n for n in range(CHUNK_BYTES) if not any(a <= n < b for a, b in ranges))
        world.partner.files[path][at] = BODY[at] ^ 0xFF


@pytest.mark.parametrize("lanes", [1, 3])
@pytest.mark.parametrize("source", [Algorithm.CRC64NVME, Algorithm.CRC32, Algorithm.SHA256, None])
def test_a_crc_that_the_server_computes_is_compared_with_that_of_all_chunks(
    source: Algorithm | None, lanes: int
) -> None:
    world = checking(Algorithm.CRC32, lanes=lanes)
    transfer = world.request(BODY)
    world.buckets.put("outgoing", "reports/day.csv", BODY, source)
    world.run()
    receipt = receipt_of(world, transfer)
    assert receipt.at_partner.checksum == CRC32
    assert world.calls.counts[ASKED] == 1


@pytest.mark.parametrize("algorithm", HASHES)
def test_a_hash_is_compared_where_one_lane_sends_the_file_in_one_go(algorithm: Algorithm) -> None:
    world = checking(algorithm, lanes=1)
    transfer = world.request(BODY)
    world.run()
    checksum = receipt_of(world, transfer).at_partner.checksum
    assert checksum == FileChecksum(algorithm, hashlib.new(algorithm.value, BODY).hexdigest())


def test_a_hash_that_nobody_can_compute_is_not_asked_for() -> None:
    world = checking(*HASHES)
    transfer = world.request(BODY)
    world.run()
    receipt = receipt_of(world, transfer)
    assert receipt.at_partner.checksum is None
    assert receipt.proven is Proven.SAMPLED
    assert world.calls.counts[ASKED] == 0


@pytest.mark.parametrize("algorithm", HASHES)
def test_a_hash_that_s3_has_of_the_object_is_compared_with_the_servers(
    algorithm: Algorithm,
) -> None:
    world = checking(*HASHES)
    transfer = world.request(BODY)
    world.buckets.put("outgoing", "reports/day.csv", BODY, algorithm)
    world.run()
    checksum = receipt_of(world, transfer).at_partner.checksum
    assert checksum is not None
    assert checksum.algorithm is algorithm


def test_a_file_sent_in_two_turns_has_no_hash_and_says_so() -> None:
    world = checking(Algorithm.SHA256, lanes=1)
    transfer = world.request(BODY)
    until_planned(world)
    some_chunks(world, 2)
    world.run()
    assert receipt_of(world, transfer).at_partner.checksum is None
    assert world.calls.counts[ASKED] == 0


@pytest.mark.parametrize("body", [b"", b"x"])
def test_the_smallest_files(body: bytes) -> None:
    world = checking(Algorithm.CRC32, Algorithm.SHA256)
    transfer = world.request(body)
    world.run()
    assert_completed(world, transfer, body)
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert (receipt.at_partner.checksum is None) == (body == b"")


def test_who_asks_for_the_size_only_gets_no_checksum() -> None:
    world = checking(Algorithm.CRC32)
    transfer = world.request(BODY, verify=Verify.SIZE)
    world.run()
    assert receipt_of(world, transfer).at_partner.checksum is None
    assert world.calls.counts[ASKED] == 0


@pytest.mark.parametrize(("algorithm", "lanes"), [(Algorithm.CRC32, 3), (Algorithm.SHA256, 1)])
def test_damage_between_the_samples_is_found_and_all_is_sent_once_more(
    algorithm: Algorithm, lanes: int
) -> None:
    """Also where only the lane that sent the bytes has their hash: VerifyTarget decides."""
    world = checking(algorithm, lanes=lanes)
    transfer = world.request(BODY)
    world.calls.before(ASKED, lambda: damage_unsampled(world))
    world.run()
    assert world.read(transfer).moved_again
    assert receipt_of(world, transfer).at_partner.checksum is not None


@pytest.mark.parametrize(("algorithm", "lanes"), [(Algorithm.CRC32, 3), (Algorithm.SHA256, 1)])
def test_a_server_that_always_computes_another_value_ends_the_transfer(
    algorithm: Algorithm, lanes: int
) -> None:
    world = checking(algorithm, lanes=lanes)
    transfer = world.request(BODY)
    every(world, ASKED, lambda: damage_unsampled(world))
    world.run()
    ended = world.read(transfer)
    assert (ended.status, fail_code(ended)) == (Status.FAILED, "partner_checksum_differs")
    assert world.calls.counts["partner.rename"] == 0
    assert world.partner.files == {}
    world.calls.forget()
    again = retried(world, transfer)
    assert again.generation > ended.generation
    assert_completed(world, transfer)


@pytest.mark.parametrize(("lanes", "algorithm"), [(3, Algorithm.CRC32), (1, Algorithm.SHA256)])
def test_a_server_that_hangs_over_it_is_asked_twice_and_the_file_arrives(
    lanes: int, algorithm: Algorithm
) -> None:
    world = checking(algorithm, lanes=lanes)
    transfer = world.request(BODY)
    refused = world.calls.refuse(ASKED, lambda: ConnectionTimedOut("sftp.acme.example", 22, 60))
    world.run()
    refused.end()
    assert receipt_of(world, transfer).at_partner.checksum is None
    assert world.calls.counts[ASKED] == MAX_TRIES


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_connection_that_breaks_once_costs_no_proof(lanes: int) -> None:
    world = checking(Algorithm.SHA256 if lanes == 1 else Algorithm.CRC32, lanes=lanes)
    transfer = world.request(BODY)
    world.calls.fail(ASKED, lambda: ConnectionTimedOut("sftp.acme.example", 22, 60))
    world.run()
    expected = SHA256 if lanes == 1 else CRC32
    assert receipt_of(world, transfer).at_partner.checksum == expected


def test_a_server_that_refuses_it_after_all_delivers_without() -> None:
    world = checking(Algorithm.CRC32)
    transfer = world.request(BODY)
    every(world, ASKED, lambda: _refuse())
    world.run()
    assert receipt_of(world, transfer).at_partner.checksum is None


def _refuse() -> None:
    raise PermissionDenied(TARGET, "give a checksum of")


def test_a_server_that_offers_it_no_more_delivers_without() -> None:
    world = checking(Algorithm.CRC32)
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    world.partner.checksums = ()
    world.run()
    assert receipt_of(world, transfer).at_partner.checksum is None


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_cancel_during_a_long_computation_ends_it_without_a_file(lanes: int) -> None:
    world = checking(Algorithm.CRC32, lanes=lanes)
    transfer = world.request(BODY)
    world.calls.before(ASKED, lambda: cancel_transfer(transfer.id, ANN, ports=world.ports))
    world.calls.cost[ASKED] = 200.0
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.CANCELLED
    assert world.partner.files == {}


def test_a_plan_made_before_the_first_byte_stays_with_the_chunks_that_were_moved_by_it() -> None:
    """A profile that is found anew in the middle may offer more than the moved chunks have."""
    world = checking()
    transfer = world.request(BODY)
    until_moving(world)
    some_chunks(world, 2)
    world.partner.checksums = (Algorithm.CRC32,)
    world.partner.replaces_atomically = False
    world.calls.fail("sink.write", lambda: WriteRefused(TARGET, "write to", "busy"))
    world.run()
    assert world.read(transfer).replanned
    assert receipt_of(world, transfer).at_partner.checksum is None
    assert world.calls.counts[ASKED] == 0
