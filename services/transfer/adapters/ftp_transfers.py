"""One upload or download through the data connection of an FTP session."""

import time
from contextlib import suppress

from services.transfer.adapters.ftp_channel import NO_DATA_CONNECTION, FtpChannel, UnderWay
from services.transfer.adapters.ftp_connection import (
    POLL_SECONDS,
    RECEIVE_BYTES,
    FtpConnection,
    Interrupted,
)
from services.transfer.adapters.ftp_replies import Malformed, Refused, Reply
from services.transfer.adapters.sftp_pace import Lagging, Pace
from services.transfer.domain.errors import DataConnectionFailed, PartnerError

ABORT_SECONDS = 2.0  # for a server that looks at its control connection during a transfer
MAX_REPLIES_TO_ABORT = 4
NOTHING_DONE = 200  # to NOOP
ANSWER_BYTES = 64 << 10
OURS = (TimeoutError, Lagging, ConnectionAbortedError)
DATA_ENDS = (OSError, Interrupted, Lagging)


class FtpUpload:
    """A STOR from `position` on. Nothing of it counts before `finish`, whatever was sent."""

    def __init__(self, channel: FtpChannel, path: str, offset: int, owner: UnderWay) -> None:
        """Raises Refused."""
        self.position = offset
        self._channel, self._owner = channel, owner
        self._data = channel.begin("STOR", path, offset, owner)

    def send(self, block: memoryview) -> None:
        """Raises Refused when the server says why it takes no more."""
        try:
            self._data.send(block, self._channel.control.has_reply)
        except DATA_ENDS as error:
            raise self._broken(error) from None
        self.position += len(block)

    def finish(self) -> None:
        """Returns once the server has all of it and says so. Raises Refused."""
        try:
            self._data.end_sending()
            self._wait_until_taken()
        except DATA_ENDS as error:
            raise self._broken(error) from None
        # before it is closed: a connection that is closed with unread bytes is reset, and the
        # server may lose what it has not read yet
        reply = self._final()
        if not reply.is_done:
            raise _refused(reply, self._channel)

    def _wait_until_taken(self) -> None:
        """Until the server ends the data connection, or replies. What it sends there is nothing but
        tickets of TLS."""
        pace, unsent = Pace(self._channel.timeout_seconds), self._data.unsent_bytes()
        at_first = unsent
        while not self._channel.control.has_reply():
            pace.seconds_left(at_first, unsent)
            try:
                with pace.waiting():
                    if not self._data.receive(RECEIVE_BYTES, 0):
                        return
            except TimeoutError:
                pass
            unsent, before = self._data.unsent_bytes(), unsent
            if unsent < before:
                pace.moved(before - unsent)

    def _final(self) -> Reply:
        try:
            return self._channel.control.final()
        finally:
            self._channel.ended(self._owner)

    def _broken(self, error: Exception) -> Exception:
        reason = _reason(error, self._data, self._channel)
        self._channel.ended(self._owner)
        return _told(error, reason, self._channel)


class FtpDownload:
    """A RETR from `position` on."""

    def __init__(self, channel: FtpChannel, path: str, offset: int, owner: UnderWay) -> None:
        """Raises Refused."""
        self.position = offset
        self._channel, self._owner = channel, owner
        self._data: FtpConnection = channel.begin("RETR", path, offset, owner)
        self._pace = Pace(channel.timeout_seconds)
        self._answered = 0

    def receive(self, most: int) -> bytes:
        """Empty at the file's end. Raises Refused when the server breaks off."""
        try:
            block = self._next(most)
        except DATA_ENDS as error:
            raise self._broken(error) from None
        if not block:
            self._at_end()
        self._moved(len(block))
        return block

    def _next(self, most: int) -> bytes:
        """The reply may come before the last bytes, so only the end of the connection counts."""
        while True:
            self._pace.seconds_left(ANSWER_BYTES, most)
            with suppress(TimeoutError), self._pace.waiting():
                return self._data.receive(min(most, RECEIVE_BYTES), POLL_SECONDS)

    def _moved(self, size: int) -> None:
        """Each ANSWER_BYTES count as the answer to a request."""
        self.position += size
        self._pace.moved(size)
        self._answered += size
        if self._answered >= ANSWER_BYTES:
            self._answered = 0
            self._pace.answered_oldest()

    def give_up(self) -> None:
        """Ends it before the file's end. Whatever the server says of that is no error.

        A connection that is simply closed makes ProFTPD's mod_tls end the session. So the server is
        asked to abort, and what is on its way is read. Some look at that only when the transfer is
        over (vsftpd), and then there is nothing but to close. How many replies come is not the same
        everywhere, so one to NOOP tells the end of them."""
        channel, control = self._channel, self._channel.control
        control.interject("ABOR")
        if channel.heeds_abort:
            channel.heeds_abort = self._ends_soon()
        channel.ended(self._owner)
        control.final()
        control.interject("NOOP")
        for _ in range(MAX_REPLIES_TO_ABORT):
            if control.final().code == NOTHING_DONE:
                return
        raise control.fail(Malformed("replies to ABOR without an end"))

    def _ends_soon(self) -> bool:
        end = time.monotonic() + ABORT_SECONDS
        with suppress(OSError):
            while time.monotonic() < end:
                with suppress(TimeoutError):
                    if not self._data.receive(RECEIVE_BYTES, 0):
                        return True
        return False

    def _at_end(self) -> None:
        self._channel.ended(self._owner)
        reply = self._channel.control.final()
        if not reply.is_done:
            raise _refused(reply, self._channel)

    def _broken(self, error: Exception) -> Exception:
        reason = _reason(error, self._data, self._channel)
        self._channel.ended(self._owner)
        return _told(error, reason, self._channel)


def _reason(error: Exception, data: FtpConnection, channel: FtpChannel) -> PartnerError:
    control = channel.control
    return data.sock.reason(control.host, control.port) or control.reason(error)


def _told(error: Exception, reason: PartnerError, channel: FtpChannel) -> Exception:
    """The server may have said why. A success that it says now is none. Where we gave up ourselves,
    nothing more is waited for."""
    control = channel.control
    if not isinstance(error, OURS) or control.has_reply():
        reply = control.final()
        if reply.is_error:
            return _refused(reply, channel)
    return control.fail(reason)


def _refused(reply: Reply, channel: FtpChannel) -> Exception:
    if reply.code in NO_DATA_CONNECTION:
        return DataConnectionFailed(channel.control.host, reply.words)
    return Refused(reply)
