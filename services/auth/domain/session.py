"""A session from the login to its end. One refresh token is good at a time."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.handover import HandedTo
from services.auth.domain.user import LoginMethod, User

ID = re.compile(r"[A-Za-z0-9]{1,128}")  # of a session, as `new_id` makes them
SEEN_EVERY = timedelta(seconds=60)  # a session in use is written once a minute, not every request
# All used refresh tokens of a session are kept, so that each is recognised. In ordinary use one is
# added every hour. A row of DynamoDB has room for more, but each save of the session writes them.
MAX_USED = 200
MAX_OPEN = 20  # enough for a user's programs and pages, but not for one at each run of a script


class ClientKind(StrEnum):
    CONSOLE = "console"  # ends when it is idle
    API = "api"


@dataclass(frozen=True)
class Session:
    """`refresh_hash` is the SHA-256 of the token that is good now. `used_hashes` are those of
    earlier tokens.

    `ends_at` is fixed at the login, so refreshing does not prolong a session. `generation` is that
    of the user at the moment when they proved who they are. A session that was handed over has the
    program that it was handed to, and the id of the session in which the user asked for it.
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
    handed_to: HandedTo | None = None
    handed_from: str | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def due_at(self) -> datetime:
        """When the session ends if no further request comes."""
        if self.idle_seconds is None:
            return self.ends_at
        return min(self.ends_at, self.last_seen_at + timedelta(seconds=self.idle_seconds))

    def over(self, now: datetime) -> CloseReason | None:
        if now >= self.ends_at:
            return CloseReason.EXPIRED
        return CloseReason.IDLE if now >= self.due_at else None

    def ended_by(self, user: User) -> CloseReason | None:
        """Why the session is over according to its user's row. None when that row lets it go on."""
        if user.removed:
            return CloseReason.USER_REMOVED
        if user.locked:
            return CloseReason.USER_LOCKED
        if self.generation == user.generation or self.id == user.kept_session:
            return None
        return user.end_reason or CloseReason.EXPIRED

    @property
    def used_up(self) -> bool:
        """Whether the session gets no more tokens. One more would need a used token to be
        forgotten, and that token could come again unnoticed."""
        return len(self.used_hashes) >= MAX_USED

    def seen(self, now: datetime) -> "Session":
        """The session itself when it was seen less than SEEN_EVERY ago."""
        return replace(self, last_seen_at=now) if now - self.last_seen_at >= SEEN_EVERY else self

    def refreshed(self, refresh_hash: str, now: datetime) -> "Session":
        used = (*self.used_hashes, self.refresh_hash)
        return replace(self, refresh_hash=refresh_hash, used_hashes=used, last_seen_at=now)

    def closed(self, reason: CloseReason, now: datetime) -> "Session":
        return replace(self, closed_at=now, close_reason=reason)
