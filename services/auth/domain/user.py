"""A user: who they are, which roles they have, and what they may send to which destination."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from kernel.caller import NO_GRANTS, Grants, Role
from services.auth.domain.close_reason import CloseReason

NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")  # of a user, as contracts' UserName has it

# What other services know of a user.
TOLD = ("full_name", "email", "roles", "grants", "locked", "removed")


class LoginMethod(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    SSO = "sso"


@dataclass(frozen=True)
class ApiKey:
    """API Gateway counts a user's requests by this key. Users never see it."""

    id: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class User:
    """Nobody else ever gets the user's `name`, not even when the user is removed. So the history
    keeps its meaning.

    All sessions of an earlier `generation` are over because of `end_reason`. Only `kept_session`
    goes on.
    """

    name: str
    full_name: str
    roles: tuple[Role, ...]
    created_at: datetime
    updated_at: datetime
    grants: Grants = NO_GRANTS
    email: str | None = None
    login: LoginMethod = LoginMethod.PASSWORD
    password_hash: str | None = field(default=None, repr=False)
    subject: str | None = None  # '<issuer>|<sub>' of the identity provider
    api_key: ApiKey | None = None
    locked: bool = False
    removed: bool = False
    generation: int = 0
    end_reason: CloseReason | None = None
    kept_session: str | None = None  # id
    version: int = 0

    @property
    def welcome(self) -> bool:
        return not (self.locked or self.removed)

    def is_told_as(self, other: "User") -> bool:
        """Whether a change from one to the other changes nothing that other services know."""
        return all(getattr(self, each) == getattr(other, each) for each in TOLD)

    def saved(self) -> "User":
        """As saving makes it. Its version is also the `sequence` of the event that tells of it."""
        return replace(self, version=self.version + 1)

    def end_sessions(self, reason: CloseReason, keep: str | None = None) -> "User":
        """One write ends all sessions and records the reason. So none is forgotten, however many
        there are. `keep` has to be a session of the latest generation, or the one kept so far."""
        return replace(self, generation=self.generation + 1, end_reason=reason, kept_session=keep)

    def remove(self, now: datetime) -> "User":
        """The row that stays says only that the name was used."""
        unknown = replace(self, full_name=self.name, email=None, password_hash=None, subject=None)
        nothing = replace(unknown, roles=(), grants=NO_GRANTS, api_key=None)
        return replace(nothing, removed=True, updated_at=now)


@dataclass(frozen=True)
class Identity:
    """The person who logged in, according to the identity provider. `subject` is '<issuer>|<sub>'.

    `vouched` means that the provider itself knows `user_name` to be theirs. Without it they may
    just have claimed so. `email` is None unless the provider says that it is verified.
    """

    subject: str
    user_name: str
    full_name: str
    groups: frozenset[str]
    vouched: bool = False
    email: str | None = None
