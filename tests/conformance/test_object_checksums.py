"""The fake and S3 (moto, MiniStack) say the same about an object's content."""

from collections.abc import Iterator

import pytest

from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.errors import SourceChanged, SourceUnavailable
from services.transfer.domain.source import ObjectRef
from tests.conformance.clouds import cloud, create_bucket, new_name
from tests.conformance.objects import (
    BODY,
    STORAGES,
    Storage,
    Uploads,
    digest,
    storage_in,
    sts_readers,
)
from tests.fakes.outside import InMemoryBuckets

PART_BYTES = 10_000
LISTING_PARTS = pytest.mark.parametrize("storage", ["in_memory", "ministack"], indirect=True)


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    with storage_in(request.param, request) as opened:
        yield opened


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("body", [BODY, b""], ids=["full", "empty"])
def test_a_checksum_of_the_whole_object_is_told_in_hex(
    storage: Storage, algorithm: Algorithm, body: bytes
) -> None:
    storage.put(storage.bucket, "k", body, algorithm)
    found = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1").inspect()
    assert found.checksum == ObjectChecksum(algorithm, digest(algorithm, body))


def test_an_object_may_have_no_checksum_at_all(storage: Storage) -> None:
    storage.put(storage.bucket, "k", BODY, None)
    found = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1").inspect()
    assert found.checksum is None


@LISTING_PARTS
@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "crc32c", "crc32"])
def test_checksums_by_part_are_read_when_they_are_needed(storage: Storage, algorithm: str) -> None:
    kind = Algorithm(algorithm)
    storage.put(storage.bucket, "k", BODY, kind, PART_BYTES)
    source = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1")
    found = source.inspect()
    assert found.checksum == ObjectChecksum(kind, part_bytes=PART_BYTES)
    each = [digest(kind, BODY[n : n + PART_BYTES]) for n in range(0, len(BODY), PART_BYTES)]
    assert len(each) == 3
    assert source.part_checksums(found, 0, 3) == each
    assert source.part_checksums(found, 1, 1) == each[1:2]
    assert source.part_checksums(found, 2, 1) == each[2:]
    assert source.part_checksums(found, 0, 0) == []
    for first, count in ((0, 4), (2, 2), (3, 1), (9, 1)):
        with pytest.raises(SourceUnavailable, match="part"):
            source.part_checksums(found, first, count)


@LISTING_PARTS
def test_parts_of_an_object_replaced_since_are_refused(storage: Storage) -> None:
    storage.put(storage.bucket, "k", BODY, Algorithm.SHA256, PART_BYTES)
    source = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1")
    pinned = source.inspect()
    storage.put(storage.bucket, "k", b"other" + BODY, Algorithm.SHA256, PART_BYTES)
    with pytest.raises(SourceChanged):
        source.part_checksums(pinned, 0, 1)


def test_only_an_object_with_checksums_by_part_is_asked_for_them(storage: Storage) -> None:
    storage.put(storage.bucket, "k", BODY)
    source = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1")
    with pytest.raises(ValueError, match="no checksums by part"):
        source.part_checksums(source.inspect(), 0, 1)


def test_checksums_of_parts_that_s3_does_not_list_are_none(
    request: pytest.FixtureRequest,
) -> None:
    with storage_in("moto", request) as storage:  # which takes parts and forgets them
        storage.put(storage.bucket, "k", BODY, Algorithm.SHA256, len(BODY))
        source = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1")
        assert source.inspect().checksum is None


@pytest.mark.parametrize("sizes", [(5, 4, 5), (5, 5, 6), (1, 5)])
def test_checksums_of_uneven_parts_are_none(
    sizes: tuple[int, ...], request: pytest.FixtureRequest
) -> None:
    with cloud("ministack", request) as clients:
        bucket, parts = new_name("uneven"), [b"x" * each for each in sizes]
        create_bucket(clients("s3"), bucket)
        Uploads(clients("s3")).put_parts(bucket, "k", parts, Algorithm.SHA256)
        source = sts_readers(clients).authorize(ObjectRef(bucket, "k"), "t-1")
        assert source.inspect().checksum is None


def test_the_parts_of_a_version_stay_known_when_another_one_comes(
    request: pytest.FixtureRequest,
) -> None:
    with cloud("ministack", request) as clients:
        s3, bucket = clients("s3"), new_name("versions")
        create_bucket(s3, bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        put, ref = Uploads(s3), ObjectRef(bucket, "k")
        put(bucket, "k", BODY, Algorithm.SHA256, PART_BYTES)
        pinned = sts_readers(clients).authorize(ref, "t-1").inspect()
        put(bucket, "k", b"other" + BODY, Algorithm.SHA256, PART_BYTES)
        source = sts_readers(clients).authorize(pinned.ref, "t-1")
        [first] = source.part_checksums(pinned, 0, 1)
        assert first == digest(Algorithm.SHA256, BODY[:PART_BYTES])
        assert source.inspect() == pinned


@pytest.mark.parametrize("algorithm", [None, Algorithm.CRC64NVME, Algorithm.MD5])
def test_the_fake_takes_no_parts_with_checksums_that_s3_has_of_none(
    algorithm: Algorithm | None,
) -> None:
    with pytest.raises(ValueError, match="by part"):
        InMemoryBuckets().put("outgoing", "k", BODY, algorithm, PART_BYTES)


def test_the_fake_reads_a_byte_wrongly_as_often_as_it_is_told() -> None:
    fake = InMemoryBuckets()
    fake.put("outgoing", "k", BODY)
    fake.flip_next_read(300)
    fake.flip_next_read(700, times=2)
    source = fake.authorize(ObjectRef("outgoing", "k"), "t-1")
    pinned = source.inspect()

    def wrong(offset: int, length: int) -> list[int]:
        read = b"".join(source.read(pinned, offset, length, 256))
        return [n for n in range(length) if read[n] != BODY[offset + n]]

    assert wrong(0, 300) == []
    assert wrong(200, 800) == [100, 500]
    assert wrong(0, 800) == [700]
    assert wrong(0, len(BODY)) == []
