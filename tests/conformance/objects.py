"""Objects to read, in memory and in S3 (moto, MiniStack), put there with each kind of checksum."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import boto3
import pytest
from botocore.config import Config

from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.adapters.s3_source_readers import Credentials, StsSourceReaders
from services.transfer.domain.checksums import Algorithm, hasher
from services.transfer.domain.ports import SourceReaders
from services.transfer.wiring import S3_READS
from tests.conformance.clouds import CLOUDS, Clients, cloud, create_bucket, new_name
from tests.fakes.outside import InMemoryBuckets

STORAGES = ("in_memory", *CLOUDS)
BODY = bytes(range(256)) * 100
UNCHECKED = Config(request_checksum_calculation="when_required", s3={"addressing_style": "path"})


class Put(Protocol):
    def __call__(
        self,
        bucket: str,
        key: str,
        body: bytes,
        checksum: Algorithm | None = Algorithm.CRC64NVME,
        part_bytes: int | None = None,
    ) -> None: ...


@dataclass
class Storage:
    readers: SourceReaders
    put: Put
    bucket: str


@contextmanager
def storage_in(kind: str, request: pytest.FixtureRequest) -> Iterator[Storage]:
    if kind == "in_memory":
        fake = InMemoryBuckets()
        yield Storage(fake, fake.put, "outgoing")
        return
    with cloud(kind, request) as clients:
        bucket = new_name("outgoing")
        create_bucket(clients("s3"), bucket)
        yield Storage(sts_readers(clients), Uploads(clients("s3")), bucket)


class Uploads:
    """Objects put in such a way that S3 has the checksum in question, and no better one."""

    def __init__(self, s3: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self._s3 = s3
        place = {"region_name": s3.meta.region_name, "endpoint_url": s3.meta.endpoint_url}
        self._unchecked = boto3.client("s3", config=UNCHECKED, **place)

    def __call__(
        self,
        bucket: str,
        key: str,
        body: bytes,
        checksum: Algorithm | None = Algorithm.CRC64NVME,
        part_bytes: int | None = None,
    ) -> None:
        at = {"Bucket": bucket, "Key": key}
        if checksum is None:
            self.put_parts(bucket, key, [body], None)
        elif part_bytes is not None:
            cut = [body[n : n + part_bytes] for n in range(0, len(body), part_bytes)]
            self.put_parts(bucket, key, cut, checksum)
        elif checksum is Algorithm.MD5:
            self._unchecked.put_object(**at, Body=body)
        else:
            self._s3.put_object(**at, Body=body, ChecksumAlgorithm=checksum.name)

    def put_parts(
        self, bucket: str, key: str, parts: Sequence[bytes], checksum: Algorithm | None
    ) -> None:
        at, s3 = {"Bucket": bucket, "Key": key}, self._s3 if checksum else self._unchecked
        wish = {"ChecksumAlgorithm": checksum.name} if checksum else {}
        at["UploadId"] = s3.create_multipart_upload(**at, **wish)["UploadId"]
        done = []
        for number, part in enumerate(parts, 1):
            answer = s3.upload_part(**at, PartNumber=number, Body=part, **wish)
            told = {name: text for name, text in answer.items() if name.startswith("Checksum")}
            done.append({"PartNumber": number, "ETag": answer["ETag"], **told})
        s3.complete_multipart_upload(**at, MultipartUpload={"Parts": done})


def digest(algorithm: Algorithm, body: bytes) -> str:
    made = hasher(algorithm, CRCS.get(algorithm))
    made.update(body)
    return made.hexdigest()


def sts_readers(
    clients: Clients, role: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> StsSourceReaders:
    """With `role`, or with one of the bucket's account."""
    sts = clients("sts")
    account = sts.get_caller_identity()["Account"]

    def s3(credentials: Credentials) -> Any:  # noqa: ANN401 - boto3 has no types
        at = clients("s3").meta
        place = {"region_name": at.region_name, "endpoint_url": at.endpoint_url}
        return boto3.client("s3", config=S3_READS, **place, **credentials)

    role = role or f"arn:aws:iam::{account}:role/reader"
    return StsSourceReaders(sts, role, "aws", s3, now)
