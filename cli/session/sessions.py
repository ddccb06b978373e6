"""Which tokens a call uses: those of the environment, or those of the login."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from cli.client import Tokens
from cli.errors import NotSignedIn
from cli.http import Http
from cli.session.logging_in import Login
from cli.session.renewing import StoredTokens
from cli.session.session_store import SessionStore
from cli.settings import Settings


class GivenToken:
    """FILEFERRY_TOKEN: used as it is, never stored and never renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self, refused: str | None = None) -> str:
        if refused is not None:
            raise NotSignedIn("FILEFERRY_TOKEN is not valid, or not any more: set a new one.")
        return self._token

    def close(self) -> None:
        pass


def tokens_of(
    settings: Settings,
    url: str,
    transport: httpx.BaseTransport | None,
    warn: Callable[[str], None],
) -> Tokens:
    if settings.token is not None:
        return GivenToken(settings.token)
    store = store_of(settings, url, warn)
    return StoredTokens(store, Http(url, transport), warn=warn)


def store_of(settings: Settings, url: str, warn: Callable[[str], None]) -> SessionStore:
    return SessionStore(settings.folder, url, warn)


@contextmanager
def begin_login(
    settings: Settings,
    url: str,
    transport: httpx.BaseTransport | None,
    warn: Callable[[str], None],
) -> Iterator[Login]:
    """Finds out where the login can be kept. Raises CommandFailed."""
    store = store_of(settings, url, warn)
    place = store.prepare(settings.kept.get("store", "auto"))
    http = Http(url, transport, note=warn)
    try:
        yield Login(http, store, place)
    finally:
        http.close()
