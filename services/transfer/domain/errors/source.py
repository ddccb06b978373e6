"""S3 does not give us the object."""

from services.transfer.domain.errors.transfer_error import TransferError


class SourceError(TransferError):
    """S3 does not give us the object."""


class BucketNotFound(SourceError):
    code = "bucket_not_found"
    message = (
        "Bucket {bucket!r} does not exist. Check the name; GET /api/buckets lists those you can"
        " read."
    )
    bucket: str


class ObjectNotFound(SourceError):
    code = "object_not_found"
    message = (
        "Bucket {bucket!r} holds no object {key!r}. Check the key (case and slashes count) and the"
        " version."
    )
    bucket: str
    key: str


class SourceForbidden(SourceError):
    code = "source_forbidden"
    message = (
        "Reading {key!r} in bucket {bucket!r} is not permitted. Grant s3:GetObject (and kms:Decrypt"
        " for encrypted objects) to FileFerry's reader role."
    )
    bucket: str
    key: str


class SourceChanged(SourceError):
    code = "source_changed"
    message = (
        "Object {key!r} in bucket {bucket!r} is no longer the one with ETag {etag} that this"
        " transfer began with. Retry the transfer to send the new content from its beginning."
    )
    bucket: str
    key: str
    etag: str


class ObjectArchived(SourceError):
    code = "object_archived"
    message = (
        "Object {key!r} in bucket {bucket!r} is archived and cannot be read. Restore it from"
        " Glacier, then retry the transfer."
    )
    bucket: str
    key: str


class SourceUnavailable(SourceError):
    code, retryable = "source_unavailable", True
    message = (
        "S3 did not deliver {key!r} from bucket {bucket!r} ({detail}). Retried by itself; see the"
        " AWS status page if it stays."
    )
    bucket: str
    key: str
    detail: str


class SourceCorrupted(SourceError):
    """The bytes that we read from S3 do not have the checksum that S3 keeps for them."""

    code, retryable = "source_corrupted", True
    message = (
        "What was read of {key!r} has the {algorithm} {found}, expected {expected}. It is read and"
        " sent once more by itself."
    )
    key: str
    algorithm: str
    expected: str
    found: str
