"""Logs in: with a password, or with the code that single sign-on ended with."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.client import read
from cli.http import Http
from cli.session.session_store import Place, SessionStore
from cli.session.stored_session import StoredSession
from cli.session.uninterrupted import uninterrupted
from contracts.auth_api import TokensView


@dataclass(frozen=True)
class Login:
    """`place` was found to work before anybody is asked for a password."""

    http: Http
    store: SessionStore
    place: Place

    def with_password(self, user: str, password: str) -> None:
        """Raises CommandFailed."""
        body = {"user": user, "password": password, "client": "api"}
        self._keep(lambda: self.http.call("POST", "/api/login", body=body).document)

    def with_code(self, code: str, verifier: str) -> None:
        """Raises CommandFailed."""
        body = {"code": code, "verifier": verifier}
        self._keep(lambda: self.http.call("POST", "/api/login/sso", body=body).document)

    def _keep(self, ask: Callable[[], Any]) -> None:
        asked_at = time.time()
        session = StoredSession.of(read(TokensView, ask()), asked_at)
        with uninterrupted(), self.store.lock():
            self.store.write(session, self.place)
