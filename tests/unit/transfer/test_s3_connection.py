"""What of HTTP is understood, and that nothing else is taken for an answer."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from urllib.parse import urlsplit

import pytest

from services.transfer.adapters.s3_connection import (
    MAX_LINE_BYTES,
    MAX_LINES,
    Answer,
    NotPlain,
    S3Connection,
)

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"
MOST_BYTES = 100


@contextmanager
def answering(*answers: bytes) -> Iterator[S3Connection]:
    """A connection with a server that gives one answer to each request, and then ends it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            theirs, _ = listening.accept()
            with theirs, theirs.makefile("rb") as requests:
                for each in answers:
                    while requests.readline() not in (b"\r\n", b""):
                        pass
                    theirs.sendall(each)

        thread = Thread(target=serve)
        thread.start()
        place = f"http://127.0.0.1:{listening.getsockname()[1]}"
        connection = S3Connection(urlsplit(place), None)
        try:
            yield connection
        finally:
            connection.close()
            thread.join()


def answer_of(raw: bytes, method: str = "GET") -> Answer:
    with answering(raw) as connection:
        connection.ask(method, "/bucket/key", {"host": "s3"})
        return connection.receive(MOST_BYTES)


def test_an_answer_has_a_status_headers_and_a_body() -> None:
    raw = b'HTTP/1.1 200 OK\r\nETag:"e"\r\nX-Empty:\r\ncontent-length:  3 \r\n\r\nabc'
    assert answer_of(raw) == (200, {"etag": '"e"', "x-empty": "", "content-length": "3"}, b"abc")


def test_one_request_after_the_other_has_its_own_answer() -> None:
    with answering(OK, OK.replace(b"12345", b"67890")) as connection:
        for body in (b"12345", b"67890"):
            connection.ask("GET", "/bucket/key", {"host": "s3"})
            assert connection.receive(MOST_BYTES).body == body
            assert connection.is_usable


@pytest.mark.parametrize(
    "raw",
    [OK.replace(b"\r\n\r\n", b"\r\nConnection: Close\r\n\r\n"), OK.replace(b"/1.1", b"/1.0")],
)
def test_a_connection_that_the_server_will_close_is_not_used_again(raw: bytes) -> None:
    with answering(raw) as connection:
        connection.ask("GET", "/bucket/key", {"host": "s3"})
        assert connection.receive(MOST_BYTES).body == b"12345"
        assert not connection.is_usable


@pytest.mark.parametrize(
    ("method", "raw"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ],
)
def test_some_answers_have_no_body_whatever_their_length(method: str, raw: bytes) -> None:
    assert answer_of(raw, method).body == b""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK",
        b"HTTP/2 200 OK\r\nContent-Length: 5\r\n\r\n12345",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
        b"HTTP/1.1 5\r\nContent-Length: 5\r\n\r\n12345",
        b"HTTP/1.1 2x0 OK\r\nContent-Length: 5\r\n\r\n12345",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nno header\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n folded: on\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length: \xb2\r\n\r\n12",
        b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * MAX_LINE_BYTES + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * (MAX_LINES + 1),
    ],
)
def test_what_is_not_plain_is_no_answer(raw: bytes) -> None:
    with pytest.raises(NotPlain):
        answer_of(raw)


def test_a_body_that_ends_early_is_no_answer() -> None:
    with pytest.raises(EOFError):
        answer_of(OK[:-1])


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb: c", "a\rb: c"])
def test_a_header_with_a_line_break_is_not_sent(value: str) -> None:
    with answering() as connection, pytest.raises(NotPlain):
        connection.ask("GET", "/bucket/key", {"if-match": value})


def test_a_connection_that_the_server_closed_meanwhile_gives_no_answer() -> None:
    with answering(OK) as connection:
        connection.ask("GET", "/bucket/key", {"host": "s3"})
        assert connection.receive(MOST_BYTES).body == b"12345"
        with suppress(OSError):  # it may be noticed now
            connection.ask("GET", "/bucket/key", {"host": "s3"})
        with pytest.raises((NotPlain, OSError)):
            connection.receive(MOST_BYTES)
