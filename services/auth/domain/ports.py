"""What the use cases need from outside. Adapters raise the errors of domain/errors and, for the
outbox, kernel's OutboxBusy, and no others.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kernel.caller import Role
from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from services.auth.domain.attempts import Attempts
from services.auth.domain.session import Handover, Session, SsoLogin
from services.auth.domain.user import ApiKey, Identity, User

# --- storage -------------------------------------------------------------------------------------


class UserStore(Protocol):
    def create(self, user: User, idempotency: Idempotency | None) -> User:
        """The earlier one, as it is now, when key and body are repeated; raises UserExists (also
        for a removed user's name), IdempotencyConflict.
        """
        ...

    def read(self, name: str) -> User:
        """Strongly consistent; raises UserNotFound, also for a removed one."""
        ...

    def save(self, user: User, by: User | None = None) -> User:
        """Stored with version + 1; raises UserChanged when `user.version` is not the stored one,
        or when `by`, the admin who changes somebody else, is not any more what they were."""
        ...

    def page(self, limit: int, cursor: str | None) -> Page[User]:
        """By name, without removed ones; raises FieldInvalid for a cursor that is not ours."""
        ...


class SessionStore(Protocol):
    """Sessions and their outbox: a change and its events are one transaction."""

    def create(self, session: Session, events: Sequence[OutboxEvent]) -> Session: ...

    def read(self, user: str, session_id: str) -> Session | None:
        """Strongly consistent, closed ones too."""
        ...

    def save(self, session: Session, events: Sequence[OutboxEvent] = ()) -> Session:
        """Stored with version + 1; raises StaleSession."""
        ...

    def open_sessions(self, user: str, but_latest: int = 0) -> Sequence[Session]:
        """Oldest first, without so many of the latest; strongly consistent."""
        ...

    def due(self, now: datetime) -> Iterator[Session]:
        """Open sessions with due_at <= now. Eventually consistent."""
        ...


class AttemptStore(Protocol):
    """Names and addresses as they stand in Attempts, ANY included."""

    def read(self, name: str, address: str) -> Attempts | None:
        """Strongly consistent; None when they have expired."""
        ...

    def save(self, *attempts: Attempts) -> bool:
        """All with version + 1; False (nothing changed) when another try came in between."""
        ...

    def failed(self, attempts: Attempts, events: Sequence[OutboxEvent]) -> None:
        """The try that `attempts` counts ended badly: its events go out."""
        ...

    def forgive(self, name: str) -> None:
        """All tries under the name; addresses that are known stay so."""
        ...


class SsoStore(Protocol):
    """Logins under way; each can be taken once, and only for ten minutes or (handovers) one."""

    def keep_login(self, login: SsoLogin) -> None: ...
    def take_login(self, state: str, now: datetime) -> SsoLogin | None: ...
    def keep_handover(self, handover: Handover) -> None: ...
    def take_handover(self, code_hash: str, now: datetime) -> Handover | None: ...


# --- secrets -------------------------------------------------------------------------------------


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """False for None, after the same work as for a hash: time tells nobody who exists."""
        ...

    def outdated(self, password_hash: str) -> bool:
        """Made with other parameters than new ones are."""
        ...


@dataclass(frozen=True)
class Claims:
    """Of an access token; times are whole seconds."""

    user: str
    session_id: str
    token_id: str
    roles: tuple[Role, ...]
    issued_at: datetime
    expires_at: datetime


class AccessTokens(Protocol):
    def issue(self, claims: Claims) -> str:
        """Signed with the current key."""
        ...

    def read(self, token: str, now: datetime) -> Claims:
        """Raises TokenRefused."""
        ...


class KeyRotation(Protocol):
    """Steps of the signing key's rotation; each may come again. `version` is that of the new key.

    Until `finish` nothing signs with it; from then on the key before still verifies.
    """

    def create(self, secret: str, version: str) -> None: ...
    def test(self, secret: str, version: str) -> None: ...
    def finish(self, secret: str, version: str) -> None: ...


class ApiKeys(Protocol):
    """Keys by which the gateway limits each user's rate."""

    def create(self, user: str) -> ApiKey | None:
        """None where requests are not counted by key."""
        ...

    def remove(self, key: ApiKey) -> None:
        """Idempotent."""
        ...


class IdentityProvider(Protocol):
    """OpenID Connect, authorization code with PKCE (S256). All raise ProviderError."""

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        """Where the browser is sent; raises SsoNotConfigured."""
        ...

    def identity(self, code: str, verifier: str, nonce: str) -> Identity:
        """Exchanges the code and checks the ID token; raises SsoRefused, SsoNotConfigured."""
        ...


# --- all of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """The service's numbers and names; settings.py says where each comes from."""

    access_seconds: int
    session_seconds: int
    idle_seconds: int
    group_roles: tuple[tuple[str, Role], ...]  # of the identity provider's groups
    return_origins: tuple[str, ...]  # pages that a single sign-on may end at
    sso_loopback: bool = False  # or programs on the computer of whoever logs in


@dataclass(frozen=True)
class Ports:
    """Everything a use case may reach, built once by wiring.py (or from fakes by a test)."""

    users: UserStore
    sessions: SessionStore
    attempts: AttemptStore
    sso: SsoStore
    passwords: PasswordHasher
    tokens: AccessTokens
    api_keys: ApiKeys
    provider: IdentityProvider
    now: Callable[[], datetime]
    new_id: Callable[[], str]  # unguessable: 128 bits or more, of A-Z a-z 0-9
    policy: Policy
