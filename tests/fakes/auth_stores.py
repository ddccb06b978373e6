"""In-memory stores of users, sessions, tries and single sign-ons."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.auth.adapters.dynamodb_user_store import USER_POSITION
from services.auth.domain.attempts import Attempts
from services.auth.domain.errors import (
    FieldInvalid,
    IdempotencyConflict,
    StaleSession,
    UserChanged,
    UserExists,
    UserNotFound,
)
from services.auth.domain.handover import Handover
from services.auth.domain.session import Session
from services.auth.domain.sso import SsoCode, SsoLogin
from services.auth.domain.ticket import Ticket
from services.auth.domain.user import User

KEY_LIFETIME = timedelta(days=7)
LOGIN_LIFETIME = timedelta(minutes=10)
CODE_LIFETIME = timedelta(minutes=1)


class InMemoryUserStore:
    def __init__(self, outbox: list[OutboxEvent] | None = None) -> None:
        self.lock = threading.RLock()
        self.outbox = outbox if outbox is not None else []
        self.rows: dict[str, User] = {}
        self._keys: dict[str, tuple[str, str, datetime]] = {}

    def create(
        self, user: User, idempotency: Idempotency | None, events: Sequence[OutboxEvent] = ()
    ) -> User:
        with self.lock:
            if idempotency is not None:
                body_hash, name, expires_at = self._keys.get(
                    idempotency.key, ("", "", user.created_at)
                )
                if expires_at > user.created_at:
                    if body_hash != idempotency.body_hash:
                        raise IdempotencyConflict(idempotency.sent_key)
                    if not self.rows[name].removed:
                        return self.rows[name]
            if user.name in self.rows:
                raise UserExists(user.name)
            if idempotency is not None:
                expires_at = user.created_at + KEY_LIFETIME
                self._keys[idempotency.key] = (idempotency.body_hash, user.name, expires_at)
            self.rows[user.name] = user
            self.outbox.extend(events)
            return user

    def read(self, name: str) -> User:
        user = self.rows.get(name)
        if user is None or user.removed:
            raise UserNotFound(name)
        return user

    def save(self, user: User, by: User | None = None, events: Sequence[OutboxEvent] = ()) -> User:
        with self.lock:
            for seen in (user, *([by] if by and by.name != user.name else [])):
                stored = self.rows.get(seen.name)
                if stored is None or stored.version != seen.version:
                    raise UserChanged(user.name)
            self.rows[user.name] = user.saved()
            self.outbox.extend(events)
            return self.rows[user.name]

    def announce(self, user: User, event: OutboxEvent, now: datetime) -> None:
        with self.lock:
            stored = self.rows.get(user.name)
            if stored is None or stored.version != user.version:
                raise UserChanged(user.name)
            self.outbox.append(event)

    def page(self, limit: int, cursor: str | None) -> Page[User]:
        after = ""
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor("users", cursor, USER_POSITION, refusal)
        users = [self.rows[name] for name in sorted(self.rows) if name > after]
        listed = [user for user in users if not user.removed]
        more = write_cursor("users", listed[limit - 1].name) if len(listed) > limit else None
        return Page(listed[:limit], more)


@dataclass
class InMemorySessionStore:
    """`outbox` holds every event ever stored."""

    outbox: list[OutboxEvent] = field(default_factory=list)
    rows: dict[tuple[str, str], Session] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()

    def create(self, session: Session, events: Sequence[OutboxEvent]) -> Session:
        with self.lock:
            if (session.user, session.id) in self.rows:
                raise StaleSession(session.id)
            return self._store(session, events)

    def read(self, user: str, session_id: str) -> Session | None:
        return self.rows.get((user, session_id))

    def save(self, session: Session, events: Sequence[OutboxEvent] = ()) -> Session:
        with self.lock:
            stored = self.rows.get((session.user, session.id))
            if stored is None or stored.version != session.version:
                raise StaleSession(session.id)
            return self._store(replace(session, version=session.version + 1), events)

    def open_sessions(self, user: str, but_latest: int = 0) -> Sequence[Session]:
        mine = [row for row in self.rows.values() if row.user == user and row.is_open]
        mine.sort(key=lambda row: (row.opened_at, row.id))
        return mine[: len(mine) - but_latest] if but_latest < len(mine) else []

    def due(self, now: datetime) -> Iterator[Session]:
        due = [row for row in self.rows.values() if row.is_open and row.due_at <= now]
        yield from sorted(due, key=lambda row: (row.due_at, row.user, row.id))

    def _store(self, session: Session, events: Sequence[OutboxEvent]) -> Session:
        self.rows[session.user, session.id] = session
        self.outbox.extend(events)
        return session


@dataclass
class InMemoryAttemptStore:
    now: Callable[[], datetime]
    outbox: list[OutboxEvent] = field(default_factory=list)
    rows: dict[tuple[str, str], Attempts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()

    def read(self, name: str, address: str) -> Attempts | None:
        found = self.rows.get((name, address))
        return found if found and self.now() < found.expires_at else None

    def save(self, *attempts: Attempts) -> bool:
        with self.lock:
            for each in attempts:
                stored = self.read(each.name, each.address)
                if each.version != (stored.version if stored else 0):
                    return False
            for each in attempts:
                self.rows[each.name, each.address] = replace(each, version=each.version + 1)
            return True

    def failed(self, attempts: Attempts, events: Sequence[OutboxEvent]) -> None:
        self.outbox.extend(events)

    def forgive(self, name: str) -> None:
        for key, row in self.rows.items():
            if key[0] == name:
                self.rows[key] = replace(row, count=0, version=row.version + 1)


class InMemorySsoStore:
    def __init__(self) -> None:
        self.logins: dict[str, SsoLogin] = {}
        self.codes: dict[str, SsoCode] = {}

    def keep_login(self, login: SsoLogin) -> None:
        self.logins[login.state] = login

    def take_login(self, state: str, now: datetime) -> SsoLogin | None:
        login = self.logins.pop(state, None)
        return login if login and now < login.begun_at + LOGIN_LIFETIME else None

    def keep_code(self, code: SsoCode) -> None:
        self.codes[code.code_hash] = code

    def take_code(self, code_hash: str, now: datetime) -> SsoCode | None:
        code = self.codes.pop(code_hash, None)
        return code if code and now < code.made_at + CODE_LIFETIME else None


class InMemoryHandoverStore:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.rows: dict[str, Handover] = {}

    def keep(self, handover: Handover) -> None:
        self.rows[handover.user] = handover

    def read(self, user: str) -> Handover | None:
        return self.rows.get(user)

    def take(self, handover: Handover) -> bool:
        with self.lock:
            stored = self.rows.get(handover.user)
            if stored is None or stored.secret_hash != handover.secret_hash:
                return False
            del self.rows[handover.user]
            return True


class InMemoryTicketStore:
    def __init__(self) -> None:
        self.rows: dict[str, Ticket] = {}

    def keep(self, ticket: Ticket) -> None:
        self.rows[ticket.ticket_hash] = ticket

    def take(self, ticket_hash: str) -> Ticket | None:
        return self.rows.pop(ticket_hash, None)
