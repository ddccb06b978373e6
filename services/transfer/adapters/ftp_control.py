"""The control connection of an FTP session: a command, and its reply in time."""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager

from services.transfer.adapters.ftp_commands import command_line
from services.transfer.adapters.ftp_connection import FtpConnection
from services.transfer.adapters.ftp_replies import Malformed, Reply, ReplyStream
from services.transfer.adapters.sftp_pace import Lagging
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionTimedOut,
    PartnerError,
    ProtocolViolation,
    SessionRefused,
    TooSlow,
)
from services.transfer.domain.words import Words

RECEIVE_BYTES = 16 << 10
CLOSING = 421  # the server ends the session: too many of them, or too long without a command
MAX_PRELIMINARY = 100  # replies before the final one
ENDS = (OSError, Malformed, Lagging)


class FtpControl:
    """For one thread. Only `close` may come from another. After the connection's end every method
    raises the reason. A reply has `timeout_seconds` to come whole: dribbling wins no time."""

    def __init__(
        self, connection: FtpConnection, host: str, port: int, timeout_seconds: float
    ) -> None:
        self.connection = connection
        self.host, self.port = host, port
        self.timeout_seconds = timeout_seconds
        self._replies = ReplyStream()
        self._broken: PartnerError | None = None
        self._grace_seconds = 0.0

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Within it a reply may take so many seconds more, because the server computes."""
        self._grace_seconds = seconds
        try:
            yield
        finally:
            self._grace_seconds = 0.0

    def call(self, verb: str, argument: str = "") -> Reply:
        """The final reply."""
        self.send(verb, argument)
        return self.final()

    def send(self, verb: str, argument: str = "") -> None:
        self._require_unbroken()
        try:
            early = self._replies.next()
            if early is not None:
                self._require_open(early)
                raise Malformed(f"a reply to what was never asked: {early.words}")
        except ENDS as error:
            raise self.fail(error) from None
        self.interject(verb, argument)

    def interject(self, verb: str, argument: str = "") -> None:
        """Sends a command while an earlier one may have replies to come."""
        line = command_line(verb, argument)
        self._require_unbroken()
        try:
            self.connection.send(line)
        except ENDS as error:
            raise self.fail(error) from None

    def reply(self) -> Reply:
        return self._reply_by(self._deadline())

    def _deadline(self) -> float:
        return time.monotonic() + self.timeout_seconds + self._grace_seconds

    def _reply_by(self, end: float) -> Reply:
        self._require_unbroken()
        try:
            while (reply := self._replies.next()) is None:
                seconds = end - time.monotonic()
                if seconds <= 0:
                    raise TimeoutError
                received = self.connection.receive(RECEIVE_BYTES, seconds)
                if not received:
                    raise ConnectionResetError(errno.ECONNRESET, "the server closed the session")
                self._replies.feed(received)
        except ENDS as error:
            raise self.fail(error) from None
        self._require_open(reply)
        return reply

    def final(self) -> Reply:
        """Passes over what the server says while it works. The first of that wins the time of one
        more reply, because then the work begins. RFC 959 has no second one, so that wins none."""
        reply = self.reply()
        end = self._deadline()
        for _ in range(MAX_PRELIMINARY):
            if not reply.is_preliminary:
                return reply
            reply = self._reply_by(end)
        raise self.fail(Malformed("preliminary replies without an end"))

    def has_reply(self) -> bool:
        """Whether the server said something, or ended the connection. Takes no more than tells it:
        a server may send without an end."""
        try:
            while self._replies.is_empty and self.connection.has_more():
                received = self.connection.receive(RECEIVE_BYTES, 0)
                if not received:
                    return True
                self._replies.feed(received)
        except TimeoutError:  # it was TLS's own
            pass
        except OSError:
            return True
        return not self._replies.is_empty

    def require_silence(self) -> None:
        """What came unencrypted before TLS must not count as said within it."""
        if not self._replies.is_empty or self.connection.has_more():
            raise self.fail(Malformed("a reply before TLS began that nothing had asked for"))

    def fail(self, error: Exception) -> PartnerError:
        """Ends the connection. Later calls raise the same error."""
        if self._broken is None:
            self._broken = self.reason(error)
            self.connection.close()
        return self._broken

    def reason(self, error: Exception) -> PartnerError:
        place = self.host, self.port
        match error:
            case PartnerError():
                return error
            case Malformed():
                return ProtocolViolation(*place, Words(str(error)))
            case Lagging():
                return TooSlow(*place, str(error))
        known = self.connection.sock.reason(*place)
        if known is not None:
            return known
        if isinstance(error, TimeoutError):
            return ConnectionTimedOut(*place, self.timeout_seconds)
        said = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return ConnectionLost(*place, Words(said))

    def close(self) -> None:
        self._broken = self._broken or ConnectionLost(self.host, self.port, "closed by ourselves")
        self.connection.close()

    def _require_unbroken(self) -> None:
        if self._broken is not None:
            raise self._broken

    def _require_open(self, reply: Reply) -> None:
        if reply.code == CLOSING:
            raise self.fail(SessionRefused(self.host, self.port, reply.words))
