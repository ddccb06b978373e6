"""What the console needs to show the agent: its REST routes, those of the user who is signed in and
of transfers, and a WebSocket that tells pieces of answers."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import BaseModel
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from contracts.auth_api import MeView, OwnSessionsView, OwnSessionView, SessionView
from contracts.caller import Grants
from contracts.transfer_events import Origin
from contracts.websocket.client_messages import Subscribe
from contracts.websocket.server_messages import Snapshot
from tests.doubles.agent_rest import AgentRest, Answer
from tests.doubles.live_rest import answer as answer_of_transfers
from tests.doubles.live_server import LiveServer

TOKEN = "access-token-of-the-test"
CORS = {
    "Access-Control-Allow-Headers": "authorization,content-type,idempotency-key",
    "Access-Control-Allow-Methods": "GET,POST,DELETE",
}


class AgentServer(LiveServer):
    """One user is signed in: whoever has TOKEN. `origin` is where the console is served."""

    def __init__(self, user: str, *roles: str) -> None:
        super().__init__()
        self.user, self.roles = user, roles or ("user",)
        self.agent = AgentRest(user, self._push, self.watches)
        self.origin = ""
        self.origins: dict[str, Origin] = {}  # of transfers, by their ids
        self._chats: dict[ServerConnection, set[str]] = {}

    def answer(self, method: str, path: str, body: Any, key: str | None) -> Answer:  # noqa: ANN401
        """The agent's own calls may take long, so they hold no lock."""
        told = self.agent.answer(method, path, body, key)
        if told is not None:
            return told
        if path == "/api/me":
            return 200, self._me()
        if path == "/api/me/sessions":
            return 200, self._sessions()
        with self.lock:
            status, document = answer_of_transfers(self, method, path)
        if origin := self.origins.get(path.removeprefix("/api/transfer/")):
            document["origin"] = origin.model_dump()
        return status, document

    def _me(self) -> MeView:
        now = datetime.now(UTC)
        session = SessionView(
            id="session-1",
            method="password",
            client="console",
            opened_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(hours=8),
            idle_seconds=1_800,
        )
        return MeView(
            user=self.user,
            name="Ada Lovelace",
            email=None,
            roles=self.roles,  # type: ignore[arg-type]
            grants=Grants(),
            login="password",
            locked=False,
            created_at=now,
            updated_at=now,
            session=session,
        )

    def _sessions(self) -> OwnSessionsView:
        own = dict(self._me().session)
        handed = {**own, "id": "session-2", "client": "api", "handed_to": "teams"}
        return OwnSessionsView(
            sessions=(
                OwnSessionView(**handed, source_ip="198.51.100.9", current=False),
                OwnSessionView(**own, source_ip=None, current=True),
            )
        )

    # --- the WebSocket ---------------------------------------------------------------------------

    def _hear(self, connection: ServerConnection, message: dict[str, Any]) -> None:
        chat = message.get("conversation")
        if chat is None:
            super()._hear(connection, message)
            return
        with self.lock:
            watched = self._chats.setdefault(connection, set())
            if message["action"] == "subscribe":
                asked = Subscribe.model_validate_json(json.dumps(message))
                watched.add(chat)
                told = Snapshot(
                    sent_at=datetime.now(UTC), request_id=asked.request_id, transfers=()
                )
                self._say(connection, told)
            else:
                watched.discard(chat)
        self.counts[f"{message['action']} conversation"] += 1

    def watches(self, chat: str) -> bool:
        with self.lock:
            return any(chat in watched for watched in self._chats.values())

    def _push(self, piece: Mapping[str, Any]) -> None:
        message = {"type": "answer", "version": 1, "request_id": None}
        sent_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        text = json.dumps({**message, "sent_at": sent_at, **piece})
        with self.lock:
            watching = [c for c, w in self._chats.items() if piece["conversation_id"] in w]
        for each in watching:
            with suppress(ConnectionClosed, OSError):
                each.send(text)


class Call(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Rest"

    def _answer(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        content = self.rfile.read(size)
        if self.command == "OPTIONS":
            self._write(204, b"")
            return
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._write(401, b"{}")
            return
        body = json.loads(content) if content else None
        double = self.server.double
        key = self.headers.get("Idempotency-Key")
        status, told = double.answer(self.command, self.path, body, key)
        text = told.model_dump_json() if isinstance(told, BaseModel) else json.dumps(told)
        self._write(status, b"" if told is None else text.encode())

    do_GET = do_POST = do_DELETE = do_OPTIONS = _answer

    def _write(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.server.double.origin)
        for name, value in CORS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(OSError):  # who asked has left the page
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class Rest(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, double: AgentServer) -> None:
        super().__init__(("127.0.0.1", 0), Call)
        self.double = double


@contextmanager
def served(double: AgentServer) -> Iterator[AgentServer]:
    """Both servers run in threads of this program, and stop with the block."""
    sockets = serve(double.serve, "127.0.0.1", 0, close_timeout=0.2)
    rest = Rest(double)
    threads = [
        threading.Thread(target=sockets.serve_forever, daemon=True),
        threading.Thread(target=rest.serve_forever, kwargs={"poll_interval": 0.02}),
    ]
    double.socket_url = f"ws://127.0.0.1:{sockets.socket.getsockname()[1]}/live"
    double.url = f"http://127.0.0.1:{rest.server_address[1]}"
    for each in threads:
        each.start()
    try:
        yield double
    finally:
        rest.shutdown()
        rest.server_close()
        sockets.shutdown()
        for each in threads:
            each.join()
