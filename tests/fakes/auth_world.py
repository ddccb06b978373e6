"""The whole auth service in memory: real use cases and tokens among fakes, and a clock to move."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from kernel.caller import Caller, Grants, Role, SourceGrant
from kernel.outbox import OutboxEvent
from services.auth.adapters.jwt_access_tokens import JwtAccessTokens
from services.auth.domain.networks import read_network
from services.auth.domain.ports import IdentityProvider, Policy, Ports
from services.auth.domain.session import ClientKind, Session
from services.auth.domain.user import User
from services.auth.domain_services.add_user import add_user
from services.auth.domain_services.check_session import Authorized
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.authorize import authorize
from services.auth.use_cases.log_in import PasswordLogin, log_in
from services.auth.use_cases.refresh_session import refresh_session
from tests.fakes.auth_secrets import (
    InMemoryApiKeys,
    InMemoryPasswordHasher,
    InMemorySigningKeys,
    NoIdentityProvider,
)
from tests.fakes.auth_stores import (
    InMemoryAttemptStore,
    InMemoryHandoverStore,
    InMemorySessionStore,
    InMemorySsoStore,
    InMemoryTicketStore,
    InMemoryUserStore,
)
from tests.fakes.calls import Calls
from tests.fakes.watched import watched

STAGE = "test"
PASSWORD = "correct horse battery"
ADDRESS = "192.0.2.7"
POLICY = Policy(
    access_seconds=3_600,
    session_seconds=43_200,
    idle_seconds=1_800,
    group_roles=(("ferry-users", Role.USER), ("ferry-admins", Role.ADMIN)),
    return_origins=("https://console.example",),
    allowed_callers=(read_network("192.0.2.0/24"),),
)


@dataclass
class AuthWorld:
    """Ann (user) and Ada (admin) have the password PASSWORD, and were told of long ago. Calls
    through `ports` pass the hub. Calls that a test makes directly at the fakes do not."""

    clock: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    provider: IdentityProvider = field(default_factory=NoIdentityProvider)
    policy: Policy = POLICY

    def __post_init__(self) -> None:
        numbers = count(1)
        # Tests compare times to the second, so a call takes no time unless a test says so.
        calls = self.calls = Calls(self._move_clock, usual_cost=0.0)
        self.outbox: list[OutboxEvent] = []
        self.users = InMemoryUserStore(self.outbox)
        self.sessions = InMemorySessionStore(self.outbox)
        self.attempts = InMemoryAttemptStore(lambda: self.clock, self.outbox)
        self.sso = InMemorySsoStore()
        self.tickets = InMemoryTicketStore()
        self.handovers = InMemoryHandoverStore()
        self.passwords = InMemoryPasswordHasher()
        self.keys = InMemorySigningKeys()
        self.api_keys = InMemoryApiKeys()
        self.ports = Ports(
            users=watched("users", self.users, calls),
            sessions=watched("sessions", self.sessions, calls),
            attempts=watched("attempts", self.attempts, calls),
            sso=watched("sso", self.sso, calls),
            tickets=watched("tickets", self.tickets, calls),
            handovers=watched("handovers", self.handovers, calls),
            passwords=watched("passwords", self.passwords, calls),
            tokens=watched("tokens", self._new_tokens(), calls),
            api_keys=watched("api_keys", self.api_keys, calls),
            provider=watched("provider", self.provider, calls),
            now=lambda: self.clock,
            new_id=lambda: f"{next(numbers):032x}",
            policy=self.policy,
        )
        self.add("ann", Role.USER, grants=Grants((SourceGrant("outgoing", "ann/"),), ("acme",)))
        self.add("ada", Role.ADMIN)
        self.outbox.clear()

    def _new_tokens(self) -> JwtAccessTokens:
        return JwtAccessTokens(watched("keys", self.keys, self.calls), STAGE)

    def add(self, name: str, *roles: Role, **changes: Any) -> User:  # noqa: ANN401
        user = User(
            name=name,
            full_name=name.title(),
            roles=roles,
            created_at=self.clock,
            updated_at=self.clock,
            password_hash=self.passwords.hash(PASSWORD),
        )
        return add_user(replace(user, **changes), None, ports=self.ports)

    def log_in(
        self,
        name: str = "ann",
        password: str = PASSWORD,
        client: ClientKind = ClientKind.API,
        address: str | None = ADDRESS,
    ) -> OpenedSession:
        return log_in(PasswordLogin(name, password, client, address), ports=self.ports)

    def refresh(self, token: str) -> OpenedSession:
        return refresh_session(token, ports=self.ports)

    def authorize(self, token: str) -> Authorized:
        return authorize(token, ports=self.ports)

    def caller(self, name: str = "ann", session_id: str = "") -> Caller:
        """The caller as the authorizer finds them, in the named session or in a new one without an
        event."""
        user = self.users.read(name)
        if not session_id:
            session_id = self._untold_session(user).id
        return Caller(name, session_id, frozenset(user.roles))

    def _untold_session(self, user: User) -> Session:
        session = Session(
            id=self.ports.new_id(),
            user=user.name,
            method=user.login,
            client=ClientKind.API,
            source_ip=None,
            opened_at=self.clock,
            last_seen_at=self.clock,
            ends_at=self.clock + timedelta(seconds=self.policy.session_seconds),
            refresh_hash="",
            generation=user.generation,
        )
        return self.sessions.create(session, ())

    def pass_time(self, seconds: float) -> None:
        self.calls.pass_time(seconds)

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The kind and the data of every event so far."""
        return [(each.detail_type, json.loads(each.detail)["data"]) for each in self.outbox]

    def close_reasons(self) -> list[str]:
        return [data["reason"] for kind, data in self.told() if kind == "SessionClosed.v1"]
