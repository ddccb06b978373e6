"""S3's answers as domain errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError

from services.transfer.domain.errors import (
    BucketNotFound,
    ObjectArchived,
    ObjectNotFound,
    SourceChanged,
    SourceError,
    SourceForbidden,
    SourceUnavailable,
)

FORBIDDEN = frozenset(
    {"403", "AccessDenied", "Forbidden", "InvalidAccessKeyId", "KMS.DisabledException"}
)
MISSING_KEY = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})


@contextmanager
def s3_errors(bucket: str, key: str = "", etag: str = "") -> Iterator[None]:
    """Raises SourceError for every error of S3 or of the way to it."""
    try:
        yield
    except ClientError as error:
        raise _domain_error(error, bucket, key, etag) from error
    except ParamValidationError as error:  # no bucket can have such a name
        raise BucketNotFound(bucket) from error
    except (BotoCoreError, HTTPClientError, OSError) as error:
        raise SourceUnavailable(bucket, key, type(error).__name__) from error


def _domain_error(error: ClientError, bucket: str, key: str, etag: str) -> SourceError:
    code = str(error.response.get("Error", {}).get("Code", "unknown"))
    if code == "NoSuchBucket":
        return BucketNotFound(bucket)
    if code in MISSING_KEY:
        return ObjectNotFound(bucket, key)
    if code in FORBIDDEN:
        return SourceForbidden(bucket, key)
    if code == "InvalidObjectState":
        return ObjectArchived(bucket, key)
    if code in {"412", "PreconditionFailed"}:
        return SourceChanged(bucket, key, etag)
    return SourceUnavailable(bucket, key, code)
