"""A stand-in for FileFerry that a console can be measured with: REST calls and a WebSocket.

It listens on the loopback interface, takes any password, and holds a transfer and 10,000 old ones.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve

from bench.console_story import TRANSFER_ID, Story

HOST = "127.0.0.1"
PAGE = 200
MOST_BODY_BYTES = 64_000
ROWS = 10_000
NEWEST = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
NOT_FOUND = 404, {"code": "no_route", "detail": "There is nothing at this address."}
ME: dict[str, Any] = {
    "user": "jane.doe",
    "name": "Jane Doe",
    "email": None,
    "roles": ["user", "operator"],
    "grants": {"sources": [], "destinations": []},
    "login": "password",
    "session": {"idle_seconds": None},
}


class Stub:
    """`story` is what the next connection is told of, `pause_seconds` the time between changes."""

    def __init__(self) -> None:
        self.story = Story(1, 0)
        self.pause_seconds = 0.5
        self.told = 0
        self.websocket_url = ""

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        routes: dict[str, Callable[[], Any]] = {
            "/api/login": _tokens,
            "/api/refresh": _tokens,
            "/api/logout": dict,
            "/api/me": lambda: ME,
            "/api/ws-ticket": self._ticket,
            "/api/history": lambda: history_page(query),
            "/api/destinations": lambda: {"destinations": [], "cursor": None},
            f"/api/transfer/{TRANSFER_ID}": self.story.view,
            f"/api/transfer/{TRANSFER_ID}/events": _no_events,
            f"/api/transfer/{TRANSFER_ID}/tickets": lambda: {"tickets": []},
            f"/api/transfer/{TRANSFER_ID}/notifications": lambda: {"notifications": []},
        }
        found = routes.get(path)
        return (200, found()) if found else NOT_FOUND

    def _ticket(self) -> Any:  # noqa: ANN401
        return {"url": self.websocket_url, "ticket": "t", "expires_in_seconds": 30}

    async def tell(self, socket: ServerConnection) -> None:
        """A conversation: one subscription is answered, then changes follow."""
        telling: asyncio.Task[None] | None = None
        async for frame in socket:
            question = json.loads(frame)
            if question["action"] == "ping":
                await socket.send(_message("pong", question))
            elif question["action"] == "subscribe":
                named = question.get("transfers") or ()
                known = [self.story.first()] if TRANSFER_ID in named else []
                await socket.send(_message("snapshot", question, transfers=known, more=False))
                if known and telling is None:
                    telling = asyncio.create_task(self._tell_changes(socket))
        if telling:
            telling.cancel()

    async def _tell_changes(self, socket: ServerConnection) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for change in self.story.told():
            due += self.pause_seconds
            await asyncio.sleep(max(0.0, due - loop.time()))
            await socket.send(_message("delta", {}, changes=[change], recovered=False, more=False))
            self.told += 1


def _message(kind: str, question: dict[str, Any], **more: Any) -> str:  # noqa: ANN401
    sent_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    head = {"version": 1, "type": kind, "request_id": question.get("request_id")}
    return json.dumps(head | {"sent_at": sent_at} | more)


def _tokens() -> dict[str, Any]:
    over = (datetime.now(UTC) + timedelta(hours=12)).isoformat()
    tokens = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer"}
    return tokens | {"expires_in_seconds": 3_600, "session_expires_at": over}


def _no_events() -> dict[str, Any]:
    return {"events": [], "cursor": None, "earlier_gone": False}


def history_page(query: dict[str, list[str]]) -> dict[str, Any]:
    """Old transfers, `ROWS` in all."""
    first = int(query.get("cursor", ["0"])[0])
    last = min(ROWS, first + min(PAGE, int(query.get("limit", [str(PAGE)])[0])))
    rows = [_old(number) for number in range(first, last)]
    return {"transfers": rows, "cursor": str(last) if last < ROWS else None}


def _old(number: int) -> dict[str, Any]:
    at = NEWEST - timedelta(minutes=7 * number)
    failed = number % 9 == 0
    why = {"code": "partner_unreachable", "message": "The partner does not answer."}
    return {
        "id": f"{number:032x}",
        "status": "failed" if failed else "completed",
        "owner": "jane.doe",
        "label": "month end" if number % 4 == 0 else None,
        "source": {"bucket": "acme-exports", "key": f"2026/{number}.csv", "version_id": None},
        "destination_id": "acme",
        "target_path": f"inbox/{number}.csv",
        "final_path": f"/inbox/{number}.csv",
        "if_exists": "fail",
        "verify": "checksum",
        "strategy": None,
        "size_bytes": 1_000 * (number + 1),
        "source_checksum": "crc64nvme",
        "run": 1,
        "requested_at": at.isoformat(),
        "updated_at": (at + timedelta(seconds=9)).isoformat(),
        "started_at": (at + timedelta(seconds=1)).isoformat(),
        "finished_at": (at + timedelta(seconds=9)).isoformat(),
        "failure": why | {"retryable": True} if failed else None,
        "receipt": None,
        "origin": None,
    }


class _Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def do_GET(self) -> None:
        self.rfile.read(min(MOST_BODY_BYTES, int(self.headers.get("Content-Length", "0"))))
        parts = urlsplit(self.path)
        status, document = self.stub.answer(parts.path, parse_qs(parts.query))
        self._write(status, json.dumps(document).encode())

    do_POST = do_GET

    def do_OPTIONS(self) -> None:
        self._write(204, b"")

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", "*"))
        self.send_header("Access-Control-Allow-Headers", "authorization, content-type")
        self.send_header("Access-Control-Max-Age", "600")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class _Rest(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """A browser that goes is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def listening() -> Iterator[tuple[Stub, str]]:
    """(stub, URL of its REST API), until the end of the block."""
    stub = Stub()
    handler = type("Call", (_Call,), {"stub": stub})
    with _Rest((HOST, 0), handler) as rest:
        threading.Thread(target=rest.serve_forever, daemon=True).start()
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        server: Server = asyncio.run_coroutine_threadsafe(_serving(stub), loop).result(10)
        stub.websocket_url = f"ws://{HOST}:{server.sockets[0].getsockname()[1]}"
        try:
            yield stub, f"http://{HOST}:{rest.server_port}"
        finally:
            server.close()
            asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            rest.shutdown()


async def _serving(stub: Stub) -> Server:
    return await serve(stub.tell, HOST, 0)
