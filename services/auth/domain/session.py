"""A session: from the login to its end, with the one refresh token that is good at a time."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.user import LoginMethod, User

ID = re.compile(r"[A-Za-z0-9]{1,128}")  # of a session, as `new_id` makes them
SEEN_EVERY = timedelta(seconds=60)  # one write a minute for a session in use, not one a request
# Used refresh tokens, all of which are recognised; one an hour in ordinary use. A row of DynamoDB
# has room for more, but every save of the session pays for them.
MAX_USED = 200
MAX_OPEN = 20  # of one user: several programs and pages, not one for each run of a script


class ClientKind(StrEnum):
    CONSOLE = "console"  # ends when it is idle
    API = "api"


@dataclass(frozen=True)
class Session:
    """`refresh_hash` is the SHA-256 of the token that is good now, `used_hashes` of earlier ones.

    `ends_at` is fixed at the login: refreshing does not prolong a session. `generation` is the
    user's at the moment at which they proved who they are.
    """

    id: str
    user: str
    method: LoginMethod
    client: ClientKind
    source_ip: str | None
    opened_at: datetime
    last_seen_at: datetime
    ends_at: datetime
    refresh_hash: str = field(repr=False)
    used_hashes: tuple[str, ...] = field(default=(), repr=False)
    idle_seconds: int | None = None
    generation: int = 0
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def due_at(self) -> datetime:
        """When it ends if nothing more comes."""
        if self.idle_seconds is None:
            return self.ends_at
        return min(self.ends_at, self.last_seen_at + timedelta(seconds=self.idle_seconds))

    def over(self, now: datetime) -> CloseReason | None:
        if now >= self.ends_at:
            return CloseReason.EXPIRED
        return CloseReason.IDLE if now >= self.due_at else None

    def ended_by(self, user: User) -> CloseReason | None:
        """Why the row of its user says that it is over, whatever its own row says."""
        if user.removed:
            return CloseReason.USER_REMOVED
        if user.locked:
            return CloseReason.USER_LOCKED
        if self.generation == user.generation or self.id == user.kept_session:
            return None
        return user.end_reason or CloseReason.EXPIRED

    @property
    def used_up(self) -> bool:
        """No token more: forgetting a used one would let it come again unnoticed."""
        return len(self.used_hashes) >= MAX_USED

    def seen(self, now: datetime) -> "Session":
        """Itself when it was seen a moment ago."""
        return replace(self, last_seen_at=now) if now - self.last_seen_at >= SEEN_EVERY else self

    def refreshed(self, refresh_hash: str, now: datetime) -> "Session":
        used = (*self.used_hashes, self.refresh_hash)
        return replace(self, refresh_hash=refresh_hash, used_hashes=used, last_seen_at=now)

    def closed(self, reason: CloseReason, now: datetime) -> "Session":
        return replace(self, closed_at=now, close_reason=reason)


@dataclass(frozen=True)
class SsoLogin:
    """A login under way at the identity provider; `verifier` and `nonce` bind its answer to it.

    `browser_hash` is the SHA-256 of the cookie that the browser which began it has.
    """

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser_hash: str
    client: ClientKind
    return_to: str | None
    challenge: str | None
    begun_at: datetime


@dataclass(frozen=True)
class Handover:
    """A login that went well, waiting for the page it is meant for; good once.

    `generation` is the user's at the login, as in the session that comes of it.
    """

    code_hash: str
    user: str
    client: ClientKind
    challenge: str
    made_at: datetime
    generation: int = 0
