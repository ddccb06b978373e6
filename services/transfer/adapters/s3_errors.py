"""Answers of S3 and STS as domain errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError

from services.transfer.domain.errors import (
    BucketElsewhere,
    BucketNotFound,
    ObjectArchived,
    ObjectNotFound,
    ReaderRefused,
    SourceChanged,
    SourceEncryptedByCustomerKey,
    SourceError,
    SourceForbidden,
    SourceKeyDisabled,
    SourceKeyForbidden,
    SourceThrottled,
    SourceUnavailable,
    VersionDeleted,
)

# An answer without a body, as to HEAD, has its HTTP status as code.
DEFINITE: Mapping[str, type[ObjectNotFound | SourceForbidden | ObjectArchived]] = {
    **dict.fromkeys(("404", "NoSuchKey", "NoSuchVersion", "NotFound"), ObjectNotFound),
    **dict.fromkeys(("403", "AccessDenied", "Forbidden"), SourceForbidden),
    "InvalidObjectState": ObjectArchived,
}
KMS = (
    "DisabledException",
    "KMSInvalidStateException",
    "InvalidStateException",
    "NotFoundException",
)
THROTTLED = frozenset(
    {"SlowDown", "Throttling", "ThrottlingException", "KMS.ThrottlingException"}
    | {"RequestLimitExceeded", "429"}
)
# The session is not good, or not any more, or our clock is wrong: none of it is about the object.
SESSION = frozenset(
    {"InvalidAccessKeyId", "InvalidToken", "ExpiredToken", "TokenRefreshRequired"}
    | {"SignatureDoesNotMatch", "RequestTimeTooSkewed"}
)
TOLD_BY_CODE: Mapping[str, type[SourceKeyDisabled | SourceThrottled | ReaderRefused]] = {
    **dict.fromkeys((f"KMS.{each}" for each in KMS), SourceKeyDisabled),
    **dict.fromkeys(THROTTLED, SourceThrottled),
    **dict.fromkeys(SESSION, ReaderRefused),
}
ELSEWHERE = frozenset(
    {"301", "307", "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed"}
    | {"IllegalLocationConstraintException"}
)
# 416: the object has become shorter than the range that was asked for.
CHANGED = frozenset({"412", "PreconditionFailed", "416", "InvalidRange"})
# To these calls S3 gives the codes below for one reason only.
OF_OBJECTS = frozenset({"HeadObject", "GetObject", "GetObjectAttributes"})
DELETE_MARKER = frozenset({"405", "MethodNotAllowed"})
NO_CUSTOMER_KEY = "InvalidRequest"  # the parameters of SSE-C are missing
DECRYPT = "kms:Decrypt"  # S3 tells a refusal of KMS from one of its own only in the text


@contextmanager
def s3_errors(bucket: str, key: str = "", etag: str = "") -> Iterator[None]:
    """Raises SourceError for every error of S3 or of the way to it."""
    with _way_errors(bucket, key):
        try:
            yield
        except ClientError as error:
            raise _domain_error(error, bucket, key, etag) from error


@contextmanager
def sts_errors(bucket: str, key: str) -> Iterator[None]:
    """Raises SourceError for every error of STS. None of them says anything about the object."""
    with _way_errors(bucket, key):
        try:
            yield
        except ClientError as error:
            code = code_of(error)
            kind = SourceThrottled if code in THROTTLED else ReaderRefused
            raise kind(bucket, key, f"AssumeRole: {code}") from error


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))


@contextmanager
def _way_errors(bucket: str, key: str) -> Iterator[None]:
    try:
        yield
    except ParamValidationError as error:  # no bucket can have such a name
        raise BucketNotFound(bucket) from error
    except RecursionError as error:  # botocore's: a redirect that names no region, again and again
        raise BucketElsewhere(bucket, "a redirect that leads nowhere") from error
    except (BotoCoreError, HTTPClientError, OSError) as error:
        raise SourceUnavailable(bucket, key, type(error).__name__) from error


def _domain_error(error: ClientError, bucket: str, key: str, etag: str) -> SourceError:
    code = code_of(error)
    if code == "NoSuchBucket":
        return BucketNotFound(bucket)
    if code in ELSEWHERE:
        return BucketElsewhere(bucket, code)
    if code in CHANGED and etag:
        return SourceChanged(bucket, key, etag)
    if error.operation_name in OF_OBJECTS:
        if code in DELETE_MARKER:
            return VersionDeleted(bucket, key)
        if code == NO_CUSTOMER_KEY:
            return SourceEncryptedByCustomerKey(bucket, key)
    if code == "AccessDenied" and DECRYPT in str(error.response["Error"].get("Message", "")):
        return SourceKeyForbidden(bucket, key)
    if code in DEFINITE:
        return DEFINITE[code](bucket, key)
    return TOLD_BY_CODE.get(code, SourceUnavailable)(bucket, key, code)
