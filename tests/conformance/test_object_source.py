"""Reading an object gives the same answers from the fake and from S3 (moto, MiniStack)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.core.authorization import enable_iam_authentication

from services.transfer.adapters.s3_source_readers import session_policy
from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.errors import (
    BucketNotFound,
    ObjectNotFound,
    SourceChanged,
    SourceForbidden,
)
from services.transfer.domain.source import ObjectRef
from tests.conformance.clouds import create_bucket
from tests.conformance.objects import BODY, STORAGES, Storage, digest, storage_in, sts_readers
from tests.servers.emulator import REGION


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest) -> Iterator[Storage]:
    with storage_in(request.param, request) as opened:
        yield opened


def test_an_object_is_inspected_with_size_etag_and_checksum(storage: Storage) -> None:
    storage.put(storage.bucket, "a/b ü.csv", BODY)
    found = storage.readers.authorize(ObjectRef(storage.bucket, "a/b ü.csv"), "t-1").inspect()
    assert found.size_bytes == len(BODY)
    assert found.etag.startswith('"')
    assert found.checksum == ObjectChecksum(Algorithm.CRC64NVME, digest(Algorithm.CRC64NVME, BODY))
    assert found.last_modified.tzinfo is not None


@pytest.mark.parametrize(
    ("offset", "length", "block"),
    [(0, len(BODY), 1_000), (1, 1, 1_000), (300, 2_048, 1_024), (0, 0, 10), (5, 999, 1_000)],
)
def test_a_range_comes_whole_in_full_blocks(
    storage: Storage, offset: int, length: int, block: int
) -> None:
    storage.put(storage.bucket, "k", BODY)
    source = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1")
    blocks = list(source.read(source.inspect(), offset, length, block))
    assert b"".join(blocks) == BODY[offset : offset + length]
    assert all(len(each) == block for each in blocks[:-1])


def test_a_missing_bucket_is_told_from_a_missing_object(storage: Storage) -> None:
    storage.put(storage.bucket, "k", BODY)
    with pytest.raises(BucketNotFound, match="'nowhere'"):
        storage.readers.authorize(ObjectRef("nowhere", "k"), "t-1").inspect()
    with pytest.raises(ObjectNotFound, match="'missing'"):
        storage.readers.authorize(ObjectRef(storage.bucket, "missing"), "t-1").inspect()


def test_an_object_replaced_since_is_refused(storage: Storage) -> None:
    storage.put(storage.bucket, "k", BODY)
    source = storage.readers.authorize(ObjectRef(storage.bucket, "k"), "t-1")
    pinned = source.inspect()
    storage.put(storage.bucket, "k", b"other" + BODY)
    with pytest.raises(SourceChanged):
        list(source.read(pinned, 0, 10, 10))


def test_a_role_without_rights_on_the_object_is_told_so() -> None:
    with mock_aws():
        s3 = client("s3")
        create_bucket(s3, "outgoing")
        s3.put_object(Bucket="outgoing", Key="k", Body=BODY)
        iam = client("iam")
        role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        source = sts_readers(client, role).authorize(ObjectRef("outgoing", "k"), "t-1")
        with enable_iam_authentication(), pytest.raises(SourceForbidden, match="s3:GetObject"):
            source.inspect()


def test_a_session_near_its_end_is_renewed_and_a_closed_one_reads_no_more() -> None:
    with mock_aws():
        s3 = client("s3")
        create_bucket(s3, "outgoing")
        s3.put_object(Bucket="outgoing", Key="k", Body=BODY)
        clock = [datetime.now(UTC)]
        readers = sts_readers(client, now=lambda: clock[0])
        with readers.authorize(ObjectRef("outgoing", "k"), "t-1") as source:
            keys = []
            for seconds in (0, 800, 100):
                clock[0] += timedelta(seconds=seconds)
                source.inspect()
                keys.append(source._client._request_signer._credentials.access_key)
        assert [key == keys[0] for key in keys] == [True, True, False]
        with pytest.raises(ValueError, match="closed"):
            source.inspect()


def client(service: str) -> Any:  # noqa: ANN401
    return boto3.client(service, region_name=REGION)


def test_the_session_may_read_one_object_only() -> None:
    policy = session_policy(ObjectRef("outgoing", "a/$x*.csv"), "aws-cn")
    read, listing, _ = policy["Statement"]
    assert read["Resource"] == "arn:aws-cn:s3:::outgoing/a/?x?.csv"
    assert listing["Resource"] == "arn:aws-cn:s3:::outgoing"
