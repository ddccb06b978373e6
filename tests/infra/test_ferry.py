"""The small client logs in, keeps its session alive, and waits when it is told to."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from infra.local.ferry import RENEW_SECONDS, Ferry, Refused


class Api(ThreadingHTTPServer):
    """Issues the tokens '1', '2' and so on. `valid` are those that it accepts. `throttle` counts
    the next answers with 429."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[tuple[str, str, str]] = []  # path, Authorization, body
        self.issued = 0
        self.valid: set[str] = set()
        self.throttle = 0
        self.refresh_works = True
        self.seconds = 3_600.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.calls]


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        self._call()

    def do_POST(self) -> None:
        self._call()

    def _call(self) -> None:
        api, token = self.server, self.headers.get("Authorization", "")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        api.calls.append((self.path, token, body))
        if api.throttle:
            api.throttle -= 1
            self._answer(429, {"code": "too_many_requests"}, {"Retry-After": "0"})
        elif self.path == "/api/login" or (self.path == "/api/refresh" and api.refresh_works):
            api.issued += 1
            api.valid = {f"Bearer {api.issued}"}
            tokens = {"access_token": str(api.issued), "refresh_token": f"r{api.issued}"}
            self._answer(200, {**tokens, "expires_in_seconds": api.seconds})
        elif token in api.valid:
            self._answer(200, {"user": "ann"})
        else:
            self._answer(401, {"code": "unauthorized"})

    def _answer(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:  # noqa: ANN401
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401
        """Quiet."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def ferry(api: Api) -> Iterator[Ferry]:
    opened = Ferry(api.url, "ann", "her password")
    yield opened
    opened.close()


def test_it_logs_in_once(api: Api, ferry: Ferry) -> None:
    for _ in range(2):
        assert ferry.call("GET", "/api/me") == {"user": "ann"}
    assert api.paths == ["/api/login", "/api/me", "/api/me"]
    login = {"user": "ann", "password": "her password", "client": "api"}
    assert json.loads(api.calls[0][2]) == login
    assert [token for _, token, _ in api.calls] == ["", "Bearer 1", "Bearer 1"]


def test_a_token_that_is_nearly_over_is_renewed_by_the_refresh_token(
    api: Api, ferry: Ferry
) -> None:
    api.seconds = RENEW_SECONDS - 1
    ferry.call("GET", "/api/me")
    ferry.call("GET", "/api/me")
    assert api.paths == ["/api/login", "/api/me", "/api/refresh", "/api/me"]
    assert json.loads(api.calls[2][2]) == {"refresh_token": "r1"}


def test_it_logs_in_again_when_its_session_has_ended(api: Api, ferry: Ferry) -> None:
    ferry.call("GET", "/api/me")
    api.valid, api.refresh_works = set(), False
    assert ferry.call("GET", "/api/me") == {"user": "ann"}
    assert api.paths[2:] == ["/api/me", "/api/refresh", "/api/login", "/api/me"]


def test_it_waits_when_it_is_throttled(api: Api, ferry: Ferry) -> None:
    ferry.call("GET", "/api/me")
    api.throttle = 2
    ferry.call("GET", "/api/me")
    assert api.paths[1:] == ["/api/me"] * 4


def test_a_wrong_password_is_told(api: Api) -> None:
    class Strict(Handler):
        def _call(self) -> None:
            self._answer(401, {"code": "login_failed", "detail": "No."})

    api.RequestHandlerClass = Strict
    ferry = Ferry(api.url, "ann", "not hers")
    with pytest.raises(Refused, match="login_failed"):
        ferry.call("GET", "/api/me")
    ferry.close()
