"""One TCP connection with an FTP server, plain or with TLS.

TLS is done in memory. So every byte goes through the PartnerSocket, which bounds and fences it, and
a whole block is encrypted at once and sent at once.
"""

import errno
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from fcntl import ioctl
from functools import partial
from struct import unpack
from termios import TIOCOUTQ
from typing import TypeVar, cast

from services.transfer.adapters.partner_socket import PartnerSocket

POLL_SECONDS = 0.1  # so often a wait looks whether it is still wanted
RECEIVE_BYTES = 256 << 10

T = TypeVar("T")


class Interrupted(Exception):
    """The server takes no more bytes, and the caller wants to know why."""


class FtpConnection:
    """For one thread. Only `close` may come from another: then a call that waits raises OSError.
    Every error is an OSError, but Interrupted. TimeoutError is one, too."""

    def __init__(self, sock: PartnerSocket) -> None:
        sock.settimeout(POLL_SECONDS)
        self.sock = sock
        self._tls: ssl.SSLObject | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._using = threading.RLock()  # no number of a socket is used after it was closed
        self._closed = False

    @property
    def tls(self) -> ssl.SSLObject | None:
        return self._tls

    def peer_address(self) -> str:
        return str(self._locked(self.sock.getpeername)[0])

    def guard(self, fence: Callable[[], object] | None) -> None:
        """See PartnerSession.guard."""

        def asked() -> None:
            try:
                if fence is not None:
                    fence()
            except Exception as error:
                raise ConnectionAbortedError(errno.ECONNABORTED, str(error)) from None

        self.sock.fence = asked

    def secure(
        self,
        context: ssl.SSLContext,
        host: str,
        seconds: float,
        session: ssl.SSLSession | None = None,
    ) -> None:
        """The TLS handshake. `session` is the one to resume. Raises ssl.SSLError, too."""
        end = time.monotonic() + seconds
        tls = context.wrap_bio(
            self._incoming, self._outgoing, server_hostname=host, session=session
        )
        try:
            while not self._shakes_hands(tls):
                self._send_encrypted(None)
                if time.monotonic() >= end:
                    raise TimeoutError
                received = self._receive_raw(end)
                if not received:
                    raise ConnectionResetError(errno.ECONNRESET, "it ended in the TLS handshake")
                self._incoming.write(received)
        finally:
            with suppress(OSError):
                self._send_encrypted(None)  # the last flight, or why it failed
        self._tls = tls

    def send(self, data: bytes | memoryview, gives_up: Callable[[], bool] | None = None) -> None:
        """Returns when all of it is on its way. `gives_up` is asked while the server takes nothing;
        raises Interrupted when it says yes."""
        if self._tls is None:
            self._send_raw(data, gives_up)
            return
        self._tls.write(data)
        self._send_encrypted(gives_up)

    def receive(self, size: int, seconds: float) -> bytes:
        """At most `size` bytes, as soon as there are any. Empty at the end, also at one without
        TLS's own. Raises TimeoutError, also when only records without data came, or parts of
        one."""
        end = time.monotonic() + seconds
        late = False  # one try is made in any case
        while True:
            if self._tls is None:
                return self._receive_raw(end, size)
            try:
                return self._tls.read(size)
            except ssl.SSLWantReadError:
                self._send_encrypted(None)  # answers to what is no data
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""
            if late:
                raise TimeoutError
            received = self._receive_raw(end)
            if received:
                self._incoming.write(received)
            else:
                self._incoming.write_eof()
            late = time.monotonic() >= end

    def has_more(self) -> bool:
        """Whether something came that was not received yet."""
        if self._tls is not None and (self._incoming.pending or self._tls.pending()):
            return True
        return bool(self._locked(lambda: select.select([self.sock], [], [], 0)[0]))

    def end_sending(self) -> None:
        """Tells the other side that no more comes."""
        if self._tls is not None:
            with suppress(ssl.SSLError):
                self._tls.unwrap()  # waits for no answer
            self._send_encrypted(None)
        self._locked(lambda: self.sock.shutdown(socket.SHUT_WR))

    def unsent_bytes(self) -> int:
        """What the other side has not acknowledged yet, as far as the system tells."""
        try:
            told: bytes = self._locked(lambda: ioctl(self.sock, TIOCOUTQ, bytes(4)))
        except OSError:
            return 0
        return int(unpack("i", told)[0])

    def close(self) -> None:
        """Never fails."""
        self._closed = True
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with self._using:
            self.sock.close()
        self.sock.fence = None  # of a socket that sends nothing any more

    def _shakes_hands(self, tls: ssl.SSLObject) -> bool:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def _send_encrypted(self, gives_up: Callable[[], bool] | None) -> None:
        if self._outgoing.pending:
            self._send_raw(self._outgoing.read(), gives_up)

    def _send_raw(self, data: bytes | memoryview, gives_up: Callable[[], bool] | None) -> None:
        view = memoryview(data)
        while view:
            try:
                sent = self._locked(partial(self.sock.send, cast(bytes, view)))
            except TimeoutError:  # the socket itself says when that has gone on for too long
                if gives_up is not None and gives_up():
                    raise Interrupted from None
                continue
            view = view[sent:]

    def _receive_raw(self, end: float, size: int = RECEIVE_BYTES) -> bytes:
        while True:
            try:
                return self._locked(lambda: self.sock.recv(size))
            except TimeoutError:
                if time.monotonic() >= end:
                    raise

    def _locked(self, act: Callable[[], T]) -> T:
        with self._using:
            if self._closed:
                raise ConnectionAbortedError(errno.ECONNABORTED, "closed by ourselves")
            return act()
