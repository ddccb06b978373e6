"""S3 does not give us the object."""

from services.transfer.domain.errors.transfer_error import TransferError
from services.transfer.domain.invisible import shown


class SourceError(TransferError):
    """S3 does not give us the object."""

    @property
    def name(self) -> str:
        """The key, with what does not show in it as code points."""
        return shown(str(getattr(self, "key", "")))


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
        "Bucket {bucket!r} holds no object {name!r}. Check the key (case and slashes count) and the"
        " version."
    )
    bucket: str
    key: str


class VersionDeleted(SourceError):
    code = "version_deleted"
    message = (
        "The version of {name!r} in bucket {bucket!r} is a delete marker: it says that the object"
        " was deleted, and has no content. Choose an earlier version."
    )
    bucket: str
    key: str


class BucketElsewhere(SourceError):
    code = "bucket_elsewhere"
    message = (
        "Bucket {bucket!r} is in another region, or at another S3, than FileFerry asks ({detail})."
        " Choose a bucket there, or have FileFerry's region and S3 endpoint checked."
    )
    bucket: str
    detail: str


class SourceForbidden(SourceError):
    """Without s3:ListBucket S3 answers in this way for an object that does not exist, too."""

    code = "source_forbidden"
    message = (
        "S3 does not let FileFerry read {name!r} in bucket {bucket!r}. Check that the object"
        " exists, then grant s3:GetObject and s3:ListBucket (and kms:Decrypt for encrypted objects)"
        " to FileFerry's reader role: without s3:ListBucket S3 does not say that an object is"
        " missing."
    )
    bucket: str
    key: str


class SourceKeyForbidden(SourceError):
    code = "source_key_forbidden"
    message = (
        "Object {name!r} in bucket {bucket!r} is encrypted with a KMS key that FileFerry may not"
        " use. Grant kms:Decrypt to FileFerry's reader role, in the key's policy as well if the key"
        " is another account's."
    )
    bucket: str
    key: str


class SourceKeyDisabled(SourceError):
    code = "source_key_disabled"
    message = (
        "Object {name!r} in bucket {bucket!r} is encrypted with a KMS key that is disabled, deleted"
        " or about to be deleted ({detail}). Have the key enabled, then retry the transfer."
    )
    bucket: str
    key: str
    detail: str


class SourceEncryptedByCustomerKey(SourceError):
    code = "source_encrypted_by_customer_key"
    message = (
        "Object {name!r} in bucket {bucket!r} is encrypted with a key that S3 does not keep"
        " (SSE-C), so nobody can read it without that key, and FileFerry takes none. Copy the"
        " object onto itself with another encryption (SSE-S3 or SSE-KMS), then send it."
    )
    bucket: str
    key: str


class SourceChanged(SourceError):
    code = "source_changed"
    message = (
        "Object {name!r} in bucket {bucket!r} is no longer the one with ETag {etag} that this"
        " transfer began with. Retry the transfer to send the new content from its beginning."
        " Where the request names that ETag, start a new transfer."
    )
    bucket: str
    key: str
    etag: str


class OtherObjectWanted(SourceChanged):
    """`etag` is the one that the request names. Other content was never asked for."""

    message = (
        "Object {name!r} in bucket {bucket!r} is not the one with ETag {etag} that was asked for."
        " Look at what is there now. Start a new transfer if that should be sent; this one sends"
        " nothing else, also in a retry."
    )


class ObjectGrew(SourceError):
    """It was planned among the small files, which are held in memory as a whole."""

    code = "object_grew"
    message = (
        "Object {name!r} in bucket {bucket!r} has {size_bytes} bytes now. When this transfer began"
        " it had less, or nobody could see it, and its place is among files of at most {most_bytes}"
        " bytes. Send it in a new transfer."
    )
    bucket: str
    key: str
    size_bytes: int
    most_bytes: int


class ObjectArchived(SourceError):
    code = "object_archived"
    message = (
        "Object {name!r} in bucket {bucket!r} is archived and cannot be read. Restore it from"
        " Glacier, then retry the transfer."
    )
    bucket: str
    key: str


class SourceUnavailable(SourceError):
    code, retryable = "source_unavailable", True
    message = (
        "S3 did not deliver {name!r} from bucket {bucket!r} ({detail}). Retried by itself; see the"
        " AWS status page if it stays."
    )
    bucket: str
    key: str
    detail: str


class SourceThrottled(SourceError):
    code, retryable = "source_throttled", True
    message = (
        "S3 asks for fewer requests ({detail}) while {name!r} is read from bucket {bucket!r}."
        " Retried by itself; if it stays, send fewer files at a time from this bucket, or ask who"
        " else reads it."
    )
    bucket: str
    key: str
    detail: str


class ReaderRefused(SourceError):
    """STS refused the session, so nobody knows yet what S3 would say about the object."""

    code, retryable = "reader_refused", True
    message = (
        "FileFerry cannot become its reader role to read {name!r} in bucket {bucket!r} ({detail})."
        " Retried by itself; if it stays, FileFerry's operator must check the role and its trust."
    )
    bucket: str
    key: str
    detail: str


class NothingSelected(SourceError):
    code = "nothing_selected"
    message = (
        "Nothing in bucket {bucket!r} is to be sent: no object below {name!r} fits the patterns."
        " Check the prefix (case and slashes count) and the patterns."
    )
    bucket: str
    key: str


class TooManyFiles(SourceError):
    code = "too_many_files"
    message = (
        "{name!r} in bucket {bucket!r} stands for more than {most} objects ({seen} seen). Send it"
        " in several transfers: by longer prefixes, by patterns or by several manifests."
    )
    bucket: str
    key: str
    most: int
    seen: int


class ListingTooSlow(SourceError):
    code, retryable = "listing_too_slow", True
    message = (
        "S3 needed more than {seconds} seconds to tell what {name!r} in bucket {bucket!r} stands"
        " for ({seen} objects by then). Retried by itself; if it stays, send it in several"
        " transfers: by longer prefixes or by several manifests."
    )
    bucket: str
    key: str
    seen: int
    seconds: int


class ManifestInvalid(SourceError):
    code = "manifest_invalid"
    message = (
        "The manifest {name!r} in bucket {bucket!r} cannot be used: {detail}. It is UTF-8 text with"
        ' one key in each line, or one JSON object as {{"key": "a/b.csv"}} in each.'
    )
    bucket: str
    key: str
    detail: str


class SourceCorrupted(SourceError):
    """The bytes that we read from S3 do not have the checksum that S3 keeps for them."""

    code, retryable = "source_corrupted", True
    message = (
        "What was read of {name!r} has the {algorithm} {found}, expected {expected}. It is read"
        " once more by itself. If it stays, check the object, then retry the transfer."
    )
    key: str
    algorithm: str
    expected: str
    found: str
