"""Calls what a first click calls, so that nobody waits for functions to start."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx

from infra.local.ferry import Ferry, Refused

CLICKS = ("/api/me", "/api/history", "/api/destinations")
PATIENCE_SECONDS = 30.0
BAD_TOKEN = {"Authorization": "Bearer x"}  # the authorizer starts to refuse it


def warm_up(api_url: str, user: str, password: str) -> None:
    """Each function of the API has a process then, and the session it takes is ended. Where the
    password was changed since, nobody is logged in; it is no reason to fail."""
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
