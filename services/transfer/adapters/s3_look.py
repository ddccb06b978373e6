"""Looks at an object without reading it. Where S3 refuses, it finds out why."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from services.transfer.adapters.s3_errors import code_of, s3_errors
from services.transfer.domain.errors import BucketNotFound, ObjectArchived, ObjectNotFound
from services.transfer.domain.source import ObjectRef

UNEXPLAINED = frozenset({"400", "403", "405"})  # HEAD has no body that says which of many reasons
ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
RESTORED = 'ongoing-request="false"'


def look_at(client: Any, ref: ObjectRef) -> Mapping[str, Any]:
    """S3's answer to HEAD. Raises SourceError, also for an object that could not be read now."""
    with s3_errors(ref.bucket, ref.key):
        try:
            head: Mapping[str, Any] = client.head_object(**address(ref), ChecksumMode="ENABLED")
        except ClientError as error:
            if code_of(error) == "404":
                _require_bucket(client, ref.bucket)
            if code_of(error) in UNEXPLAINED:
                _raise_reason(client, ref)
            raise
    if is_archived(head):
        raise ObjectArchived(ref.bucket, ref.key)
    return head


def is_archived(head: Mapping[str, Any]) -> bool:
    archived = head.get("ArchiveStatus") or head.get("StorageClass") in ARCHIVES
    return bool(archived) and RESTORED not in head.get("Restore", "")


def address(ref: ObjectRef) -> dict[str, str]:
    version = {"VersionId": ref.version_id} if ref.version_id else {}
    return {"Bucket": ref.bucket, "Key": ref.key, **version}


def _require_bucket(client: Any, bucket: str) -> None:
    """HEAD of an object answers 404 and does not tell whether the bucket or the key is missing."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) in {"404", "NoSuchBucket"}:
            raise BucketNotFound(bucket) from error
        if code_of(error) != "403":
            raise  # 403 is no error here: reading may be allowed where listing is not


def _raise_reason(client: Any, ref: ObjectRef) -> None:
    """Raises what S3 says to a GET of one byte, if it refuses that, too."""
    try:
        client.get_object(**address(ref), Range="bytes=0-0")["Body"].close()
    except ClientError as error:
        code = code_of(error)
        if code == "InvalidArgument" and ref.version_id:  # no version can have such an id
            raise ObjectNotFound(ref.bucket, ref.key) from error
        if code not in {"416", "InvalidRange"}:  # an empty object, and it may be read
            raise
