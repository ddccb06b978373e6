"""One kept-alive connection to S3, and as much of HTTP/1.1 as S3 speaks (RFC 9112).

http.client takes four times as long for a small object: it reads headers as those of a mail. Here a
request and its answer are two steps, so that one thread has many on their way.
"""

from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from ssl import SSLContext
from typing import BinaryIO, NamedTuple
from urllib.parse import SplitResult

READ_SECONDS = 30.0
MAX_LINE_BYTES = 8192
MAX_LINES = 100
MAX_DIGITS = 19  # of a length
LASTS, LASTS_NOT = b"HTTP/1.1", b"HTTP/1.0"  # the connection, if the server says nothing else
END = b"\r\n"
WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class NotPlain(Exception):
    """An answer that this client does not read."""


class Answer(NamedTuple):
    """The headers' names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class S3Connection:
    """For one thread at a time. After any error it is of no use: close it."""

    def __init__(self, endpoint: SplitResult, tls: SSLContext | None) -> None:
        """Connects. Raises OSError."""
        host, port = endpoint.hostname or "", endpoint.port
        opened: HTTPConnection
        if tls is None:
            opened = HTTPConnection(host, port, timeout=READ_SECONDS)
        else:
            opened = HTTPSConnection(host, port, timeout=READ_SECONDS, context=tls)
        opened.connect()
        self._socket = opened.sock
        self._answers: BinaryIO = self._socket.makefile("rb")
        self._method = ""
        self.is_usable = True  # for one more request, once the answer is received

    def ask(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Sends a request without a body. Its answer is to be received before the next one is sent.
        Raises NotPlain for a header that would be two, OSError."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        if any("\r" in each or "\n" in each for each in lines):
            raise NotPlain("a line break in a header")
        self._method = method
        request = "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", ""))
        self._socket.sendall(request.encode())

    def receive(self, most_bytes: int) -> Answer:
        """Raises NotPlain, also for a body of more than `most_bytes` and for one that does not say
        how long it is, OSError, EOFError."""
        version, status = self._status()
        headers = self._headers()
        length = self._length(status, headers)
        if length > most_bytes:
            raise NotPlain(f"{length} bytes")
        body = self._answers.read(length)
        if len(body) < length:
            raise EOFError("S3 closed the connection")
        self.is_usable = version == LASTS and headers.get("connection", "").lower() != "close"
        return Answer(status, headers, body)

    def close(self) -> None:
        self.is_usable = False
        self._answers.close()
        self._socket.close()

    def _status(self) -> tuple[bytes, int]:
        version, _, rest = self._line().partition(b" ")
        code = rest[:3]
        final = len(code) == 3 and code.isdigit() and code >= b"200"
        if version not in (LASTS, LASTS_NOT) or not final:
            raise NotPlain("no final answer of HTTP/1")
        return version, int(code)

    def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(MAX_LINES):
            line = self._line()
            if not line:
                return headers
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or name != name.strip():
                raise NotPlain("a line that is no header")
            headers[name.lower()] = value.strip()
        raise NotPlain(f"more than {MAX_LINES} headers")

    def _line(self) -> bytes:
        line = self._answers.readline(MAX_LINE_BYTES)
        if not line.endswith(END):
            raise NotPlain("a line without an end")
        return line[:-2]

    def _length(self, status: int, headers: Mapping[str, str]) -> int:
        told = headers.get("content-length", "")
        if self._method == "HEAD" or status in WITHOUT_BODY:
            return 0
        known = told.isascii() and told.isdigit() and len(told) <= MAX_DIGITS
        if "transfer-encoding" in headers or not known:
            raise NotPlain("a body of unknown length")
        return int(told)
