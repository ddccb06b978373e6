"""Calls what a first click calls, so that no user has to wait for functions to start."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx

from infra.local.ferry import Ferry, Refused

CLICKS = ("/api/me", "/api/history", "/api/destinations")
PATIENCE_SECONDS = 30.0
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
        ferry.call("POST", "/api/logout")
    ferry.close()
