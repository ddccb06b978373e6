"""Talking in Microsoft Teams: who writes, whose account that is, and where the answer goes."""

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import SecretStr

# Longer than the worker lives (60 s), so that nobody answers any more when it ends.
LEASE = timedelta(seconds=70)
CODE_GOOD_FOR = timedelta(minutes=5)
ANSWERED_WITHIN = timedelta(minutes=45)  # what comes later is not asked any more
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O and U
CODE_LENGTH, GROUP = 20, 5  # 100 bits
MISREAD = str.maketrans("ILO", "110")
MENTION = re.compile(r"<at\b[^<>]*>[^<>]*</at>", re.IGNORECASE)
_DASH = r"[-\u2010-\u2015]?"
_GROUP = rf"[0-9A-TV-Za-tv-z]{{{GROUP}}}"
CODE = re.compile(rf"(?<![\w-]){_GROUP}(?:{_DASH}{_GROUP}){{{CODE_LENGTH // GROUP - 1}}}(?![\w-])")


@dataclass(frozen=True)
class Person:
    """As Teams vouches for them: an object of Entra ID, in a tenant."""

    tenant: str
    id: str


@dataclass(frozen=True)
class Chat:
    """Where an answer goes. `bot` is our own id in it."""

    service_url: str
    id: str
    bot: str


@dataclass(frozen=True)
class Incoming:
    """What came from Teams. `welcome`: nobody said anything, our bot was added to a chat."""

    activity_id: str
    person: Person
    name: str | None
    chat: Chat
    personal: bool
    received_at: datetime
    correlation_id: str
    text: str = field(default="", repr=False)
    length: int = 0  # characters that were sent; `text` may have fewer
    has_files: bool = False
    welcome: bool = False

    @property
    def key(self) -> str:
        """Of the activity, however often it comes."""
        return _digest(self.person.tenant, self.chat.id, self.activity_id)

    @property
    def command(self) -> str:
        return self.text.lower().rstrip(".!")


@dataclass(frozen=True)
class Farewell:
    """A link that its owner removed: its session is to end, and Teams to be told."""

    owner: str
    link_id: str


@dataclass(frozen=True)
class Code:
    """Connects whoever sends it in Teams with `owner`. `sealed` is auth's own code."""

    digest: str
    owner: str
    sealed: str = field(repr=False)
    good_until: datetime


@dataclass(frozen=True)
class Tokens:
    """Of the session behind a link."""

    access: SecretStr
    refresh: SecretStr
    access_until: datetime
    session_until: datetime


class LinkState(StrEnum):
    CONNECTED = "connected"
    ENDED = "ended"  # its session is over
    REMOVED = "removed"  # its owner said so; Teams has not been told yet


@dataclass(frozen=True)
class Lease:
    """The activity that is being answered. No other one is before `until`."""

    holder: str
    until: datetime


@dataclass(frozen=True)
class Link:
    """A person in Teams who talks as `owner`. `talk` counts the conversations that they began here;
    `conversation_id` is the last one. `version` is the store's."""

    id: str
    owner: str
    person: Person
    chat: Chat
    name: str | None
    connected_at: datetime
    connected_by: str  # the key of the activity
    session_until: datetime
    sealed: str = field(repr=False)  # Tokens
    state: LinkState = LinkState.CONNECTED
    lease: Lease | None = None
    conversation_id: str | None = None
    talk: int = 1
    version: int = 1

    def state_at(self, now: datetime) -> LinkState:
        if self.state is LinkState.CONNECTED and now >= self.session_until:
            return LinkState.ENDED
        return self.state

    def leased(self, holder: str, now: datetime) -> "Link | None":
        """None while another activity is answered."""
        if self.lease is not None and self.lease.holder != holder and now < self.lease.until:
            return None
        return replace(self, lease=Lease(holder, now + LEASE))

    def busy_for(self, now: datetime) -> float:
        """Seconds."""
        left = self.lease.until - now if self.lease is not None else timedelta()
        return max(0.0, left.total_seconds())

    def talking_anew(self) -> "Link":
        return replace(self, conversation_id=None, talk=self.talk + 1)


def words_of(text: str) -> str:
    """What a person wrote, without Teams' own marks and without characters that do not show."""
    plain = MENTION.sub(" ", text).replace("\r\n", "\n").replace("\u00a0", " ")
    return "".join(each if each in "\n\t" or each.isprintable() else " " for each in plain).strip()


def person_key(person: Person) -> str:
    return _digest(person.tenant, person.id)


def code_digest(symbols: str) -> str:
    return hashlib.sha256(symbols.encode()).hexdigest()


def grouped(symbols: str) -> str:
    """As it is shown."""
    return "-".join(symbols[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def code_in(text: str, *, alone: bool) -> str | None:
    """The symbols of a code, however they were typed. With `alone` nothing else is in the text."""
    found = CODE.fullmatch(text.strip()) if alone else CODE.search(text)
    if found is None:
        return None
    return re.sub(r"\W", "", found[0]).upper().translate(MISREAD)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
