"""Reads S3 objects with a session that may read exactly one object."""

import json
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.transfer.adapters.s3_checksums import (
    Answer,
    best_checksum,
    checksum_of_parts,
    checksums_of,
    listed_parts,
)
from services.transfer.adapters.s3_errors import s3_errors, sts_errors
from services.transfer.adapters.s3_look import address, look_at
from services.transfer.domain.checksums import Algorithm, ObjectChecksum
from services.transfer.domain.errors import (
    SourceChanged,
    SourceForbidden,
    SourceUnavailable,
)
from services.transfer.domain.ports import FolderSource
from services.transfer.domain.source import ObjectRef, SourceObject

SESSION_SECONDS = 900  # the shortest that STS gives, because nobody can revoke a session
RENEW_BEFORE = timedelta(seconds=60)  # longer than one ranged GET may take to begin
MAX_PARTS = 10_000  # of an object (S3's limit); we look at no more, whatever is listed
READS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:GetObjectAttributes",
    "s3:GetObjectVersionAttributes",
)
Credentials = dict[str, str]
# Characters of a key that a policy may show: printable ASCII without those of wildcards and
# variables and without those that JSON escapes.
PLAIN = frozenset(string.ascii_letters + string.digits + string.punctuation + " ") - set('*?$"\\')


class StsSourceReaders:
    """Implements SourceReaders: assumes the reader role with a session policy for the object."""

    def __init__(
        self,
        sts: Any,
        role_arn: str,
        partition: str,
        s3: Callable[[Credentials], Any],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._sts, self._role_arn, self._partition, self._s3 = sts, role_arn, partition, s3
        self._now = now

    def authorize(self, ref: ObjectRef, session_name: str) -> "S3ObjectSource":
        assume = self._assuming(ref, session_policy(ref, self._partition), session_name)
        return S3ObjectSource(assume, ref, self._now)

    def authorize_many(self, bucket: str, root: str, session_name: str) -> FolderSource:
        from services.transfer.adapters.s3_folder_source import S3FolderSource

        ref = ObjectRef(bucket, root)
        policy = session_policy(ref, self._partition, below=True)
        assume = self._assuming(ref, policy, session_name)
        return S3FolderSource(assume, bucket, root, self._now)

    def _assuming(
        self, ref: ObjectRef, policy: dict[str, Any], session_name: str
    ) -> "Callable[[], ReaderSession]":
        def assume() -> ReaderSession:
            with sts_errors(ref.bucket, ref.key):
                session = self._sts.assume_role(
                    RoleArn=self._role_arn,
                    RoleSessionName=session_name,
                    DurationSeconds=SESSION_SECONDS,
                    Policy=json.dumps(policy),
                )
            ends_at = session["Credentials"]["Expiration"]
            return ReaderSession(self._s3(credentials_of(session)), ends_at - RENEW_BEFORE)

        return assume

    def browser(self) -> Any:
        """An S3 client with all rights of the reader role, for listing."""
        with sts_errors("*", ""):
            session = self._sts.assume_role(
                RoleArn=self._role_arn,
                RoleSessionName="browse",
                DurationSeconds=SESSION_SECONDS,
            )
        return self._s3(credentials_of(session))


def credentials_of(session: Any) -> Credentials:
    given = session["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def session_policy(ref: ObjectRef, partition: str, *, below: bool = False) -> dict[str, Any]:
    """Allows to read this object and its checksums, and to learn whether bucket or key is missing.
    With `below` it is every object whose key begins with the ref's.
    '?' stands for characters that a policy would read as wildcards or variables. It also stands for
    those that JSON escapes, because a long key of them would pass the 2,048 characters that STS
    allows."""
    key = "".join(each if each in PLAIN else "?" for each in ref.key)
    bucket = f"arn:{partition}:s3:::{ref.bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": list(READS),
                "Resource": f"{bucket}/{key}*" if below else f"{bucket}/{key}",
            },
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
            {
                "Effect": "Allow",
                "Action": "kms:Decrypt",
                "Resource": "*",  # works only where a key's policy names the reader role
            },
        ],
    }


