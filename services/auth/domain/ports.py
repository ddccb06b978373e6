"""What the use cases need from outside.

Of our own errors, adapters raise only those of domain/errors, and the outbox raises OutboxBusy of
kernel.
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
from services.auth.domain.handover import Handover
from services.auth.domain.networks import Network
from services.auth.domain.session import Session
from services.auth.domain.sso import SsoCode, SsoLogin
from services.auth.domain.ticket import Ticket
from services.auth.domain.user import ApiKey, Identity, User

# --- storage -------------------------------------------------------------------------------------


class UserStore(Protocol):
    def create(
        self, user: User, idempotency: Idempotency | None, events: Sequence[OutboxEvent] = ()
    ) -> User:
        """The stored user. The events are stored in the same transaction. When key and body are
        repeated, it is the earlier user as they are now, and no event is stored. Raises
        IdempotencyConflict. Raises UserExists, also for a removed user's name.
        """
        ...

    def read(self, name: str) -> User:
        """Strongly consistent. Raises UserNotFound, also for a removed user."""
        ...

    def save(self, user: User, by: User | None = None, events: Sequence[OutboxEvent] = ()) -> User:
        """Stores the user with version + 1, and the events in the same transaction. Raises
        UserChanged when `user.version` is not the stored one. `by` is the admin who makes the
        change. When they change somebody else, it also raises UserChanged if the admin's own row
        was changed since it was read."""
        ...

    def announce(self, user: User, event: OutboxEvent, now: datetime) -> None:
        """Stores an event that tells of the user as read, and leaves the user alone. Raises
        UserChanged when `user.version` is not the stored one."""
        ...

    def page(self, limit: int, cursor: str | None) -> Page[User]:
        """In order of name, without removed users. Eventually consistent. Raises FieldInvalid for a
        cursor that is not ours."""
        ...


class SessionStore(Protocol):
    """Sessions and their outbox. A change and its events are one transaction."""

    def create(self, session: Session, events: Sequence[OutboxEvent]) -> Session: ...

    def read(self, user: str, session_id: str) -> Session | None:
        """Strongly consistent. Finds closed sessions, too."""
        ...

    def save(self, session: Session, events: Sequence[OutboxEvent] = ()) -> Session:
        """Stores it with version + 1. Raises StaleSession when somebody else changed it."""
        ...

    def open_sessions(self, user: str, but_latest: int = 0) -> Sequence[Session]:
        """Oldest first. The latest `but_latest` sessions are left out. Strongly consistent."""
        ...

    def due(self, now: datetime) -> Iterator[Session]:
        """Open sessions whose `due_at` is reached. Eventually consistent."""
        ...


class AttemptStore(Protocol):
    """Names and addresses are those of Attempts. ANY is one of them."""

    def read(self, name: str, address: str) -> Attempts | None:
        """Strongly consistent. None when there is no record, or when it has expired."""
        ...

    def save(self, *attempts: Attempts) -> bool:
        """Stores all of them with version + 1. False when another try was counted since they were
        read. Then nothing changes."""
        ...

    def failed(self, attempts: Attempts, events: Sequence[OutboxEvent]) -> None:
        """The try that `attempts` counts has failed. Stores its events to be published."""
        ...

    def forgive(self, name: str) -> None:
        """Forgets all tries under the name. Addresses that are known for it stay known."""
        ...


class SsoStore(Protocol):
    """Single sign-ons under way. Each can be taken once. A login can be taken for ten minutes, a
    code for one."""

    def keep_login(self, login: SsoLogin) -> None: ...
    def take_login(self, state: str, now: datetime) -> SsoLogin | None: ...
    def keep_code(self, handover: SsoCode) -> None: ...
    def take_code(self, code_hash: str, now: datetime) -> SsoCode | None: ...


class TicketStore(Protocol):
    """Tickets for WebSockets. Each can be taken once, by one of all who try at the same moment.
    Both may raise TokenRefused when too many try."""

    def keep(self, ticket: Ticket) -> None: ...

    def take(self, ticket_hash: str) -> Ticket | None:
        """Whoever takes it looks whether it is still good."""
        ...


class HandoverStore(Protocol):
    """Each user's one open handover."""

    def keep(self, handover: Handover) -> None:
        """In the place of an earlier one of the user. Raises HandoverRefused when too many keep
        one at once."""
        ...

    def read(self, user: str) -> Handover | None:
        """Strongly consistent. Whoever takes it looks whether it is still good."""
        ...

    def take(self, handover: Handover) -> bool:
        """True for exactly one of all who take it at the same moment, and for nobody when another
        one is in its place. Raises HandoverRefused when too many try."""
        ...


# --- secrets -------------------------------------------------------------------------------------


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """False for None. That takes the same time as a comparison with a hash, so the time of the
        answer does not tell whether a user exists."""
        ...

    def outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than new hashes are."""
        ...


@dataclass(frozen=True)
class Claims:
    """The claims of an access token. Times are whole seconds."""

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
    """Steps of the signing key's rotation. Each may be called again. `version` is that of the new
    key.

    Until `finish` nothing signs with the new key. After it, the key before still verifies.
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
        """The address that the browser is sent to. Raises SsoNotConfigured."""
        ...

    def identity(self, code: str, verifier: str, nonce: str) -> Identity:
        """Exchanges the code and checks the ID token. Raises SsoRefused, SsoNotConfigured."""
        ...


# --- all of them ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """The service's numbers and names. settings.py says where each comes from."""

    access_seconds: int
    session_seconds: int
    idle_seconds: int
    group_roles: tuple[tuple[str, Role], ...]  # of the identity provider's groups
    return_origins: tuple[str, ...]  # pages that a single sign-on may end at
    allowed_callers: tuple[Network, ...]  # who may open a WebSocket
    sso_loopback: bool = False  # whether it may also end at a program on the user's own computer


@dataclass(frozen=True)
class Ports:
    """Everything that a use case may reach. wiring.py builds it once. Tests build it from fakes."""

    users: UserStore
    sessions: SessionStore
    attempts: AttemptStore
    sso: SsoStore
    tickets: TicketStore
    handovers: HandoverStore
    passwords: PasswordHasher
    tokens: AccessTokens
    api_keys: ApiKeys
    provider: IdentityProvider
    now: Callable[[], datetime]
    new_id: Callable[[], str]  # cannot be guessed: 128 bits or more, of A-Z a-z 0-9
    policy: Policy
