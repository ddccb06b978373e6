"""An FTP session after its login: commands, and one transfer at a time through a data connection.

FTP has one control connection, and whoever sends a command on it during a transfer disturbs that.
So a transfer under way is brought to its end before anything else is asked.
"""

import re
import threading
from collections.abc import Callable
from typing import Protocol

from services.transfer.adapters.ftp_connection import FtpConnection
from services.transfer.adapters.ftp_control import FtpControl
from services.transfer.adapters.ftp_features import Features
from services.transfer.adapters.ftp_replies import Malformed, Refused, Reply
from services.transfer.adapters.ftp_tls import FtpTls, OtherServer
from services.transfer.adapters.partner_socket import connect
from services.transfer.domain.errors import (
    ConnectionLost,
    DataConnectionFailed,
    PartnerError,
    ProtocolViolation,
)
from services.transfer.domain.words import Words

EXTENDED_PORT = re.compile(r"\(([!-/:-~])\1\1(\d{1,5})\1\)")  # RFC 2428: (|||6446|)
PORT = re.compile(r"(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})")  # RFC 959: the address is not ours to use
NOT_KNOWN = range(500, 505)
RESTART_AT = 350
NO_DATA_CONNECTION = (425, 522)  # RFC 959; 522 is of servers that demand the session of TLS


class UnderWay(Protocol):
    """A transfer that others may have to end."""

    def interrupt(self) -> None:
        """Ends it in good order, and remembers how it ended. Raises nothing."""
        ...


class FtpChannel:
    """For one thread. Only `close` may come from another."""

    def __init__(self, control: FtpControl, tls: FtpTls | None, features: Features) -> None:
        self.control = control
        self.features = features
        self.timeout_seconds = control.timeout_seconds
        self._tls = tls
        self._under_way: UnderWay | None = None
        self._data: FtpConnection | None = None
        self.heeds_abort = True  # until it was seen that the server reads ABOR too late
        self._restarts_at = 0  # of a REST whose transfer was refused: some servers keep it
        self._extended = True  # EPSV is asked first, and no more once it was refused
        self._fence: Callable[[], object] | None = None
        self._closing = threading.Lock()
        self._closed = False

    def guard(self, fence: Callable[[], object]) -> None:
        self._fence = fence
        for each in (self.control.connection, self._data):
            if each is not None:
                each.guard(fence)

    def call(self, verb: str, argument: str = "") -> Reply:
        self.settle()
        return self.control.call(verb, argument)

    def settle(self) -> None:
        """Brings the transfer under way to its end."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.interrupt()

    def begin(self, verb: str, path: str, offset: int, owner: UnderWay) -> FtpConnection:
        """Begins a transfer, and gives the data connection that its bytes go through. `owner` ends
        it by `ended`. Raises Refused."""
        self.settle()
        data = self._connect()
        try:
            if offset or self._restarts_at:
                restart = self.control.call("REST", str(offset))
                if restart.code != RESTART_AT:
                    raise Refused(restart)
                self._restarts_at = offset
            self.control.send(verb, path)
            first = self.control.reply()
            if not first.is_preliminary:
                raise self._not_begun(first)
            self._restarts_at = 0
            self._secure(data)
        except BaseException:
            self._end(data)
            raise
        self._under_way = owner
        return data

    def ended(self, owner: UnderWay) -> None:
        """The transfer of `owner` is over."""
        if self._under_way is owner:
            self._under_way = None
        if self._data is not None:
            self._end(self._data)

    def close(self) -> None:
        with self._closing:
            self._closed = True
            data = self._data
        self.control.close()
        if data is not None:
            data.close()
        self._fence = None  # a data connection that is opened by now is ended unused

    # --- data connections ------------------------------------------------------------------------

    def _connect(self) -> FtpConnection:
        """To the address of the control connection, whatever the server says. It may report a
        private one, or one of a third party that it wants us to attack."""
        host = self.control.host
        try:
            address = self.control.connection.peer_address()
        except OSError as error:
            raise self.control.fail(error) from None
        port = self._passive_port(address)
        try:
            sock = connect([address], host, port, self.timeout_seconds, lambda: not self._closed)
        except PartnerError as error:
            if self._closed:
                raise self.control.fail(error) from None
            raise DataConnectionFailed(host, f"port {port}: {_why(error)}") from None
        data = FtpConnection(sock)
        sock.allowance = self.control.connection.sock.allowance
        data.guard(self._fence)
        with self._closing:
            self._data = data
            if not self._closed:
                return data
        self._end(data)
        raise self.control.fail(ConnectionLost(host, port, "closed by ourselves"))

    def _passive_port(self, address: str) -> int:
        if self._extended:
            reply = self.control.call("EPSV")
            if reply.is_done:
                return self._port_in(reply, EXTENDED_PORT)
            if reply.code not in NOT_KNOWN or ":" in address:  # PASV knows IPv4 only
                raise DataConnectionFailed(self.control.host, reply.words)
            self._extended = False
        reply = self.control.call("PASV")
        if not reply.is_done:
            raise DataConnectionFailed(self.control.host, reply.words)
        return self._port_in(reply, PORT)

    def _port_in(self, reply: Reply, form: re.Pattern[str]) -> int:
        found = form.search(" ".join(reply.lines))
        numbers = [int(each) for each in found.groups() if each.isdigit()] if found else []
        port = sum(each << 8 * at for at, each in enumerate(reversed(numbers)))
        if 0 < port < 65_536 and (len(numbers) == 1 or max(numbers) < 256):
            return port
        raise self.control.fail(Malformed(f"no port in {reply.words!r}"))

    def _secure(self, data: FtpConnection) -> None:
        if self._tls is None:
            return
        try:
            self._tls.secure_data(data, self.timeout_seconds)
        except OtherServer as error:
            host, port = self.control.host, self.control.port
            raise self.control.fail(ProtocolViolation(host, port, str(error))) from None
        except OSError as error:
            said = Words(getattr(error, "reason", None) or str(error) or type(error).__name__)
            self._end(data)
            reply = self.control.final()
            detail = reply.words if reply.is_error else f"TLS: {said}"
            raise DataConnectionFailed(self.control.host, detail) from None

    def _not_begun(self, reply: Reply) -> Exception:
        if reply.code in NO_DATA_CONNECTION:
            return DataConnectionFailed(self.control.host, reply.words)
        if reply.is_error:
            return Refused(reply)
        return self.control.fail(Malformed(f"{reply.words!r} where a transfer should begin"))

    def _end(self, data: FtpConnection) -> None:
        data.close()
        with self._closing:
            if self._data is data:
                self._data = None


def _why(error: PartnerError) -> str:
    return {
        "connection_refused": "refused",
        "connection_timed_out": "no answer",
    }.get(error.code, getattr(error, "detail", error.code))