@dataclass(frozen=True)
class ReaderSession:
    client: Any = field(repr=False)
    renew_at: datetime


class S3ObjectSource:
    """Implements ObjectSource. It renews its session in time, and drops it when it is closed."""

    def __init__(
        self, assume: Callable[[], ReaderSession], ref: ObjectRef, now: Callable[[], datetime]
    ) -> None:
        self._assume, self._ref, self._now = assume, ref, now
        self._session: ReaderSession | None = assume()

    @property
    def _client(self) -> Any:
        if self._session is None:
            raise ValueError(f"the reader session for {self._ref} is closed")
        if self._now() >= self._session.renew_at:
            self._session = self._assume()
        return self._session.client

    def close(self) -> None:
        if self._session is not None:
            self._session.client.close()
        self._session = None

    def __enter__(self) -> "S3ObjectSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def look(self) -> None:
        look_at(self._client, self._ref)

    def inspect(self) -> SourceObject:
        ref = self._ref
        head = look_at(self._client, ref)
        found = SourceObject(
            ref=ObjectRef(ref.bucket, ref.key, head.get("VersionId", ref.version_id)),
            size_bytes=int(head["ContentLength"]),
            etag=head["ETag"],
            checksum=None,
            last_modified=head["LastModified"],
        )
        checksum = best_checksum(head, lambda algorithm: self._of_parts(found, algorithm))
        return replace(found, checksum=checksum)

    def part_checksums(self, source: SourceObject, first: int, count: int) -> Sequence[str]:
        return checksums_of(self._parts(source, first, count), source, first, count)

    def _of_parts(self, source: SourceObject, algorithm: Algorithm) -> ObjectChecksum | None:
        try:
            parts = self._parts(source, 0, MAX_PARTS)
            return checksum_of_parts(parts, source.size_bytes, algorithm)
        except SourceForbidden:  # an older role may not look at parts, but it can still read
            return None
        except SourceChanged as error:  # nothing is pinned yet, so a retry looks at the new object
            detail = "it was replaced while it was looked at"
            raise SourceUnavailable(source.ref.bucket, source.ref.key, detail) from error

    def _parts(self, source: SourceObject, first: int, count: int) -> Iterator[Answer]:
        ref = source.ref

        def page(after: int, limit: int) -> dict[str, Any]:
            with s3_errors(ref.bucket, ref.key, source.etag):
                told = self._client.get_object_attributes(
                    **address(ref),
                    ObjectAttributes=["ETag", "ObjectParts"],
                    PartNumberMarker=after,
                    MaxParts=limit,
                )
            if told.get("ETag", "").strip('"') != source.etag.strip('"'):  # no quotes here
                raise SourceChanged(ref.bucket, ref.key, source.etag)
            parts: dict[str, Any] = told.get("ObjectParts", {})
            return parts

        return listed_parts(page, first, count)

    def read(
        self, source: SourceObject, offset: int, length: int, block_bytes: int
    ) -> Iterator[bytes]:
        if length == 0:
            return
        ref = source.ref
        last = offset + length - 1
        with s3_errors(ref.bucket, ref.key, source.etag):
            answer = self._client.get_object(
                **address(ref),
                Range=f"bytes={offset}-{last}",
                IfMatch=source.etag,
            )
            body = answer["Body"]
            if answer["ContentLength"] != length:
                body.close()
                detail = f"{answer['ContentLength']} bytes instead of {length}"
                raise SourceUnavailable(ref.bucket, ref.key, detail)
            try:
                yield from _blocks(body, length, block_bytes, ref)
            finally:
                body.close()


def _blocks(body: Any, length: int, block_bytes: int, ref: ObjectRef) -> Iterator[bytes]:
    """Full blocks, then a shorter last one. Raises SourceUnavailable when the stream ends early."""
    left = length
    while left:
        block = body.read(min(block_bytes, left))
        if not block:
            raise SourceUnavailable(ref.bucket, ref.key, f"the stream ended {left} bytes early")
        left -= len(block)
        yield block
