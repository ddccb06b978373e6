"""What is made of S3's lists of an object's parts."""

from collections.abc import Iterator

import pytest

from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.errors import (
    SourceChanged,
    SourceForbidden,
    SourceThrottled,
    SourceUnavailable,
)
from services.transfer.domain.source import ObjectRef, SourceObject
from tests.unit.transfer.s3_answers import (
    BY_PART,
    CRC,
    IN_PARTS,
    MD5_KNOWN,
    NOW,
    PLAIN,
    REF,
    S3,
    SHA1_TEXT,
    SHA_TEXT,
    Answer,
    digest_of,
    s3_answers,
)


@pytest.fixture
def s3() -> Iterator[S3]:
    with s3_answers() as opened:
        yield opened


@pytest.mark.parametrize(
    ("sizes", "part_bytes"),
    [
        ([10, 10, 5], 10),
        ([5, 5, 5, 5, 5], 5),
        ([25], 25),
        ([24, 1], 24),
        ([10, 5, 10], None),
        ([10, 15], None),
        ([10, 10], None),
        ([10, 10, 5, 5], None),
        ([10, 10, 6], None),
        ([0, 25], None),
        ([], None),
    ],
)
def test_checksums_by_part_are_used_where_parts_are_even(
    s3: S3, sizes: list[int], part_bytes: int | None
) -> None:
    s3.has(BY_PART)
    s3.lists(sizes)
    assert s3.checksum() == (
        ObjectChecksum(Algorithm.SHA256, part_bytes=part_bytes) if part_bytes else None
    )


@pytest.mark.parametrize(
    "head",
    [
        {**BY_PART, "ChecksumSHA256": SHA_TEXT},
        {"ChecksumSHA256": f"{SHA_TEXT}-3", "ETag": IN_PARTS},
        {"ChecksumSHA256": SHA_TEXT, "ETag": IN_PARTS},
        {**BY_PART, **CRC, "ChecksumSHA1": f"{SHA1_TEXT}-3"},
    ],
    ids=["only the type tells", "only the value tells", "only the ETag tells", "several"],
)
def test_a_checksum_of_checksums_is_never_taken_for_one_of_the_bytes(s3: S3, head: Answer) -> None:
    s3.has(head)
    s3.lists([10, 10, 5])
    assert s3.checksum() == ObjectChecksum(Algorithm.SHA256, part_bytes=10)


@pytest.mark.parametrize(
    "changes",
    [{"PartNumber": 1}, {"ChecksumSHA256": "AAAA"}, {"ChecksumSHA256": f"{SHA_TEXT}-1"}],
)
def test_a_list_of_parts_that_makes_no_sense_is_as_none(s3: S3, changes: Answer) -> None:
    s3.has(BY_PART)
    s3.lists([10, 10, 5], **changes)
    assert s3.checksum() is None


def test_parts_of_an_empty_object_prove_nothing(s3: S3) -> None:
    s3.has(BY_PART, size=0)
    s3.lists([0])
    assert s3.checksum() is None


def test_parts_are_judged_page_by_page_and_no_further_than_needed(s3: S3) -> None:
    s3.has(BY_PART, size=20_005)
    s3.lists([10] * 1_000, more=True)
    s3.lists([10] * 999 + [9], after=1_000, more=True)
    assert s3.checksum() is None


def test_all_pages_of_the_largest_list_are_looked_at_and_not_one_more(s3: S3) -> None:
    s3.has(BY_PART, size=99_995)
    for page in range(9):
        s3.lists([10] * 1_000, after=page * 1_000, more=True)
    s3.lists([10] * 999 + [5], after=9_000, more=True)
    assert s3.checksum() == ObjectChecksum(Algorithm.SHA256, part_bytes=10)


def test_a_list_longer_than_s3s_longest_is_as_none(s3: S3) -> None:
    s3.has(BY_PART, size=100_001)
    for page in range(10):
        s3.lists([10] * 1_000, after=page * 1_000, more=True)
    assert s3.checksum() is None


@pytest.mark.parametrize(("etag", "expected"), [(PLAIN, MD5_KNOWN), (IN_PARTS, None)])
def test_a_role_that_may_not_list_parts_goes_on_to_the_next_best(
    s3: S3, etag: str, expected: ObjectChecksum | None
) -> None:
    s3.has({**BY_PART, "ETag": etag})
    s3.refuses("AccessDenied")
    assert s3.checksum() == expected


def test_a_list_that_s3_does_not_deliver_is_asked_for_again_later(s3: S3) -> None:
    s3.has(BY_PART)
    s3.refuses("SlowDown")
    with pytest.raises(SourceThrottled, match="SlowDown") as told:
        s3.checksum()
    assert told.value.retryable


def test_an_object_replaced_while_it_is_looked_at_is_looked_at_again(s3: S3) -> None:
    s3.has(BY_PART)
    s3.lists([10, 10, 5], etag=PLAIN)
    with pytest.raises(SourceUnavailable, match="replaced") as told:
        s3.checksum()
    assert told.value.retryable


def pinned(size: int = 25, version: str | None = None) -> SourceObject:
    checksum = ObjectChecksum(Algorithm.SHA256, part_bytes=10)
    return SourceObject(ObjectRef(REF.bucket, REF.key, version), size, IN_PARTS, checksum, NOW)


def test_the_parts_of_the_version_that_was_found_are_listed(s3: S3) -> None:
    s3.has({**BY_PART, "VersionId": "v1"})
    s3.lists([10, 10, 5], version="v1")
    found = s3.source.inspect()
    assert found == pinned(version="v1")
    s3.lists([10, 5], after=1, limit=2, version="v1")
    assert s3.source.part_checksums(found, 1, 2) == [digest_of(n).hex() for n in (2, 3)]


def test_checksums_of_many_parts_come_in_as_many_pages_as_needed(s3: S3) -> None:
    s3.lists([10] * 700, after=5, more=True)  # fewer than asked for
    s3.lists([10] * 500, after=705, limit=500, more=True)
    values = s3.source.part_checksums(pinned(size=20_000), 5, 1_200)
    assert values == [digest_of(n).hex() for n in range(6, 1_206)]


def test_no_more_parts_are_taken_than_were_asked_for(s3: S3) -> None:
    s3.lists([10, 10, 5], limit=2)
    assert len(s3.source.part_checksums(pinned(), 0, 2)) == 2


@pytest.mark.parametrize(
    ("sizes", "changes"),
    [
        ([10, 10], {}),
        ([10, 5, 10], {}),
        ([10, 10, 6], {}),
        ([10, 10, 5], {"ChecksumSHA256": SHA1_TEXT}),
        ([10, 10, 5], {"PartNumber": 2}),
        ([], {}),
    ],
)
def test_parts_other_than_expected_are_refused(s3: S3, sizes: list[int], changes: Answer) -> None:
    s3.lists(sizes, limit=3, **changes)
    with pytest.raises(SourceUnavailable, match="part"):
        s3.source.part_checksums(pinned(), 0, 3)


def test_parts_of_another_object_are_refused(s3: S3) -> None:
    s3.lists([10, 10, 5], limit=3, etag=PLAIN)
    with pytest.raises(SourceChanged, match="no longer"):
        s3.source.part_checksums(pinned(), 0, 3)


def test_parts_that_may_not_be_listed_are_told_as_such(s3: S3) -> None:
    s3.refuses("AccessDenied")
    with pytest.raises(SourceForbidden):
        s3.source.part_checksums(pinned(), 0, 3)
