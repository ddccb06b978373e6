"""Each refusal of S3 has its own true reason, and is tried again only where that helps."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from services.transfer.adapters.s3_errors import s3_errors, sts_errors
from services.transfer.adapters.s3_source_readers import ReaderSession, S3ObjectSource
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
from services.transfer.domain.source import ObjectRef, SourceObject
from tests.unit.transfer.s3_server import FOUND, Reply, S3Server, s3_server

NOW = datetime(2026, 11, 1, tzinfo=UTC)
REF = ObjectRef("outgoing", "day.csv")
PINNED = SourceObject(REF, 5, '"e"', None, NOW)
CUSTOMER_KEY = Reply(
    400,
    "InvalidRequest",
    "The object was stored using a form of Server Side Encryption. The correct parameters must be"
    " provided to retrieve the object.",
)
NO_DECRYPT = Reply(
    403,
    "AccessDenied",
    "User: arn:aws:sts::123456789012:assumed-role/reader/t is not authorized to perform:"
    " kms:Decrypt on resource: arn:aws:kms:eu-central-1:123456789012:key/k",
)
REASONS: list[tuple[Reply, type[SourceError]]] = [
    (CUSTOMER_KEY, SourceEncryptedByCustomerKey),
    (NO_DECRYPT, SourceKeyForbidden),
    (Reply(403, "AccessDenied", "Access Denied"), SourceForbidden),
    (Reply(400, "KMS.DisabledException", "key/k is disabled."), SourceKeyDisabled),
    (Reply(400, "KMS.KMSInvalidStateException", "is pending deletion."), SourceKeyDisabled),
    (Reply(405, "MethodNotAllowed", "of a delete marker"), VersionDeleted),
    (Reply(400, "ExpiredToken", "The provided token has expired."), ReaderRefused),
    (Reply(403, "RequestTimeTooSkewed", "The difference is too large"), ReaderRefused),
]
RETRYABLE = {SourceUnavailable, SourceThrottled, ReaderRefused}


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


def source(server: S3Server, ref: ObjectRef = REF) -> S3ObjectSource:
    session = ReaderSession(server.client(), NOW + timedelta(hours=1))
    return S3ObjectSource(lambda: session, ref, lambda: NOW)


def refusal(server: S3Server, ref: ObjectRef = REF) -> SourceError:
    with source(server, ref) as opened, pytest.raises(SourceError) as refused:
        opened.inspect()
    return refused.value


@pytest.mark.parametrize(("reply", "error"), REASONS)
def test_a_head_that_tells_no_reason_is_asked_again_as_a_get(
    server: S3Server, reply: Reply, error: type[SourceError]
) -> None:
    server.replies = {"HEAD object": Reply(reply.status), "GET object": reply}
    told = refusal(server)
    assert type(told) is error
    assert told.retryable is (error in RETRYABLE)
    assert "outgoing" in str(told)


def test_an_object_encrypted_by_a_customers_key_says_what_to_do(server: S3Server) -> None:
    server.replies = {"HEAD object": Reply(400), "GET object": CUSTOMER_KEY}
    told = refusal(server)
    assert told.code == "source_encrypted_by_customer_key"
    assert "SSE-C" in str(told)
    assert "Copy the object onto itself" in str(told)


def test_a_refusal_says_that_the_object_may_be_missing_where_nobody_may_list(
    server: S3Server,
) -> None:
    denied = Reply(403, "AccessDenied", "Access Denied")
    server.replies = {"HEAD object": Reply(403), "GET object": denied, "HEAD bucket": Reply(403)}
    assert "Check that the object exists" in str(refusal(server))
    assert "s3:ListBucket" in str(refusal(server))


@pytest.mark.parametrize("again", [FOUND, Reply(416, "InvalidRange")])
def test_where_get_refuses_nothing_the_answer_to_head_counts(
    server: S3Server, again: Reply
) -> None:
    server.replies = {"HEAD object": Reply(403), "GET object": again}
    assert type(refusal(server)) is SourceForbidden


def test_an_id_that_no_version_can_have_is_not_found(server: S3Server) -> None:
    invalid = Reply(400, "InvalidArgument", "Invalid version id specified")
    server.replies = {"HEAD object": Reply(400), "GET object": invalid}
    assert type(refusal(server, ObjectRef("outgoing", "day.csv", "no-id"))) is ObjectNotFound
    assert type(refusal(server)) is SourceUnavailable  # no version was asked for


@pytest.mark.parametrize(
    ("bucket", "error"),
    [(200, ObjectNotFound), (404, BucketNotFound), (403, ObjectNotFound)],
)
def test_a_missing_key_is_told_from_a_missing_bucket(
    server: S3Server, bucket: int, error: type[SourceError]
) -> None:
    server.replies = {"HEAD object": Reply(404), "HEAD bucket": Reply(bucket)}
    assert type(refusal(server)) is error


@pytest.mark.parametrize("region", [{}, {"x-amz-bucket-region": "us-east-2"}])
def test_a_bucket_that_s3_does_not_lead_to_is_elsewhere(
    server: S3Server, region: dict[str, str]
) -> None:
    moved = Reply(301, headers=region)
    server.replies = {"HEAD object": moved, "HEAD bucket": moved}
    told = refusal(server)
    assert (type(told), told.retryable) == (BucketElsewhere, False)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-storage-class": "GLACIER"},
        {"x-amz-storage-class": "DEEP_ARCHIVE", "x-amz-restore": 'ongoing-request="true"'},
        {
            "x-amz-storage-class": "INTELLIGENT_TIERING",
            "x-amz-archive-status": "DEEP_ARCHIVE_ACCESS",
        },
    ],
)
def test_an_archived_object_is_found_out_before_it_is_read(
    server: S3Server, headers: dict[str, str]
) -> None:
    server.replies = {"HEAD object": Reply(200, headers={**FOUND.headers, **headers}, body=b"1")}
    assert type(refusal(server)) is ObjectArchived
    restored = {"x-amz-restore": 'ongoing-request="false", expiry-date="Fri, 13 Nov 2026"'}
    readable = {**FOUND.headers, "x-amz-storage-class": "GLACIER", **restored}
    server.replies = {"HEAD object": Reply(200, headers=readable, body=b"1")}
    with source(server) as opened:
        opened.look()
    instant = {**FOUND.headers, "x-amz-storage-class": "GLACIER_IR"}
    server.replies = {"HEAD object": Reply(200, headers=instant, body=b"1")}
    with source(server) as opened:
        opened.look()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        *REASONS,
        (Reply(403, "InvalidObjectState", "not valid for the storage class"), ObjectArchived),
        (Reply(416, "InvalidRange", "not satisfiable"), SourceChanged),
        (Reply(412, "PreconditionFailed", "If-Match"), SourceChanged),
        (Reply(404, "NoSuchVersion", "does not exist"), ObjectNotFound),
        (Reply(404, "NoSuchBucket", "does not exist"), BucketNotFound),
        (Reply(301, "PermanentRedirect", "endpoint"), BucketElsewhere),
        (Reply(503, "SlowDown", "Please reduce your request rate."), SourceThrottled),
        (Reply(503, "ServiceUnavailable", "try again"), SourceUnavailable),
        (Reply(500, "InternalError", "try again"), SourceUnavailable),
    ],
)
def test_a_refused_read_has_the_same_reasons(
    server: S3Server, reply: Reply, error: type[SourceError]
) -> None:
    server.replies = {"GET object": reply, "HEAD bucket": Reply(200)}
    with source(server) as opened, pytest.raises(SourceError) as refused:
        list(opened.read(PINNED, 0, 5, 5))
    assert type(refused.value) is error
    assert refused.value.retryable is (error in RETRYABLE)


def test_a_key_is_shown_with_what_does_not_show_in_it(server: S3Server) -> None:
    server.replies = {"HEAD bucket": Reply(200)}
    told = refusal(server, ObjectRef("outgoing", "day\u200b\u3164.csv"))
    assert "'day<U+200B><U+3164>.csv'" in str(told)


def test_what_a_list_is_refused_for_is_not_taken_for_a_reason_of_an_object() -> None:
    for code in ("InvalidRequest", "MethodNotAllowed"):
        answer = ClientError({"Error": {"Code": code}}, "ListObjectsV2")
        with pytest.raises(SourceUnavailable, match=code), s3_errors("outgoing", "reports/"):
            raise answer


def test_what_sts_says_is_not_taken_for_a_reason_of_the_object() -> None:
    for code, kind in (("AccessDenied", ReaderRefused), ("Throttling", SourceThrottled)):
        answer = ClientError({"Error": {"Code": code}}, "AssumeRole")
        raised = pytest.raises(kind, match=f"AssumeRole: {code}")
        with raised as told, sts_errors("outgoing", "k"):
            raise answer
        assert told.value.retryable


def test_a_look_at_an_object_that_is_there_asks_once(server: S3Server) -> None:
    server.replies = {"HEAD object": FOUND}
    with source(server) as opened:
        opened.look()
    assert server.asked == ["HEAD object"]
