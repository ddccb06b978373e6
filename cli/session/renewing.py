"""Renews the access token of the login, so that two processes at once never use a refresh token
twice: auth takes that for a theft and ends the session."""

import time
from collections.abc import Callable

from cli.client import read
from cli.errors import CommandFailed, NotSignedIn
from cli.http import Http, NotConnected
from cli.session.session_store import SessionStore
from cli.session.stored_session import RENEW_SECONDS, SPARE_SECONDS, StoredSession
from cli.session.uninterrupted import uninterrupted
from contracts.auth_api import TokensView

OVER = frozenset({"token_refused", "session_over"})
UNUSED = frozenset({409, 429})  # refused before the token was used
RENEWAL_SECONDS = 70.0  # at most: others wait for the lock


class StoredTokens:
    """`warn` is told when the login cannot be kept."""

    def __init__(
        self,
        store: SessionStore,
        http: Http,
        *,
        now: Callable[[], float] = time.time,
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._store, self._http, self._now, self._warn = store, http, now, warn
        self._session: StoredSession | None = None

    def access_token(self, refused: str | None = None) -> str:
        session = self._session or self._store.read()
        if session is None or not self._fresh(session, refused):
            try:
                session = self._renewed(refused)
            except NotSignedIn:
                raise
            except CommandFailed:  # no lock, no disk, no server: a while is left without them
                if session is None or not self._usable(session, refused):
                    raise
        self._session = session
        return session.access_token

    def _fresh(self, session: StoredSession, refused: str | None) -> bool:
        return session.access_token != refused and session.lasts(RENEW_SECONDS, self._now())

    def _usable(self, session: StoredSession, refused: str | None) -> bool:
        return session.access_token != refused and session.lasts(SPARE_SECONDS, self._now())

    def _renewed(self, refused: str | None) -> StoredSession:
        with self._store.lock():
            session = self._store.read()  # again: another process may have renewed it meanwhile
            if session is None:
                raise NotSignedIn(
                    f"You are not logged in at {self._http.base_url}: log in with"
                    " `fileferry login`."
                )
            if self._fresh(session, refused):
                return session
            if self._usable(session, refused) and self._store.perhaps_used(session):
                # Sent a second time it would end the session, and with it this access token.
                return session
            return self._renew(session)

    def _renew(self, session: StoredSession) -> StoredSession:
        """Holds the lock. A process that is killed between answer and `write` loses the session."""
        self._store.note_sent(session)
        asked_at = self._now()
        with uninterrupted():
            try:
                document = self._http.call(
                    "POST",
                    "/api/refresh",
                    body={"refresh_token": session.refresh_token},
                    within=RENEWAL_SECONDS,
                ).document
            except CommandFailed as failed:
                self._give_up(failed)
                raise
            fresh = StoredSession.of(read(TokensView, document), asked_at)
            try:
                self._store.write(fresh)
            except CommandFailed as failed:  # the call that is waiting can still be made
                self._warn(f"{failed.message} Then log in again.")
        return fresh

    def _give_up(self, failed: CommandFailed) -> None:
        if isinstance(failed, NotConnected) or failed.status in UNUSED:
            self._store.note_unused()
        if failed.code in OVER:
            self._store.forget()
            raise NotSignedIn(
                "Your session is over: log in with `fileferry login`.",
                code=failed.code,
                status=failed.status,
                request_id=failed.request_id,
            ) from failed

    def close(self) -> None:
        self._http.close()
