"""What the bot in Teams asks of the outside, in memory."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from pydantic import SecretStr

from kernel.caller import Caller
from services.agent.domain.errors import ApiRefused
from services.agent.domain.teams import LEASE, Chat, Code, Farewell, Incoming, Link, Person, Tokens
from services.agent.domain.teams_errors import HandoverOver, SessionOver
from services.agent.domain.teams_ports import Begun, Handover, Reply
from tests.fakes.callers import ANN

ACCESS_FOR, SESSION_FOR = timedelta(hours=1), timedelta(hours=12)
CODE_FOR = timedelta(minutes=5)


class InMemoryTeamsLinks:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.codes: dict[str, Code] = {}
        self.own_codes: dict[str, str] = {}
        self.links: dict[str, Link] = {}
        self.pointers: dict[Person, tuple[str, str]] = {}

    def offer(self, code: Code) -> None:
        with self.lock:
            self.codes[code.digest] = code
            self.own_codes[code.owner] = code.digest

    def code(self, digest: str) -> Code | None:
        found = self.codes.get(digest)
        return found if found and self.own_codes.get(found.owner) == digest else None

    def void_code(self, owner: str) -> None:
        with self.lock:
            self.own_codes.pop(owner, None)

    def of_owner(self, owner: str) -> Link | None:
        return self.links.get(owner)

    def of_person(self, person: Person) -> Link | None:
        owner, link_id = self.pointers.get(person, ("", ""))
        found = self.links.get(owner)
        return found if found and found.id == link_id and found.person == person else None

    def connect(self, code: Code, link: Link, replaced: Sequence[Link]) -> bool:
        with self.lock:
            before = {each.owner: each.id for each in replaced}
            if self.code(code.digest) is None:
                return False
            for owner in {link.owner, *before}:
                found = self.links.get(owner)
                if found is not None and found.id != before.get(owner):
                    return False
                if found is None and owner != link.owner:
                    return False
            self.own_codes.pop(code.owner)
            self.codes.pop(code.digest)
            for each in replaced:
                self.links.pop(each.owner, None)
            self.links[link.owner] = link
            self.pointers[link.person] = link.owner, link.id
            return True

    def save(self, link: Link) -> Link | None:
        with self.lock:
            found = self.links.get(link.owner)
            if found is None or found.version != link.version:
                return None
            self.links[link.owner] = replace(link, version=link.version + 1)
            return self.links[link.owner]

    def forget(self, link: Link) -> None:
        with self.lock:
            found = self.links.get(link.owner)
            if found is not None and found.id == link.id:
                self.links.pop(link.owner)


class InMemoryArrivals:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.claims: dict[str, datetime] = {}
        self.answered: set[str] = set()

    def begin(self, key: str, holder: str, now: datetime) -> Begun:
        with self.lock:
            if key in self.answered:
                return Begun.ANSWERED
            if key in self.claims and now < self.claims[key]:
                return Begun.BEING_ANSWERED
            self.claims[key] = now + LEASE
            return Begun.MINE

    def end(self, key: str, now: datetime) -> None:
        self.answered.add(key)


class InMemoryVault:
    def __init__(self) -> None:
        self.sealed: dict[str, tuple[str, SecretStr]] = {}

    def seal(self, text: SecretStr, about: str) -> str:
        name = f"sealed-{len(self.sealed)}"
        self.sealed[name] = about, text
        return name

    def open(self, sealed: str, about: str) -> SecretStr:
        known, text = self.sealed[sealed]
        if known != about:
            raise LookupError("it was sealed about something else")
        return text


@dataclass
class Session:
    """One of auth. A refresh token works once, and a second time it ends the session."""

    owner: Caller
    until: datetime
    refresh: str
    access: dict[str, datetime] = field(default_factory=dict)
    over: bool = False


class InMemorySessions:
    """`tokens` says whose session asks for a handover."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.now, self._numbers = now, count(1)
        self.tokens: dict[str, Caller] = {}
        self.codes: dict[str, tuple[Caller, datetime]] = {}
        self.opened: list[Session] = []

    def hand_over(self, token: SecretStr) -> Handover:
        asker = self.tokens.get(token.get_secret_value())
        if asker is None:
            handed = self._of_access(token) is not None
            status, code = (403, "handed_over") if handed else (401, "not_logged_in")
            raise ApiRefused("make_handover", status, code, "No.")
        code = f"handover-{next(self._numbers)}"
        for other in [each for each, (whose, _) in self.codes.items() if whose == asker]:
            self.codes.pop(other)  # a new one takes the place of the one before
        self.codes[code] = asker, self.now() + CODE_FOR
        return Handover(SecretStr(code), self.codes[code][1])

    def redeem(self, code: SecretStr) -> Tokens:
        with self.lock:
            owner, until = self.codes.pop(code.get_secret_value(), (None, self.now()))
            if owner is None or self.now() >= until:
                raise HandoverOver()
            session = Session(owner, self.now() + SESSION_FOR, "")
            self.opened.append(session)
            return self._issued(session)

    def refresh(self, token: SecretStr) -> Tokens:
        with self.lock:
            text = token.get_secret_value()
            found = next((s for s in self.opened if text.startswith(f"r-{id(s)}-")), None)
            if found is None or found.over or self.now() >= found.until:
                raise SessionOver()
            if found.refresh != text:
                found.over = True
                raise SessionOver()
            return self._issued(found)

    def caller(self, access: SecretStr) -> Caller:
        found = self._of_access(access)
        if found is None:
            raise SessionOver()
        return found.owner

    def end(self, access: SecretStr) -> None:
        found = self._of_access(access)
        if found is None:
            raise SessionOver()
        found.over = True

    def _issued(self, session: Session) -> Tokens:
        number, now = next(self._numbers), self.now()
        session.refresh = f"r-{id(session)}-{number}"
        until = min(now + ACCESS_FOR, session.until)
        session.access[f"a-{number}"] = until
        return Tokens(SecretStr(f"a-{number}"), SecretStr(session.refresh), until, session.until)

    def _of_access(self, access: SecretStr) -> Session | None:
        for each in self.opened:
            until = each.access.get(access.get_secret_value())
            if until is not None and self.now() < until and not each.over:
                return each
        return None


@dataclass
class InMemoryConnector:
    told: list[tuple[Chat, str | None, Reply]] = field(default_factory=list)

    def reply(self, chat: Chat, activity_id: str | None, reply: Reply) -> None:
        self.told.append((chat, activity_id, reply))

    @property
    def texts(self) -> list[str]:
        return [reply.text for _, _, reply in self.told]


@dataclass
class InMemoryQueue:
    sent: list[tuple[Incoming | Farewell, float]] = field(default_factory=list)

    def send(self, message: Incoming | Farewell, delay_seconds: float = 0) -> None:
        self.sent.append((message, delay_seconds))


def known_to(sessions: InMemorySessions, caller: Caller = ANN) -> SecretStr:
    """An access token of a session of theirs that was not handed over."""
    sessions.tokens[f"{caller.name}'s token"] = caller
    return SecretStr(f"{caller.name}'s token")
