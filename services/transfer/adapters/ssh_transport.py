"""paramiko's SSH with bounds on all that a server may send. Where one is broken, the session ends
and the socket knows why. The bounds and where each comes from: docs/adr/0029.

paramiko offers a class for its packets, but not for its channels, so this reads names of its own
(a test notices when paramiko changes them).
"""

import time
from collections.abc import Callable, Mapping
from typing import ClassVar, Never

import paramiko
from paramiko import common

from services.transfer.adapters.partner_socket import PartnerSocket
from services.transfer.adapters.ssh_offers import Remembering
from services.transfer.adapters.ssh_opening import OpeningPacketizer

RECEIVE_BYTES = 1 << 16  # two large packets, or a thousand replies to writes, by one system call
MAX_PACKET_BYTES = 256 << 10  # OpenSSH's own limit; RFC 4253 demands 35,000 of everybody
MAX_KEY_EXCHANGE_BYTES = 35_000  # nothing of it is longer, and its numbers cost time squared
MAX_LINE_BYTES = 8192  # before the version, as in OpenSSH
MAX_VERSION_BYTES = 255  # with its end of line (RFC 4253, section 4.2)
MAX_STDERR_BYTES = 4096
MAX_PROMPTS = 16
MAX_EXTENSIONS = 64
MAX_IDLE_MESSAGES = 10_000  # between two pieces of data; keepalives of a day are fewer
MAX_IDLE_BYTES = 16 << 20

KEY_EXCHANGE = range(20, 50)
USER_AUTHENTICATION = range(50, 80)
USUAL_ENDS = (paramiko.SSHException, EOFError, OSError)
ChannelHandler = Callable[[paramiko.Channel, paramiko.Message], object]


class RuleBroken(paramiko.SSHException):  # type: ignore[misc]  # paramiko has no types
    """The server broke a rule of SSH, or one of our bounds."""


def end_by_violation(connection: PartnerSocket, rule: str) -> Never:
    """In whichever thread notices it. On the way paramiko wraps some errors and forgets others, so
    the socket keeps the reason."""
    connection.violation = connection.violation or rule
    raise RuleBroken(rule)


class BoundedPacketizer(OpeningPacketizer):
    _Packetizer__remainder: bytes  # what was read behind the last line

    def __init__(self, connection: PartnerSocket) -> None:
        super().__init__(connection)
        self._logged_in = False
        self._idle_messages = 0
        self._idle_bytes = 0
        self._hello_by: float | None = None
        self._handshake_by: float | None = None

    # paramiko has a timer thread for these, which outlives a connection that breaks early

    def start_handshake(self, timeout: float) -> None:
        self._handshake_by = time.monotonic() + timeout

    def handshake_timed_out(self) -> bool:
        return self._handshake_by is not None and time.monotonic() >= self._handshake_by

    def complete_handshake(self) -> None:
        self._handshake_by = None

    def readline(self, timeout: float) -> str:
        """A line of the server's greeting, without its end. `timeout` of the first line holds for
        all of them."""
        self._hello_by = self._hello_by or time.monotonic() + timeout
        received = self._Packetizer__remainder
        while b"\n" not in received:
            if len(received) > MAX_LINE_BYTES:
                end_by_violation(self._connection, "a greeting without an end")
            received += self._read_timeout(max(0.0, self._hello_by - time.monotonic()))
        line, _, self._Packetizer__remainder = received.partition(b"\n")
        is_version = line.startswith(b"SSH-")
        if is_version and len(line) >= MAX_VERSION_BYTES:
            end_by_violation(self._connection, f"a version of {len(line) + 1} bytes")
        # the keys are computed from the version's bytes; other lines may be in any encoding
        try:
            return line.removesuffix(b"\r").decode(errors="strict" if is_version else "replace")
        except UnicodeDecodeError:
            end_by_violation(self._connection, "a version that is no text")

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        """Every length that a packet announces comes here before anything is kept for it."""
        most = MAX_PACKET_BYTES if self._initial_kex_done else MAX_KEY_EXCHANGE_BYTES
        if not 0 <= n <= most:
            end_by_violation(self._connection, f"an SSH packet of {n} bytes")
        received: bytes = super().read_all(n, check_rekey)
        return received

    def read_message(self) -> tuple[int, paramiko.Message]:
        kind, message = super().read_message()
        size = len(message.asbytes())
        if kind == common.MSG_CHANNEL_DATA and size > 8:  # more than its two numbers
            self._idle_messages = self._idle_bytes = 0
        else:
            self._judge(kind, message, size)
        if kind == common.MSG_DEBUG:  # paramiko escapes its text byte by byte, for a log
            return common.MSG_IGNORE, message
        if kind not in common.MSG_NAMES:
            self._decline(message)
            return common.MSG_IGNORE, message
        return kind, message

    def _decline(self, message: paramiko.Message) -> None:
        """RFC 4253, section 11.4. paramiko ends by a KeyError."""
        answer = paramiko.Message()
        answer.add_byte(common.cMSG_UNIMPLEMENTED)
        answer.add_int(message.seqno)
        self.send_message(answer)

    def _judge(self, kind: int, message: paramiko.Message, size: int) -> None:
        self._idle_messages += self.packets
        if kind != common.MSG_CHANNEL_EXTENDED_DATA:  # the window bounds it
            self._idle_bytes += size
        if self._idle_messages > MAX_IDLE_MESSAGES or self._idle_bytes > MAX_IDLE_BYTES:
            end_by_violation(self._connection, "a flood of messages that say nothing")
        if kind in KEY_EXCHANGE and size > MAX_KEY_EXCHANGE_BYTES:
            end_by_violation(self._connection, f"a key exchange of {size} bytes")
        if kind == common.MSG_EXT_INFO:
            self._bound("extensions", paramiko.Message(message.asbytes()), MAX_EXTENSIONS)
        elif kind == common.MSG_USERAUTH_SUCCESS and not self._logged_in:
            self._logged_in = True
        elif kind == common.MSG_USERAUTH_INFO_REQUEST and not self._logged_in:
            self._bound("questions", _behind_strings(message, 3), MAX_PROMPTS)
        elif self._logged_in and _logs_in(kind):
            end_by_violation(self._connection, "a login after the login")

    def _bound(self, what: str, at_count: paramiko.Message, most: int) -> None:
        count = at_count.get_int()
        if count > most:
            end_by_violation(self._connection, f"{count} {what} at once")


