"""Calls the web servers of others: within a time and a size, and never our own network.

answer = GuardedHttp(guard).send("POST", url, {"Content-Type": "application/json"}, body)
"""

import logging
import math
import ssl
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from threading import Thread

import httpcore

from runtime.address_guard import AddressForbidden, AddressGuard, AddressRefused
from runtime.pinned_connection import PinnedConnections, Traffic
from runtime.web_address import AddressInvalid, WebAddress, parse

MAX_HEAD_BYTES = 32_768  # status line and headers; ServiceNow sends some 3 kB
# Of the answer on the wire. Servers may send it in chunks of a few bytes, each with its length.
WIRE_OVERHEAD = 2
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})
FIRST_ERROR = 400
NO_HTTP = "it closed the connection too early, or what it answers is no HTTP"
UNWRITABLE = "the call cannot be written as HTTP"
BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)

# The lines that httpcore writes at DEBUG have headers in them.
logging.getLogger("httpcore").setLevel(logging.INFO)


class CallFailed(Exception):
    """No text of these errors has the path or the query of an address: they may be secrets."""

    def __init__(self, host: str, reason: str) -> None:
        self.host, self.reason = host, reason
        super().__init__(f"{host or 'the address'}: {reason}")


class NotSent(CallFailed):
    """Surely nothing was sent: bad or forbidden address, no name, no connection, TLS."""


class AddressNotCalled(NotSent):
    """We never call such an address. Trying again does not help."""


class AnswerLost(CallFailed):
    """Something was sent, and no whole answer came. The server may have done what we asked for."""


@dataclass(frozen=True)
class HttpAnswer:
    """Names of headers are in lower case. The body is as it was sent, never unpacked.

    With a status of 400 or more the body may be cut. It only explains the status.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class GuardedHttp:
    """Each call has a connection of its own. One that is used again may be closed by then, and
    nobody could say whether the request was read. Threads may share this object.

    Redirects are answers like others. The environment (proxies, .netrc) does not count. `tls` is
    for tests; without it, the well-known authorities count.
    """

    def __init__(
        self,
        guard: AddressGuard,
        *,
        connect_seconds: float = 3.0,
        total_seconds: float = 15.0,
        max_answer_bytes: int = 262_144,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard, self._tls = guard, tls
        self._connect_seconds, self._total_seconds = connect_seconds, total_seconds
        self._max_answer_bytes = max_answer_bytes

    def check(self, url: str) -> None:
        """Raises NotSent if we would not call the address, or if its host has no address now."""
        self._permitted(url, Traffic(self._total_seconds, 0))

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        seconds: float = math.inf,
    ) -> HttpAnswer:
        """Makes the call once, within `seconds` if the caller has less time than usual. Raises
        NotSent and AnswerLost."""
        if body is None and method != "GET":
            body = b""  # some servers refuse a POST that does not say how long it is
        traffic = Traffic(min(seconds, self._total_seconds), MAX_HEAD_BYTES)
        address, pinned = self._permitted(url, traffic)
        connections = PinnedConnections(pinned, self._connect_seconds, traffic)
        tls = (self._tls or _well_known()) if address.scheme == "https" else None
        target = httpcore.URL(
            scheme=address.scheme, host=address.host, port=address.port, target=address.target
        )
        with httpcore.HTTPConnection(target.origin, tls, network_backend=connections) as connection:
            try:
                sent = _complete(headers, address)
                with connection.stream(method, target, headers=sent, content=body) as response:
                    return self._read(response, traffic)
            except BROKEN as error:
                failure = AnswerLost if traffic.sending else NotSent
                raise failure(address.host, _reason(error)) from None
            except ValueError:  # a header that is no Latin-1, or a number of 5,000 digits
                if traffic.sending:
                    raise AnswerLost(address.host, NO_HTTP) from None
                raise NotSent(address.host, UNWRITABLE) from None

    def _read(self, response: httpcore.Response, traffic: Traffic) -> HttpAnswer:
        traffic.readable_bytes = MAX_HEAD_BYTES + WIRE_OVERHEAD * self._max_answer_bytes
        body = bytearray()
        try:
            for piece in response.iter_stream():
                body += piece
                if len(body) > self._max_answer_bytes:
                    raise httpcore.ReadError("it answers with more than is taken")
        except BROKEN:
            if response.status < FIRST_ERROR:
                raise
        headers: dict[str, str] = {}
        for raw_name, raw_value in response.headers:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return HttpAnswer(response.status, headers, bytes(body[: self._max_answer_bytes]))

    def _permitted(self, url: str, traffic: Traffic) -> tuple[WebAddress, Sequence[str]]:
        """The addresses of the host to connect to. Raises NotSent."""
        try:
            address = parse(url)
            pinned = self._look_up(address, traffic.left_to_connect())
        except AddressInvalid as invalid:
            raise AddressNotCalled(invalid.host, invalid.reason) from None
        except AddressForbidden as forbidden:
            raise AddressNotCalled(forbidden.host, "it is in a network we do not call") from None
        except AddressRefused as unknown:
            raise NotSent(unknown.host, "the name has no address") from None
        except TimeoutError:
            raise NotSent(address.host, "its name was not looked up in time") from None
        if address.scheme == "http":
            pinned = [each for each in pinned if ip_address(each).is_loopback]
        if not pinned:
            raise AddressNotCalled(address.host, "it has to begin with https://")
        return address, pinned

    def _look_up(self, address: WebAddress, seconds: float) -> Sequence[str]:
        """The system's look-up has no limit of its own, so it gets a thread that may be left."""
        found: Future[Sequence[str]] = Future()

        def look_up() -> None:
            try:
                found.set_result(self._guard.addresses(address.host, address.port))
            except Exception as error:  # raised where it is waited for
                found.set_exception(error)

        Thread(target=look_up, daemon=True).start()
        return found.result(seconds)


@cache
def _well_known() -> ssl.SSLContext:
    return httpcore.default_ssl_context()


def _complete(headers: Mapping[str, str], address: WebAddress) -> list[tuple[bytes, bytes]]:
    """Raises ValueError for what is no Latin-1."""
    kept = {name: value for name, value in headers.items() if name.lower() not in OURS}
    ours = {
        "Host": address.host_header,
        "Connection": "close",
        "Accept-Encoding": "identity",  # because a small compressed body could unpack to any size
    }
    all_of_them = {**ours, **kept}.items()
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in all_of_them]


def _reason(error: Exception) -> str:
    """The texts of protocol errors repeat what was sent, so they are not told."""
    if isinstance(error, httpcore.LocalProtocolError):
        return UNWRITABLE
    if isinstance(error, httpcore.ProtocolError):
        return NO_HTTP
    return str(error)
