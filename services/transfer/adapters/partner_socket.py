"""The TCP connection with a partner's server. It notices when the server takes no more bytes, ends
when its time is over, and remembers why it ended."""

import errno
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    PartnerError,
    ProtocolViolation,
    TooSlow,
)
from services.transfer.domain.words import Words

GATHER_SECONDS = 0.001  # far below a round trip of a line on which each of them counts
MILLISECONDS = 1000
LOOK_MILLISECONDS = 100  # how soon a connection that is not wanted any more is given up
UNWANTED = "nobody waits for the session any more"
KEEPALIVE_SECONDS = 60
MIN_BYTES_PER_SECOND = 1024  # a modem of 1990 was quicker; below it a file of 1 GB takes 12 days


class Allowance:
    """The time for a whole session, from now on. A login may need two connections, and both share
    it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        return self._end - time.monotonic()


class PartnerSocket(socket.socket):
    """Ends a send in which the server takes fewer than MIN_BYTES_PER_SECOND for `stall_seconds`.
    paramiko alone would repeat it while the peer reads nothing.

    `fence` is asked before each send, because that is the last moment before bytes leave this
    process. So a process that slept for longer than its lease sends nothing more.

    `allowance` bounds the whole connection. paramiko's thread looks at the socket ten times a
    second, so it needs no watch of its own. `wanted` is asked as often while a session is being
    opened, and ends the connection when it says no."""

    stall_seconds: float = 60.0
    fence: Callable[[], object] | None = None
    allowance: Allowance | None = None
    wanted: Callable[[], bool] | None = None
    violation: str | None = None  # the rule that the server broke, and so the end
    overdue: str | None = None
    receive_bytes = 0  # at once, whatever is asked for
    _stalled_since: float | None = None
    _taken_bytes = 0  # since then

    def __init__(self, *family: Any, **from_number: Any) -> None:
        super().__init__(*family, **from_number)
        self._awaited = threading.Event()
        self._awaited.set()
        self._received, self._at = b"", 0  # what was received, and how much of it was asked for

    def send(self, data: bytes, flags: int = 0, /) -> int:  # type: ignore[override]
        if self.fence is not None:
            self.fence()  # whatever it raises, paramiko treats it as the end of the connection
        self._keep_allowance()
        try:
            sent = super().send(data, flags)
        except TimeoutError:
            self._wait_longer(0)
            raise
        if sent == len(data):
            self._stalled_since = None
        else:
            self._wait_longer(sent)
        return sent

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """May receive more than is asked for, and keep it for the next call."""
        if self._at == len(self._received):
            self._keep_allowance()
            self._awaited.wait(GATHER_SECONDS)
            self._received, self._at = super().recv(max(size, self.receive_bytes), flags), 0
        received = self._received[self._at : self._at + size]
        self._at += len(received)
        return received

    @property
    def arrived(self) -> memoryview:
        """What was received and not asked for yet."""
        return memoryview(self._received)[self._at :]

    def take(self, size: int) -> None:
        """The first bytes of what has arrived are used."""
        self._at += size

    def await_replies(self, *, at_once: bool) -> None:
        """While nobody waits for a single reply, they gather for a moment. So many small ones wake
        paramiko's thread once (measured: a sixth less CPU)."""
        if at_once:
            self._awaited.set()
        else:
            self._awaited.clear()

    def reason(self, host: str, port: int) -> PartnerError | None:
        """Why the connection ended, where the server's own behaviour was the reason."""
        if self.violation is not None:
            return ProtocolViolation(host, port, Words(self.violation))
        if self.overdue is not None:
            return TooSlow(host, port, self.overdue)
        return None

    def _wait_longer(self, sent: int) -> None:
        now = time.monotonic()
        if self._stalled_since is None:
            self._stalled_since, self._taken_bytes = now, 0
        self._taken_bytes += sent
        seconds = now - self._stalled_since
        if seconds < self.stall_seconds:
            return
        if self._taken_bytes < MIN_BYTES_PER_SECOND * seconds:
            # any OSError but TimeoutError ends paramiko's loop
            raise _aborted("the server reads nothing any more")
        self._stalled_since = None

    def _keep_allowance(self) -> None:
        if self.allowance is not None and self.allowance.left() <= 0:
            self.overdue = f"the session took longer than {self.allowance.seconds:g} s"
            raise _aborted(self.overdue)
        if self.wanted is not None and not self.wanted():
            raise _aborted(UNWANTED)


def _aborted(reason: str) -> ConnectionAbortedError:
    """paramiko reads the number and the text of an error that ends its thread."""
    return ConnectionAbortedError(errno.ECONNABORTED, reason)


def connect(
    addresses: Sequence[str],
    host: str,
    port: int,
    timeout_seconds: float,
    wanted: Callable[[], bool] = lambda: True,
) -> PartnerSocket:
    """Connects to the first of `addresses` that answers. If none does, raises the last one's
    error. All of them together get `timeout_seconds`, and each its share of what is left: who owns
    a name may give it any number of addresses. Ends when it is not `wanted` any more."""
    failure: PartnerError = ConnectionLost(host, port, "no address to connect to")
    end = time.monotonic() + timeout_seconds
    for number, address in enumerate(addresses):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = PartnerSocket(family, socket.SOCK_STREAM)
        seconds = (end - time.monotonic()) / (len(addresses) - number)
        try:
            _reach(connection, (address, port), seconds, wanted)
        except OSError as error:
            connection.close()
            failure = _failure(error, host, port, timeout_seconds)
            continue
        _configure(connection, timeout_seconds)
        return connection
    raise failure


def _reach(
    connection: PartnerSocket, place: tuple[str, int], seconds: float, wanted: Callable[[], bool]
) -> None:
    end = time.monotonic() + seconds
    connection.setblocking(False)
    error, answered = connection.connect_ex(place), select.poll()
    answered.register(connection, select.POLLOUT)
    while error in (errno.EINPROGRESS, errno.EWOULDBLOCK):
        if time.monotonic() >= end:
            raise TimeoutError
        if not wanted():
            raise _aborted(UNWANTED)
        if answered.poll(LOOK_MILLISECONDS):
            error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error:
        raise OSError(error, os.strerror(error))


def _configure(connection: PartnerSocket, timeout_seconds: float) -> None:
    connection.stall_seconds = timeout_seconds
    # Otherwise Nagle's algorithm holds back the tail of each request (measured: 130 -> 179 MB/s).
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # While a server computes a checksum nothing moves, and a gateway forgets a silent connection
    # (AWS's NAT after 350 s).
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_SECONDS)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: a peer that vanished is noticed in time
        connection.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(timeout_seconds * MILLISECONDS)
        )


def _failure(error: OSError, host: str, port: int, timeout_seconds: float) -> PartnerError:
    if isinstance(error, ConnectionRefusedError):
        return ConnectionRefused(host, port)
    if isinstance(error, TimeoutError):
        return ConnectionTimedOut(host, port, timeout_seconds)
    return ConnectionLost(host, port, error.strerror or type(error).__name__)