def _behind_strings(message: paramiko.Message, count: int) -> paramiko.Message:
    copy = paramiko.Message(message.asbytes())
    for _ in range(count):
        copy.get_string()
    return copy


def _logs_in(kind: int) -> bool:
    """A banner after the login is idle, but harmless."""
    if kind == common.MSG_USERAUTH_BANNER:
        return False
    return kind in USER_AUTHENTICATION or kind == common.MSG_SERVICE_ACCEPT


def _feed(channel: paramiko.Channel, message: paramiko.Message) -> None:
    received = message.get_binary()
    _keep_window(channel, len(received))
    channel._feed(received)


def _drop(channel: paramiko.Channel, message: paramiko.Message) -> None:
    """What the server's program prints on stderr. Its beginning is kept, for it may say why there
    is no SFTP. It counts against the window like data, and the server gets the room back with that
    of the next data."""
    message.get_int()  # which stream
    dropped = message.get_binary()
    _keep_window(channel, len(dropped))
    room = max(0, MAX_STDERR_BYTES - len(channel.in_stderr_buffer))
    channel.in_stderr_buffer.feed(dropped[:room])
    with channel.lock:
        channel.in_window_sofar += len(dropped)


def _keep_window(channel: paramiko.Channel, size: int) -> None:
    """RFC 4254, section 5.2. What we have not read, and what we read but did not acknowledge, is
    never more than the window."""
    if len(channel.in_buffer) + channel.in_window_sofar + size > channel.in_window_size:
        end_by_violation(channel.get_transport().sock, "more data than its window takes")


class PartnerTransport(Remembering, paramiko.Transport):  # type: ignore[misc]  # paramiko has no types
    sock: PartnerSocket
    _channel_handler_table: ClassVar[Mapping[int, ChannelHandler]] = {
        **paramiko.Transport._channel_handler_table,
        common.MSG_CHANNEL_DATA: _feed,
        common.MSG_CHANNEL_EXTENDED_DATA: _drop,
    }

    def __init__(self, connection: PartnerSocket, **sizes: int) -> None:
        super().__init__(connection, packetizer_class=BoundedPacketizer, **sizes)
        connection.receive_bytes = RECEIVE_BYTES
        self.use_compression(False)  # a small packet could become any number of bytes

    @property
    def saved_exception(self) -> Exception | None:
        """What ended paramiko's thread. paramiko raises it in ours, whatever it is: a text that is
        no UTF-8 or a field that is not there would look like a defect of FileFerry."""
        return self._saved

    @saved_exception.setter
    def saved_exception(self, error: Exception | None) -> None:
        self._saved = error
        if error is not None and not isinstance(error, USUAL_ENDS):
            rule = f"a message that cannot be read ({type(error).__name__})"
            self.sock.violation = self.sock.violation or rule
            self._saved = RuleBroken(rule)
