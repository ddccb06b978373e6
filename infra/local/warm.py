"""Calls what a first click calls, so that no user has to wait for functions to start."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from infra.local.ferry import Ferry, Refused

CLICKS = ("/api/me", "/api/history", "/api/destinations")
PATIENCE_SECONDS = 30.0
# An answer comes before its function has ended, so that the next message needs another process.
MESSAGES_AT_ONCE = 3
BAD_TOKEN = {"Authorization": "Bearer x"}  # starts the authorizer, which refuses it


def warm_up(api_url: str, user: str, password: str) -> None:
    """Starts a process for each function of the API. It ends the session that it needs for that. If
    the password was changed since, it cannot log in, but does not fail."""
    ferry = Ferry(api_url, user, password)

    def ask(path: str, headers: dict[str, str]) -> None:
        with suppress(httpx.HTTPError):
            httpx.get(api_url + path, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False)

    with ThreadPoolExecutor() as pool, suppress(Refused, httpx.HTTPError):
        pool.submit(ask, "/api/health", {})
        pool.submit(ask, "/api/me", BAD_TOKEN)
        for path in CLICKS:
            ferry.call("GET", path)
        _warm_socket(ferry)
        ferry.call("POST", "/api/logout")
    ferry.close()


def _warm_socket(ferry: Ferry) -> None:
    given = ferry.call("POST", "/api/ws-ticket")
    address = f"{given['url']}?ticket={given['ticket']}"
    with suppress(OSError, WebSocketException), connect(address, proxy=None) as socket:
        for _ in range(MESSAGES_AT_ONCE):
            socket.send('{"action": "ping"}')
        for _ in range(MESSAGES_AT_ONCE):
            socket.recv(timeout=PATIENCE_SECONDS)
