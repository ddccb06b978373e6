"""Whole transfers from S3 (MiniStack, moto): each kind of checksum that S3 may have is compared.

Neither of them makes FULL_OBJECT checksums of parts. How S3 tells of those is in the unit tests of
its answers; compared they are like those of an object put at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.proof import Receipt, SourceChecksum
from services.transfer.domain.source import ObjectRef
from tests.conformance.clouds import cloud, create_bucket, new_name
from tests.conformance.objects import sts_readers
from tests.fakes.world import CHUNK_BYTES, World
from tests.unit.transfer.driving import BODY, assert_completed

KEY = "reports/day.csv"
EVEN = [BODY[at : at + 150_000] for at in range(0, len(BODY), 150_000)]
UNEVEN = [BODY[:50_000], BODY[50_000 : 3 * CHUNK_BYTES], BODY[3 * CHUNK_BYTES :]]
CRCS = [Algorithm.CRC32, Algorithm.CRC32C, Algorithm.CRC64NVME]


@dataclass
class Cloud:
    """A bucket with one object, and the receipt of its transfer."""

    clients: Any
    bucket: str

    @property
    def s3(self) -> Any:  # noqa: ANN401 - boto3 has no types
        return self.clients("s3")

    def put_parts(self, parts: list[bytes], algorithm: Algorithm) -> None:
        """S3 makes COMPOSITE checksums of them."""
        at: dict[str, Any] = {"Bucket": self.bucket, "Key": KEY}
        wish = {"ChecksumAlgorithm": algorithm.name}
        begun = self.s3.create_multipart_upload(**at, **wish)
        at["UploadId"], done = begun["UploadId"], []
        for number, part in enumerate(parts, 1):
            told = self.s3.upload_part(**at, PartNumber=number, Body=part, **wish)
            found = {name: text for name, text in told.items() if name.startswith("Checksum")}
            done.append({"PartNumber": number, "ETag": told["ETag"], **found})
        self.s3.complete_multipart_upload(**at, MultipartUpload={"Parts": done})

    def receipt(self) -> Receipt:
        world = World()
        readers = sts_readers(self.clients)
        world.ports = replace(world.ports, readers=readers, quick_readers=readers)
        transfer = world.request(BODY, source=ObjectRef(self.bucket, KEY))
        world.run()
        assert_completed(world, transfer)
        found = world.read(transfer).receipt
        assert found is not None
        return found


@pytest.fixture(params=["moto", "ministack"])
def anywhere(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    yield from opened(request.param, request)


@pytest.fixture
def there(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    yield from opened("ministack", request)


def opened(kind: str, request: pytest.FixtureRequest) -> Iterator[Cloud]:
    with cloud(kind, request) as clients:
        place = Cloud(clients, new_name("proofs"))
        create_bucket(place.s3, place.bucket)
        yield place


def assert_proven(receipt: Receipt, algorithm: Algorithm, *, by_parts: bool) -> None:
    found = receipt.source_checksum, receipt.source_algorithm, receipt.by_parts
    assert found == (SourceChecksum.MATCHED, algorithm, by_parts)


def test_what_boto3_puts_by_itself_is_compared_by_its_crc32(anywhere: Cloud) -> None:
    anywhere.s3.put_object(Bucket=anywhere.bucket, Key=KEY, Body=BODY)
    assert_proven(anywhere.receipt(), Algorithm.CRC32, by_parts=False)


@pytest.mark.parametrize("algorithm", [*CRCS, Algorithm.SHA1, Algorithm.SHA256])
def test_a_checksum_of_an_object_put_at_once_is_compared(
    there: Cloud, algorithm: Algorithm
) -> None:
    wish = {"ChecksumAlgorithm": algorithm.name}
    there.s3.put_object(Bucket=there.bucket, Key=KEY, Body=BODY, **wish)
    assert_proven(there.receipt(), algorithm, by_parts=False)


@pytest.mark.parametrize(
    "algorithm", [Algorithm.CRC32, Algorithm.CRC32C, Algorithm.SHA1, Algorithm.SHA256]
)
def test_composite_checksums_of_even_parts_are_compared(there: Cloud, algorithm: Algorithm) -> None:
    there.put_parts(EVEN, algorithm)
    assert_proven(there.receipt(), algorithm, by_parts=True)


@pytest.mark.parametrize("algorithm", [Algorithm.CRC32, Algorithm.CRC32C])
def test_composite_crcs_of_uneven_parts_are_combined_and_compared(
    there: Cloud, algorithm: Algorithm
) -> None:
    there.put_parts(UNEVEN, algorithm)
    assert_proven(there.receipt(), algorithm, by_parts=True)


@pytest.mark.parametrize("algorithm", [Algorithm.SHA1, Algorithm.SHA256])
def test_composite_hashes_of_uneven_parts_are_told_as_absent(
    there: Cloud, algorithm: Algorithm
) -> None:
    """A hash cannot be taken apart or combined, so such a part would have to lie in one chunk."""
    there.put_parts(UNEVEN, algorithm)
    receipt = there.receipt()
    assert receipt.source_checksum is SourceChecksum.ABSENT
    assert receipt.by_parts is None
