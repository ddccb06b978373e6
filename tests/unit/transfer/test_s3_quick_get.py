"""Our own signature is botocore's, and only a good answer counts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.transfer.adapters.s3_folder_source import AT_ONCE, S3FolderSource
from services.transfer.adapters.s3_quick_get import (
    ANSWER_BYTES,
    UNRESERVED,
    Got,
    QuickGet,
    Signer,
)
from services.transfer.adapters.s3_source_readers import ReaderSession
from services.transfer.domain.errors import ObjectNotFound
from services.transfer.domain.inventory import SMALL_BYTES, ListedFile
from tests.unit.transfer.s3_server import FOUND, Reply, S3Server, s3_server

HOST = "s3.eu-central-1.amazonaws.com"


@pytest.mark.parametrize("token", [None, "a/session+token=="])
@pytest.mark.parametrize("key", ["a", "a b/ü+%2f", "~*'()!&=@:,$;?#"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_signature_is_that_of_botocore(token: str | None, key: str, method: str) -> None:
    credentials = Credentials("AKID", "secret", token)
    path = quote(f"/bucket/{key}", safe=UNRESERVED)
    now = datetime.now(UTC)
    signer = Signer(credentials, "eu-central-1", HOST, lambda: now)
    ours = signer.signed(path, {"if-match": '"e"'}, method)
    asked = AWSRequest(method, f"https://{HOST}{path}", headers={"if-match": '"e"'})
    theirs = S3SigV4Auth(credentials, "s3", "eu-central-1")
    asked.context["timestamp"] = ours["x-amz-date"]
    asked.headers["X-Amz-Content-SHA256"] = ours["x-amz-content-sha256"]
    asked.headers["X-Amz-Date"] = ours["x-amz-date"]
    if token:
        asked.headers["X-Amz-Security-Token"] = token
    request = theirs.canonical_request(asked)
    signature = theirs.signature(theirs.string_to_sign(asked, request), asked)
    assert ours["authorization"].endswith(f"Signature={signature}")


def get(quick: QuickGet, etag: str = '"e"') -> Got | None:
    connection = quick.asked("bucket", "key", etag)
    return None if connection is None else quick.answered(connection, 5)


def test_an_answer_is_taken_with_its_headers() -> None:
    with s3_server() as server:
        server.replies["GET object"] = FOUND
        quick = QuickGet(server.client())
        for _ in range(3):
            assert get(quick) == ({"ETag": '"e"'}, b"12345")
        quick.close()


@pytest.mark.parametrize("status", [206, 301, 307, 403, 404, 412, 500, 503])
def test_any_other_answer_is_none(status: int) -> None:
    with s3_server() as server:
        server.replies["GET object"] = Reply(status, body=b"12345")
        quick = QuickGet(server.client())
        assert get(quick) is None
        server.replies["GET object"] = FOUND
        assert get(quick) == ({"ETag": '"e"'}, b"12345")
        quick.close()


def test_nobody_who_answers_is_none() -> None:
    with s3_server() as server:
        client = server.client()
    assert get(QuickGet(client)) is None


def test_a_line_break_in_an_etag_becomes_no_header_of_its_own() -> None:
    with s3_server() as server:
        server.replies["GET object"] = FOUND
        assert get(QuickGet(server.client()), '"e"\r\nx-amz-acl: public-read') is None
        assert server.asked == []


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_an_answer_that_may_be_longer_than_its_object_is_not_read(headers: dict[str, str]) -> None:
    with s3_server() as server:
        long = Reply(200, headers={**FOUND.headers, **headers}, body=b"x" * (ANSWER_BYTES + 1))
        server.replies["GET object"] = long
        quick = QuickGet(server.client())
        assert get(quick) is None
        server.replies["GET object"] = FOUND
        assert get(quick) == ({"ETag": '"e"'}, b"12345")
        quick.close()


HEADERS = {"ETag": '"e"', "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT"}


def test_a_look_is_answered_with_what_s3_says() -> None:
    with s3_server() as server:
        cold = {**HEADERS, "x-amz-storage-class": "GLACIER", "x-amz-restore": "x"}
        server.replies["HEAD object"] = Reply(200, headers=cold, body=b"12345")
        quick = QuickGet(server.client())
        told = quick.head("bucket", "key")
        assert told is not None
        status, seen = told
        assert (status, seen["ContentLength"], seen["ETag"]) == (200, "5", '"e"')
        assert (seen["StorageClass"], seen["Restore"]) == ("GLACIER", "x")
        server.replies["HEAD object"] = Reply(404)
        assert quick.head("bucket", "key") == (404, {"ContentLength": "0"})
        server.replies["HEAD object"] = Reply(200, body=b"12345")
        assert quick.head("bucket", "key") is None
        quick.close()


def test_objects_are_looked_at_without_asking_twice() -> None:
    """Of those that are missing, only the first one is asked about with care."""
    with s3_server() as server:
        server.replies["HEAD bucket"] = Reply(200)
        server.replies["HEAD object"] = Reply(404)
        with folder_source(server) as source:
            one, *more = [each for _ in range(3) for each in source.looked_at(["key"])]
            assert {type(each) for each in (one, *more)} == {ObjectNotFound}
            assert server.asked.count("HEAD object") == 4
            cold = {**HEADERS, "x-amz-storage-class": "DEEP_ARCHIVE"}
            server.replies["HEAD object"] = Reply(200, headers=cold, body=b"12345")
            [listed] = source.looked_at(["key"])
            assert isinstance(listed, ListedFile)
            assert (listed.size_bytes, listed.modified) == (5, datetime(2026, 11, 1, tzinfo=UTC))
            assert listed.refusal is not None
            assert listed.refusal[0] == "object_archived"


def folder_source(server: S3Server) -> S3FolderSource:
    def session() -> ReaderSession:
        return ReaderSession(server.client(), datetime.max.replace(tzinfo=UTC))

    return S3FolderSource(session, "bucket", "", lambda: datetime.now(UTC))


@pytest.mark.parametrize(("size", "most"), [(5, AT_ONCE), (SMALL_BYTES, 4)])
def test_only_so_much_is_on_its_way_at_once(size: int, most: int) -> None:
    taken: list[ListedFile] = []

    def files() -> Iterator[ListedFile]:
        for number in range(100):
            taken.append(listed(f"{number}", size))
            yield taken[-1]

    with s3_server() as server, folder_source(server) as source:
        server.replies["GET object"] = FOUND
        coming = source.fetched(files())
        for number in range(3):
            assert next(coming).file.key == f"{number}"
        assert len(taken) == most + 3  # the next one is asked for before an answer is handed on
        coming.close()


def test_a_renewed_session_loses_nothing_that_is_on_its_way() -> None:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    begun: list[ReaderSession] = []
    with s3_server() as server:
        server.replies["GET object"] = FOUND

        def session() -> ReaderSession:
            begun.append(ReaderSession(server.client(), now[0] + timedelta(minutes=1)))
            return begun[-1]

        with S3FolderSource(session, "bucket", "", lambda: now[0]) as source:
            found = []
            for each in source.fetched([listed(f"{n}", 5) for n in range(3 * AT_ONCE)]):
                found.append(each)
                now[0] += timedelta(seconds=2)
        assert [each.body for each in found] == [b"12345"] * 3 * AT_ONCE
        assert len(begun) == 2
        assert server.asked.count("GET object") == 3 * AT_ONCE  # and nothing was asked for twice


def listed(key: str, size: int) -> ListedFile:
    return ListedFile(key, key, size, '"e"', datetime(2026, 11, 1, tzinfo=UTC))
