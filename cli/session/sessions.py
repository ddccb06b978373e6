"""Which tokens a call uses: those of the environment, or those of the login."""

import httpx

from cli.client import Tokens
from cli.errors import NotSignedIn
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


def tokens_of(settings: Settings, url: str, transport: httpx.BaseTransport | None) -> Tokens:
    if settings.token is not None:
        return GivenToken(settings.token)
    raise NotSignedIn(f"You are not logged in at {url}: log in with `fileferry login`.")
