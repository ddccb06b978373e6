"""Answers that are whole, and answers that are none."""

import gzip
import time
from collections.abc import Callable

import pytest

from runtime.guarded_http import MAX_HEAD_BYTES, AnswerLost
from tests.integration.runtime.calling import SHORT_SECONDS, http, post, shows_no_secret
from tests.servers.raw_http import RawServer, after_some, drips, raw_server, resets, says

OK = b"HTTP/1.1 200 OK\r\n"
SLACK_SECONDS = 2.0  # a busy machine


def test_an_answer_has_its_status_headers_and_body() -> None:
    answer = OK + b"X-One: a\r\nx-one: b\r\nContent-Length: 2\r\n\r\nhi"
    with raw_server(lambda _: says(answer)) as server:
        got = post(http(), server.url, b"body")
    assert (got.status, got.body, got.headers["x-one"]) == (200, b"hi", "a, b")
    assert "hi" not in repr(got)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook/s3cret?sig=s3cret HTTP/1.1\r\n")
    assert f"host: 127.0.0.1:{server.port}\r\n".encode() in head.lower()
    assert b"accept-encoding: identity" in head.lower()
    assert b"X-Ours: yes" in head
    assert body == b"body"


def test_a_call_without_a_body_says_that_it_has_none() -> None:
    with raw_server(lambda _: says(OK + b"Content-Length: 0\r\n\r\n")) as server:
        http().send("POST", server.url, {})
        http().send("GET", server.url, {})
    assert b"content-length: 0" in server.requests[0].lower()
    assert b"content-length" not in server.requests[1].lower()


def test_what_the_caller_says_of_the_connection_does_not_count() -> None:
    with raw_server(lambda _: says(OK + b"Content-Length: 0\r\n\r\n")) as server:
        http().send("POST", server.url, {"hOST": "other", "Content-Length": "9"}, b"body")
    assert b"other" not in server.requests[0]
    assert b"content-length: 4" in server.requests[0].lower()


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with raw_server(lambda _: says(OK + b"Content-Length: 0\r\n\r\n")) as other:
        location = f"HTTP/1.1 307 Go\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n"
        with raw_server(lambda _: says(location.encode())) as server:
            assert post(http(), server.url).status == 307
    assert other.connections == 0


def test_a_compressed_answer_is_never_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with raw_server(lambda _: says(head + bomb)) as server:
        assert post(http(), server.url).body == bomb


def test_an_answer_in_tiny_chunks_counts() -> None:
    chunks = b"1\r\nx\r\n" * 1_000 + b"0\r\n\r\n"
    with raw_server(lambda _: says(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)) as server:
        assert post(http(max_answer_bytes=1_000), server.url).body == b"x" * 1_000


BAD = {
    "no status": b"nonsense s3cret\r\n\r\n",
    "status without number": b"HTTP/1.1 s3cret OK\r\n\r\n",
    "status 99": b"HTTP/1.1 099 s3cret\r\n\r\n",
    "an old protocol": b"s3cret\n",
    "header without colon": OK + b"s3cret\r\n\r\n",
    "length that is none": OK + b"Content-Length: s3cret\r\n\r\n",
    "length of 5,000 digits": OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nhi",
    "chunk that is none": OK + b"Transfer-Encoding: chunked\r\n\r\ns3cret\r\n",
    "another protocol": b"HTTP/1.1 101 s3cret\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
    "half an answer": OK + b"Content-Length: 20\r\n\r\ns3cret",
    "half a head": OK + b"X-Half: s3cret",
    "nothing": b"",
    "huge header": OK + b"X-Huge: " + b"s3cret" * MAX_HEAD_BYTES + b"\r\n\r\n",
    "many headers": OK + b"X: s3cret\r\n" * MAX_HEAD_BYTES + b"\r\n",
    "answers before the answer": b"HTTP/1.1 100 s3cret\r\n\r\n" * MAX_HEAD_BYTES,
    "huge body": OK + b"Content-Length: 300000\r\n\r\n" + b"s3cret" * 50_000,
    "huge body without length": OK + b"\r\n" + b"s3cret" * 50_000,
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
def test_what_is_no_whole_answer_is_lost(answer: bytes) -> None:
    with raw_server(lambda _: says(answer)) as server, pytest.raises(AnswerLost) as lost:
        post(http(), server.url)
    assert lost.value.host == "127.0.0.1"
    shows_no_secret(lost.value)


ENDLESS: dict[str, Callable[[RawServer], bytes]] = {
    "silence": lambda _: b"",
    "status line": lambda _: b"HTTP/1.1 200 ",
    "headers": lambda _: OK + b"X-Slow: ",
    "body": lambda _: OK + b"Content-Length: 100000\r\n\r\n",
}


@pytest.mark.parametrize("head", ENDLESS.values(), ids=ENDLESS.keys())
def test_the_deadline_counts_for_the_whole_call(head: Callable[[RawServer], bytes]) -> None:
    began = time.monotonic()
    with (
        raw_server(lambda server: drips(head(server), server.over)) as server,
        pytest.raises(AnswerLost, match="in time") as lost,
    ):
        post(http(SHORT_SECONDS), server.url)
    assert time.monotonic() - began < SHORT_SECONDS + SLACK_SECONDS
    shows_no_secret(lost.value)


def test_a_server_that_takes_nothing_is_left_in_time() -> None:
    with (
        raw_server(lambda server: lambda _: _wait(server), reads=False) as server,
        pytest.raises(AnswerLost, match="did not take the whole request"),
    ):
        post(http(SHORT_SECONDS), server.url, b"x" * 50_000_000)


def _wait(server: RawServer) -> None:
    server.over.wait(10)


def test_a_reset_may_come_after_the_work_was_done() -> None:
    with raw_server(lambda _: resets) as server, pytest.raises(AnswerLost):
        post(http(), server.url)


def test_a_reset_inside_the_request_counts_as_sent() -> None:
    with (
        raw_server(lambda _: after_some(resets), reads=False) as server,
        pytest.raises(AnswerLost),
    ):
        post(http(), server.url, b"x" * 50_000_000)


def test_an_early_answer_counts_although_the_request_was_not_taken_whole() -> None:
    answer = says(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    with raw_server(lambda _: after_some(answer), reads=False) as server:
        assert post(http(), server.url, b"x" * 50_000_000).status == 413


CUT = {
    "cut": b"HTTP/1.1 401 No\r\nContent-Length: 20\r\n\r\nhalf",
    "huge": b"HTTP/1.1 429 No\r\nRetry-After: 7\r\n\r\n" + b"x" * 300_000,
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT.keys())
def test_an_error_counts_although_its_explanation_is_cut(answer: bytes) -> None:
    with raw_server(lambda _: says(answer)) as server:
        got = post(http(), server.url)
    assert got.status in (401, 429)
    assert len(got.body) <= 262_144


def test_an_error_counts_although_its_explanation_never_ends() -> None:
    head = b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 100000\r\n\r\n"
    with raw_server(lambda server: drips(head, server.over)) as server:
        assert post(http(SHORT_SECONDS), server.url).headers["retry-after"] == "7"
