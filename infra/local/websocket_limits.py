"""API Gateway's limits on WebSocket connections, which MiniStack does not have: sizes, binary
frames, silence, age and the stage's rates. Compression is not offered, either.
"""

import asyncio
import time
from http import HTTPStatus
from typing import Any

import ministack.services.apigateway as gateway
import ministack.services.apigateway_v1 as rest
from hypercorn.protocol import ws_stream
from wsproto.events import Message

from infra.local.anchors import expect
from infra.local.gateway_corrections import uses
from infra.local.websocket_corrections import CALL, refuse, tell

Value = Any  # whatever MiniStack and its server hand over
MOST_BYTES, MOST_IN_FRAME = 128 * 1024, 32 * 1024
IDLE_SECONDS, LONGEST_SECONDS = 600.0, 7200.0
GOING_AWAY, NO_BINARY, TOO_LARGE = 1001, 1003, 1009
TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS


class LimitedBuffer(ws_stream.WebsocketBuffer):
    """Collects the frames of a message. The server answers FrameTooLargeError with 1009. What still
    comes then is dropped, so that the client's own close behind it is read."""

    def __init__(self, max_length: int) -> None:
        super().__init__(max_length)
        self._in_message = self._in_frame = 0  # bytes
        self._too_large = False

    def extend(self, event: Message[Any]) -> None:
        """`event` has a frame, or as much of it as has arrived."""
        if self._too_large:
            return
        size = len(event.data.encode() if isinstance(event.data, str) else event.data)
        self._in_message += size
        self._in_frame += size
        if self._in_message > MOST_BYTES or self._in_frame > MOST_IN_FRAME:
            self._too_large = True
            raise ws_stream.FrameTooLargeError
        if event.frame_finished:
            self._in_frame = 0
        super().extend(event)

    def to_message(self) -> dict[str, Any]:
        if self._too_large:
            return {"type": "websocket.disconnect", "code": TOO_LARGE}
        return super().to_message()

    def clear(self) -> None:
        self._in_message = 0
        super().clear()


class LimitedConnection:
    """Both directions of a connection. Ends it when it is quiet or open for too long, and when it
    sends a binary frame."""

    def __init__(
        self,
        receive: Value,
        send: Value,
        idle_seconds: float = IDLE_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._receive, self._send = receive, send
        self._idle, self._closed = idle_seconds, False
        self._heard = time.monotonic()
        self._ends = self._heard + longest_seconds

    async def receive(self) -> Value:
        while (left := min(self._heard + self._idle, self._ends) - time.monotonic()) > 0:
            try:
                message = await asyncio.wait_for(self._receive(), left)
            except TimeoutError:
                continue  # unless something was sent meanwhile, no time is left
            self._heard = time.monotonic()
            if message.get("bytes") is None:
                return message
            return await self._close(NO_BINARY)
        return await self._close(GOING_AWAY)

    async def send(self, message: Value) -> None:
        self._heard = time.monotonic()
        if not self._closed:
            await self._send(message)

    async def _close(self, code: int) -> Value:
        await self._send({"type": "websocket.close", "code": code})
        self._closed = True
        return {"type": "websocket.disconnect", "code": code}


def set_limits() -> None:
    """Without compression, which API Gateway does not offer, a connection takes a third of a
    megabyte less."""
    events, accept = ws_stream.WSStream._handle_events, ws_stream.Handshake.accept
    expect(uses(events, "FrameTooLargeError"), "the size of messages moved")
    expect(uses(events, "self.buffer.extend(event)"), "frames moved")
    expect(uses(accept, "server_extensions_handshake"), "the offer of compression moved")
    server: Any = ws_stream
    server.WebsocketBuffer = LimitedBuffer
    server.server_extensions_handshake = lambda *_: None
    handle = gateway.handle_websocket

    async def handle_within_limits(
        scope: Value, receive: Value, send: Value, *given: Value, **more: Value
    ) -> None:
        limited = LimitedConnection(receive, send)
        await handle(scope, limited.receive, limited.send, *given, **more)

    gateway.handle_websocket = handle_within_limits


def throttle_routes() -> None:
    """Each route has the stage's rate. What comes faster is not handed over, and the client is told
    so. Ends of connections are always handed over."""
    expect(callable(rest._take_token), "the count of calls moved")
    call = gateway._invoke_ws_lambda

    async def call_within_rate(*given: Value, **more: Value) -> Value:
        known = dict(zip(CALL, given, strict=True))
        if known["event_type"] == "DISCONNECT" or _may_pass(known):
            return await call(*given, **more)
        if known["event_type"] == "MESSAGE":
            await tell(known, TOO_MANY.phrase)
            return None
        refuse(known, TOO_MANY)
        return {"statusCode": TOO_MANY}

    gateway._invoke_ws_lambda = call_within_rate


def _may_pass(known: dict[str, Any]) -> bool:
    stages = gateway._stages.get_scoped(known["account_id"], known["region"], known["api_id"], {})
    settings = stages.get(known["stage"], {}).get("defaultRouteSettings", {})
    limits = {
        name: settings.get(f"Throttling{name[0].upper()}{name[1:]}")
        for name in ("rateLimit", "burstLimit")
    }
    slot = (known["api_id"], known["stage"], known["route"]["routeKey"])
    return bool(rest._take_token(slot, limits))
