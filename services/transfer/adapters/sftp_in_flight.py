"""The requests that wait to be sent, and those that wait for their replies and how long they still
may."""

from collections.abc import Callable
from typing import NamedTuple

from services.transfer.adapters.sftp_pace import Pace
from services.transfer.adapters.sftp_packets import USUAL_PACKET_BYTES, Reply

MAX_REQUESTS = 64  # OpenSSH's own client uses 64, and some servers queue at most 128
MAX_BYTES = 16 << 20  # it fills 1 Gbit/s at 130 ms and bounds a worker's memory
JOINED_BYTES = 4096  # of data that is copied behind its request: as cheap as another piece


class Held:
    """Requests that wait to be sent together."""

    def __init__(self) -> None:
        self.size = 0
        self._small = bytearray()
        self.pieces: list[bytearray | memoryview] = [self._small]

    def add(self, head: bytes, payload: memoryview) -> None:
        self.size += len(head) + len(payload)
        self._small += head
        if len(payload) <= JOINED_BYTES:
            self._small += payload
        else:
            self._small = bytearray()
            self.pieces += payload, self._small


class Request(NamedTuple):
    receiver: Callable[[Reply], None] | None  # None: its reply changes nothing
    sent_bytes: int
    reply_bytes: int  # of the data that was asked for

    @property
    def weight(self) -> int:
        return self.sent_bytes + self.reply_bytes


class InFlight:
    def __init__(self, timeout_seconds: float) -> None:
        self.pace = Pace(timeout_seconds)
        self._requests: dict[int, Request] = {}  # the oldest first
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._requests)

    @property
    def awaited(self) -> bool:
        """Whether somebody wants the reply to any of them. For any thread."""
        return any(each.receiver is not None for each in list(self._requests.values()))

    def takes(self, request: Request) -> bool:
        """A single request may have any size."""
        if not self._requests:
            return True
        return len(self) < MAX_REQUESTS and self._bytes + request.weight <= MAX_BYTES

    def add(self, number: int, request: Request) -> None:
        if not self._requests:
            self.pace.begin()
        self._requests[number] = request
        self._bytes += request.weight

    def take(self, number: int) -> Request | None:
        """None for what nobody asked."""
        was_oldest = number == next(iter(self._requests), None)
        request = self._requests.pop(number, None)
        if request is not None:
            self._bytes -= request.weight
        if was_oldest:
            self.pace.answered_oldest()
        return request

    def room(self, number: int) -> int:
        """How long the reply may be. Only one that holds data that we asked for may be long."""
        request = self._requests.get(number)
        return USUAL_PACKET_BYTES + (request.reply_bytes if request else 0)

    def seconds_left(self) -> float:
        """Raises TimeoutError or Lagging, see Pace."""
        oldest = next(iter(self._requests.values()), None)
        return self.pace.seconds_left(oldest.weight if oldest else 0, self._bytes)

    def clear(self) -> None:
        self._requests.clear()
