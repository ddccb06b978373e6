"""Each sentence about a proof is true in the state in which it is said."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.transfer.domain.checksums import Algorithm, FileChecksum, ObjectChecksum
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.partner_checksums import (
    HASHES_ONLY,
    MOST_HASHED_BYTES,
    TOO_LARGE,
    choose_checksum,
)
from services.transfer.domain.proof import (
    ALL_PERCENT,
    NOT_RECORDED,
    AtPartner,
    Proven,
    Receipt,
    SourceChecksum,
    Verify,
)
from services.transfer.domain.proof_words import planned_proof, proven_words
from services.transfer.domain.strategy import UNKNOWN, Strategy, Wish, choose_strategy
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, until_moving

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECEIPT = Receipt(
    target_path="/in/a",
    bytes_sent=1_000_000,
    crc64nvme=1,
    verified=Verify.CHECKSUM,
    proven=Proven.SAMPLED,
    source_checksum=SourceChecksum.MATCHED,
    source_algorithm=Algorithm.CRC32,
    host_key_fingerprint="SHA256:abc",
    chunks=1,
    attempts=1,
    started_at=NOW,
    finished_at=NOW,
    by_parts=False,
    at_partner=AtPartner(True, True, 16_384, FileChecksum(Algorithm.SHA256, "00" * 32)),
)
COUNTS = FileCounts(done=3)
TESTED = replace(UNKNOWN, tells_missing=True)


def test_a_full_receipt_in_one_sentence() -> None:
    assert proven_words(RECEIPT) == (
        "1,000,000 bytes were sent and have S3's own CRC-32 of the object; the partner's server"
        " acknowledged every write and an fsync behind it; it showed the file with the right size;"
        " 16,384 of the bytes (1.6 %) were read back and are equal; its own SHA-256 of the file is"
        " that of what was sent."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"by_parts": True}, "S3's own CRC-32 of its parts;"),
        ({"source_checksum": SourceChecksum.ABSENT}, "S3 has no checksum that can be compared;"),
        ({"source_checksum": SourceChecksum.NOT_COMPARED}, "not compared with any checksum of S3;"),
        ({"verified": Verify.REREAD}, "were read twice from S3 and equal;"),
        ({"proven": Proven.READBACK}, "every byte was read back and is equal;"),
        ({"at_partner": AtPartner(False, False, 0), "proven": Proven.ACKNOWLEDGED}, "no fsync;"),
        ({"at_partner": AtPartner(None, False, 0), "proven": Proven.ACKNOWLEDGED}, "no size;"),
        ({"at_partner": AtPartner(None, True, 0), "proven": Proven.SIZE}, "nothing was read back."),
        ({"at_partner": AtPartner(None, True, 1)}, "1 of the bytes (less than 0.1 %)"),
        ({"at_partner": AtPartner(None, True, 999_999)}, "(99.9 %)"),
        ({"at_partner": AtPartner(None, True, 1_000_000)}, "every byte was read back"),
        ({"at_partner": NOT_RECORDED}, "samples of every chunk were read back and are equal."),
        ({"bytes_sent": 0, "at_partner": AtPartner(None, True, 0)}, "nothing was read back."),
    ],
)
def test_what_is_said_of_each_state(changes: dict[str, object], said: str) -> None:
    assert said in proven_words(replace(RECEIPT, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (SourceChecksum.MATCHED, "each file has S3's own checksum of its object;"),
        (SourceChecksum.ABSENT, "of which some were not compared"),
        (SourceChecksum.NOT_COMPARED, "were not compared with any checksum of S3;"),
    ],
)
def test_what_is_said_of_many_files(found: SourceChecksum, said: str) -> None:
    many = replace(
        RECEIPT, source_checksum=found, source_algorithm=None, files=COUNTS, at_partner=NOT_RECORDED
    )
    words = proven_words(many)
    assert said in words
    assert "samples of the files were read back" in words
    assert "the right size" in proven_words(replace(many, proven=Proven.SIZE))
    assert "chunk" not in words


def test_a_record_of_before_claims_nothing_that_was_not_recorded() -> None:
    old = replace(RECEIPT, by_parts=None, at_partner=NOT_RECORDED, proven=Proven.ACKNOWLEDGED)
    said = proven_words(old)
    for word in ("fsync", "size", "own SHA", "of its parts"):
        assert word not in said


@pytest.mark.parametrize("verify", Verify)
@pytest.mark.parametrize("checksums", [0, 1])
@pytest.mark.parametrize("readable", [True, False])
def test_the_receipt_proves_at_least_what_the_plan_said(
    verify: Verify, checksums: int, readable: bool
) -> None:
    if verify is Verify.READBACK and not readable:
        pytest.skip("refused before the first byte")
    world = World()
    world.partner.checksums = (Algorithm.CRC32,) * checksums
    world.partner.readable = readable
    world.register("known")
    transfer = world.request(BODY, destination_id="known", verify=verify)
    until_moving(world)
    planned = planned_proof(world.read(transfer).known_strategy, verify, ALL_PERCENT)
    world.run()
    ended = world.read(transfer)
    assert ended.receipt is not None, ended.failure
    proven = proven_words(ended.receipt)
    assert ("server's own CRC-32" in planned) == ("its own CRC-32" in proven)
    assert ("fsync follows" in planned) == ("an fsync behind it" in proven)
    assert ("size is right" in planned) == ("the right size" in proven)
    assert ("read back" in planned) == ("nothing was read back" not in proven)


@pytest.mark.parametrize(
    ("strategy", "verify", "percent", "said"),
    [
        (UNKNOWN, Verify.CHECKSUM, 100, "never tested, allows it: every write is acknowledged;"),
        (TESTED, Verify.CHECKSUM, 100, "and an fsync follows it; the size is right; samples of"),
        (TESTED, Verify.SIZE, 100, "the size is right."),
        (TESTED, Verify.READBACK, 100, "every byte is read back."),
        (TESTED, Verify.READBACK, 7, "7 % of the bytes are read back"),
        (replace(TESTED, reads=False), Verify.CHECKSUM, 100, "the size is right."),
        (replace(TESTED, checksum=Algorithm.CRC32), Verify.REREAD, 100, "own CRC-32 of the file"),
        (replace(TESTED, checksum=Algorithm.MD5), Verify.CHECKSUM, 100, "if it is sent in one go."),
        (replace(TESTED, no_checksum=HASHES_ONLY), Verify.CHECKSUM, 100, f"; {HASHES_ONLY}."),
    ],
)
def test_the_plan_says_before_the_start_what_will_be_proven(
    strategy: Strategy, verify: Verify, percent: int, said: str
) -> None:
    assert said in planned_proof(strategy, verify, percent)


WHOLE_SHA = ObjectChecksum(Algorithm.SHA1, "00" * 20)


@pytest.mark.parametrize(
    ("offered", "source", "size", "in_order", "chosen"),
    [
        ("sha256 crc32", None, 5, True, "crc32"),
        ("sha256 sha1 md5", None, 5, True, "sha256"),
        ("sha256 sha1 md5", None, 5, False, None),
        ("sha256 sha1 md5", WHOLE_SHA, 5, False, "sha1"),
        ("md5", WHOLE_SHA, 5, False, None),
        ("crc32", None, 0, True, None),
        ("crc32", None, MOST_HASHED_BYTES, False, "crc32"),
        ("crc32", None, MOST_HASHED_BYTES + 1, False, None),
        ("", None, 5, True, None),
    ],
)
def test_the_cheapest_checksum_that_can_be_compared_is_chosen(
    offered: str, source: ObjectChecksum | None, size: int, in_order: bool, chosen: str | None
) -> None:
    world = World()
    profile = world.ports.destinations.read("acme").profile
    assert profile is not None
    profile = replace(profile, checksums=tuple(Algorithm(each) for each in offered.split()))
    found = choose_checksum(profile, source, size, in_order=in_order)
    assert found == (Algorithm(chosen) if chosen else None)


@pytest.mark.parametrize(
    ("offered", "size", "verify", "said"),
    [
        ("md5", 5, Verify.CHECKSUM, HASHES_ONLY),
        ("md5 crc32", 5, Verify.CHECKSUM, None),
        ("crc32", MOST_HASHED_BYTES + 1, Verify.CHECKSUM, TOO_LARGE),
        ("crc32", MOST_HASHED_BYTES + 1, Verify.SIZE, None),
        ("md5", 0, Verify.CHECKSUM, None),
        ("", 5, Verify.CHECKSUM, None),
    ],
)
def test_why_no_checksum_of_the_server_is_compared_is_in_the_plan(
    offered: str, size: int, verify: Verify, said: str | None
) -> None:
    destination = World().ports.destinations.read("acme")
    assert destination.profile is not None
    offers = tuple(Algorithm(each) for each in offered.split())
    tested = replace(destination, profile=replace(destination.profile, checksums=offers))
    strategy = choose_strategy(tested, Wish(size_bytes=size, verify=verify, lanes=3))
    assert strategy.no_checksum == said
