"""Which checksum of an object is taken from S3's answer to HEAD."""

from collections.abc import Iterator

import pytest

from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from tests.unit.transfer.s3_answers import (
    CRC,
    CRC64,
    CRC_KNOWN,
    IN_PARTS,
    MD5,
    MD5_KNOWN,
    PLAIN,
    S3,
    SHA1,
    SHA1_TEXT,
    SHA_KNOWN,
    SHA_TEXT,
    WHOLE,
    Answer,
    s3_answers,
)


@pytest.fixture
def s3() -> Iterator[S3]:
    with s3_answers() as opened:
        yield opened


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ({**CRC64, **CRC, **WHOLE}, ObjectChecksum(Algorithm.CRC64NVME, "000000000000002a")),
        ({**CRC, **WHOLE, "ETag": IN_PARTS}, CRC_KNOWN),
        (
            {**CRC, "ChecksumCRC32C": "AAAAKw==", **WHOLE},
            ObjectChecksum(Algorithm.CRC32C, "0000002b"),
        ),
        ({"ChecksumSHA256": SHA_TEXT, **CRC, **WHOLE}, CRC_KNOWN),
        ({"ChecksumSHA256": SHA_TEXT, **WHOLE}, SHA_KNOWN),
        ({"ChecksumSHA256": SHA_TEXT}, SHA_KNOWN),  # from before S3 told the type
        ({"ChecksumSHA1": SHA1_TEXT}, ObjectChecksum(Algorithm.SHA1, SHA1.hexdigest())),
        ({"ChecksumSHA1": SHA1_TEXT, "ChecksumSHA256": SHA_TEXT}, SHA_KNOWN),
        ({}, MD5_KNOWN),
        ({"ETag": PLAIN.upper()}, MD5_KNOWN),
        ({"ETag": IN_PARTS}, None),
        ({"ETag": f'"{MD5}0"'}, None),
        ({"ETag": MD5.replace(MD5[0], "g")}, None),
    ],
)
def test_the_checksum_that_is_cheapest_to_compare_is_taken(
    s3: S3, head: Answer, expected: ObjectChecksum | None
) -> None:
    s3.has(head)
    assert s3.checksum() == expected


@pytest.mark.parametrize("text", ["AAAAAAAAACo=", "AAA=", "", "****", "AAAAKg", "ÄÄÄÄ"])
def test_a_value_that_cannot_be_one_is_passed_over(s3: S3, text: str) -> None:
    s3.has({"ChecksumCRC32": text, "ChecksumSHA256": text, **WHOLE})
    assert s3.checksum() == MD5_KNOWN


@pytest.mark.parametrize(
    ("encryption", "expected"),
    [
        ({"ServerSideEncryption": "AES256"}, MD5_KNOWN),
        ({"ServerSideEncryption": "aws:kms"}, None),
        ({"ServerSideEncryption": "aws:kms:dsse"}, None),
        ({"ServerSideEncryption": "aws:fsx"}, None),
        ({"SSECustomerAlgorithm": "AES256"}, None),
    ],
)
def test_an_etag_is_an_md5_only_where_s3_holds_the_key(
    s3: S3, encryption: Answer, expected: ObjectChecksum | None
) -> None:
    s3.has(encryption)
    assert s3.checksum() == expected


def test_encryption_does_not_matter_to_a_checksum(s3: S3) -> None:
    s3.has({**CRC, **WHOLE, "ServerSideEncryption": "aws:kms"})
    assert s3.checksum() == CRC_KNOWN
