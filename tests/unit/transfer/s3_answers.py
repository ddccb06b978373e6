"""S3's answers about an object's checksums, as AWS documents them, for the real adapter."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.stub import Stubber

from services.transfer.adapters.s3_source_readers import ReaderSession, S3ObjectSource
from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.source import ObjectRef

Answer = dict[str, Any]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
REF = ObjectRef("outgoing", "day.csv")
AT = {"Bucket": REF.bucket, "Key": REF.key}
MD5 = hashlib.md5(b"day", usedforsecurity=False).hexdigest()
PLAIN, IN_PARTS = f'"{MD5}"', f'"{MD5}-3"'
MD5_KNOWN = ObjectChecksum(Algorithm.MD5, MD5)
SHA = hashlib.sha256(b"day")
SHA_KNOWN = ObjectChecksum(Algorithm.SHA256, SHA.hexdigest())
SHA_TEXT = base64.b64encode(SHA.digest()).decode()
SHA1 = hashlib.sha1(b"day", usedforsecurity=False)
SHA1_TEXT = base64.b64encode(SHA1.digest()).decode()
CRC = {"ChecksumCRC32": "AAAAKg=="}
CRC64 = {"ChecksumCRC64NVME": "AAAAAAAAACo="}
CRC_KNOWN = ObjectChecksum(Algorithm.CRC32, "0000002a")
WHOLE, COMPOSITE = {"ChecksumType": "FULL_OBJECT"}, {"ChecksumType": "COMPOSITE"}
BY_PART = {**COMPOSITE, "ChecksumSHA256": f"{SHA_TEXT}-3", "ETag": IN_PARTS}


@contextmanager
def s3_answers() -> Iterator["S3"]:
    opened = S3()
    yield opened
    opened.stub.assert_no_pending_responses()
    opened.source.close()


class S3:
    """The answers that S3 gives next. A call that is not among them fails the test."""

    def __init__(self, ref: ObjectRef = REF) -> None:
        client = boto3.client("s3", region_name="eu-central-1")
        self.stub = Stubber(client)
        self.stub.activate()
        session = ReaderSession(client, NOW + timedelta(hours=1))
        self.source = S3ObjectSource(lambda: session, ref, lambda: NOW)

    def has(self, head: Answer, size: int = 25) -> None:
        known = {"ETag": PLAIN, "ContentLength": size, "LastModified": NOW, **head}
        self.stub.add_response("head_object", known, {**AT, "ChecksumMode": "ENABLED"})

    def lists(
        self,
        sizes: list[int],
        after: int = 0,
        limit: int = 1_000,
        etag: str = IN_PARTS,
        more: bool = False,
        version: str | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> None:
        parts = [
            {"PartNumber": number, "Size": size, "ChecksumSHA256": text_of(number), **changes}
            for number, size in enumerate(sizes, after + 1)
        ]
        answer = {
            "ETag": etag.strip('"'),  # S3 quotes it everywhere but here
            "ObjectParts": {"Parts": parts, "IsTruncated": more} if parts else {},
        }
        asked: Answer = {**AT, **({"VersionId": version} if version else {})}
        asked |= {"ObjectAttributes": ["ETag", "ObjectParts"]}
        asked |= {"PartNumberMarker": after, "MaxParts": limit}
        self.stub.add_response("get_object_attributes", answer, asked)

    def refuses(self, code: str) -> None:
        self.stub.add_client_error("get_object_attributes", code)

    def checksum(self) -> ObjectChecksum | None:
        return self.source.inspect().checksum


def digest_of(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


def text_of(number: int) -> str:
    return base64.b64encode(digest_of(number)).decode()
