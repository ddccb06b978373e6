"""Which tokens a call uses: those of the environment, or those of the login."""

from collections.abc import Callable

import httpx

from cli.client import Tokens
from cli.errors import NotSignedIn
from cli.http import Http
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
    store = SessionStore(settings.folder, url, warn)
    return StoredTokens(store, Http(url, transport), warn=warn)
