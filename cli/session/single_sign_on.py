"""The single sign-on of a program: an address for the browser, and the code it comes back with."""

import secrets
import webbrowser
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import urlencode

from cli.errors import CommandFailed
from cli.http import Http
from cli.session.loopback import listening

FOUND = 302
PATIENCE_SECONDS = 300.0  # for a person with a password and a second factor


def code_and_verifier(
    http: Http, port: int, open_browser: bool, say: Callable[[str], None]
) -> tuple[str, str]:
    """Raises TimedOut, and what the API refuses."""
    verifier = secrets.token_urlsafe(48)
    digest = sha256(verifier.encode()).digest()
    challenge = urlsafe_b64encode(digest).decode().rstrip("=")
    with listening(port) as loopback:
        query = {"return_to": loopback.return_to, "challenge": challenge}
        _require_sso(http, query)
        address = f"{http.base_url}/api/login/sso?{urlencode(query)}"
        say(f"Log in with your browser at\n{address}")
        if open_browser:
            webbrowser.open(address)
        return loopback.wait(PATIENCE_SECONDS), verifier


def _require_sso(http: Http, query: dict[str, str]) -> None:
    """The browser begins a login of its own; this one tells early when none would be let in."""
    try:
        http.call("GET", "/api/login/sso", query=query)
    except CommandFailed as refused:
        if refused.status == FOUND:
            return
        if refused.code == "sso_not_configured":
            raise CommandFailed(
                "There is no single sign-on here: log in with `fileferry login`."
            ) from refused
        if refused.code == "field_invalid":
            raise CommandFailed(
                "This FileFerry lets no program log in by single sign-on: ask for"
                " SSO_LOOPBACK=true, or log in with a password."
            ) from refused
        raise
