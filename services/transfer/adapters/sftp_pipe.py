"""The bytes of an SFTP session: through one SSH channel, at the pace that a server has to keep."""

import time
from contextlib import suppress

import paramiko

from services.transfer.adapters.sftp_in_flight import InFlight
from services.transfer.adapters.ssh_packets import Pieces
from services.transfer.adapters.ssh_senders import sender_of

RECEIVE_BYTES = 1 << 20


class SftpPipe:
    """Raises Lagging, TimeoutError, and what the channel raises."""

    def __init__(self, channel: paramiko.Channel, in_flight: InFlight, seconds: float) -> None:
        self.deadline: float | None = None  # of the negotiation, on the monotonic clock
        self._channel, self._in_flight = channel, in_flight
        self._sender = sender_of(channel)
        channel.settimeout(seconds)

    @property
    def has_received(self) -> bool:
        ready: bool = self._channel.recv_ready()
        return ready

    def send(self, pieces: Pieces) -> None:
        while pieces.left:
            self._send_some(pieces)

    def receive(self) -> bytes:
        """Waits for bytes. None of them: the server closed the session."""
        while True:
            self._channel.settimeout(self._seconds_left())
            # after a time-out the pace says which rule is broken, if any
            with suppress(TimeoutError), self._in_flight.pace.waiting():
                received: bytes = self._channel.recv(RECEIVE_BYTES)
                self._in_flight.pace.moved(len(received))
                return received

    def await_reply(self) -> None:
        """There is nothing to send, and a reply is waited for."""
        self._sender.await_reply()

    def _send_some(self, pieces: Pieces) -> None:
        self._channel.settimeout(self._seconds_left())
        sent: int | None = None
        with suppress(TimeoutError), self._in_flight.pace.waiting():
            sent = self._sender.send(pieces)
        if sent == 0:
            raise EOFError("the server closed the session")
        if sent is not None:
            self._in_flight.pace.moved(sent)

    def _seconds_left(self) -> float:
        if self.deadline is None:
            return self._in_flight.seconds_left()
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
