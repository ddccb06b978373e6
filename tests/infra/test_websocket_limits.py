"""A connection in the emulator ends when it is quiet or open for too long."""

import asyncio
import time
from typing import Any

from infra.local.websocket_limits import LimitedConnection

IDLE, LONGEST = 0.1, 0.3


class Wire:
    """What the client sends, and what it was sent."""

    def __init__(self, **limits: float) -> None:
        self.coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: list[dict[str, Any]] = []
        self.connection = LimitedConnection(self.coming.get, self._send, **limits)

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)


def ended(wire: Wire) -> bool:
    return wire.sent[-1:] == [{"type": "websocket.close", "code": 1001}]


def test_a_quiet_connection_is_closed_and_nothing_is_sent_any_more() -> None:
    async def steps() -> None:
        wire = Wire(idle_seconds=IDLE)
        assert await wire.connection.receive() == {"type": "websocket.disconnect", "code": 1001}
        await wire.connection.send({"type": "websocket.send", "text": "late"})
        assert ended(wire)
        assert len(wire.sent) == 1

    asyncio.run(steps())


def test_what_is_sent_to_the_client_breaks_the_silence_too() -> None:
    async def steps() -> None:
        wire, began = Wire(idle_seconds=IDLE), time.monotonic()
        receiving = asyncio.ensure_future(wire.connection.receive())
        for _ in range(3):
            await asyncio.wait([receiving], timeout=IDLE / 2)
            await wire.connection.send({"type": "websocket.send", "text": "news"})
        await receiving
        assert time.monotonic() - began > 2 * IDLE
        assert ended(wire)

    asyncio.run(steps())


def test_a_busy_connection_ends_as_well_when_it_is_old() -> None:
    async def steps() -> None:
        wire, began = Wire(idle_seconds=60, longest_seconds=LONGEST), time.monotonic()
        message = {"type": "websocket.receive", "text": "{}", "bytes": None}
        while not ended(wire):
            await wire.coming.put(message)
            await wire.connection.receive()
        assert time.monotonic() - began >= LONGEST

    asyncio.run(steps())
