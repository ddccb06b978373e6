"""Auth as the command's logins need it: a refresh token works once, and ends the session when it
comes twice (docs/adr/0011). A real HTTP server on loopback, for several processes at once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread

from pydantic import SecretStr

from contracts.auth_api import RefreshRequest, TokensView
from contracts.problem import Problem, title_of

ANSWER_SECONDS = 0.2  # time for others to come with the same token


@dataclass
class Session:
    """`access_seconds` is how long an access token says that it lasts."""

    number: int = 1
    over: bool = False
    refreshes: int = 0
    access_seconds: int = 3_600
    calls: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def tokens(self) -> TokensView:
        return TokensView(
            access_token=SecretStr(f"access-{self.number}"),
            refresh_token=SecretStr(f"refresh-{self.number}"),
            expires_in_seconds=self.access_seconds,
            session_expires_at=datetime.now(UTC) + timedelta(hours=12),
        )

    def refresh(self, token: str) -> TokensView | None:
        with self.lock:
            self.calls.append(token)
            if token != f"refresh-{self.number}" or self.over:
                self.over = True
                return None
            self.number += 1
            self.refreshes += 1
            return self.tokens()

    def knows(self, token: str) -> bool:
        with self.lock:
            known = {f"access-{number}" for number in range(1, self.number + 1)}
            return not self.over and token in known


@contextmanager
def refreshing_auth(me: str) -> Iterator[tuple[str, Session]]:
    """Its address, and its session. `me` is the JSON that GET /api/me answers."""
    session = Session()

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            request = RefreshRequest.model_validate_json(self.rfile.read(length))
            tokens = session.refresh(request.refresh_token.get_secret_value())
            Event().wait(ANSWER_SECONDS)
            if tokens is None:
                self.refuse("token_refused")
            else:
                self.answer(200, tokens.model_dump_json())

        def do_GET(self) -> None:
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if session.knows(token):
                self.answer(200, me)
            else:
                self.refuse("unauthorized")

        def refuse(self, code: str) -> None:
            problem = Problem(
                type=f"urn:fileferry:problem:{code}",
                title=title_of(401),
                status=401,
                detail="Log in again.",
                instance=self.path,
                code=code,
                request_id="r-1",
            )
            self.answer(401, problem.model_dump_json())

        def answer(self, status: int, text: str) -> None:
            assert json.loads(text)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", session
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
