"""What the use cases of Teams ask of the outside, beyond the ports of the agent itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from pydantic import SecretStr

from kernel.caller import Caller
from services.agent.domain.proposal import Proposal
from services.agent.domain.teams import Chat, Code, Farewell, Incoming, Link, Person, Tokens


class TeamsLinks(Protocol):
    """A user has one link and one code, a person in Teams one link. All reads are strongly
    consistent. Each write may raise TeamsBusy."""

    def offer(self, code: Code) -> None:
        """In the place of the owner's code before."""
        ...

    def code(self, digest: str) -> Code | None:
        """None when it was used, or when another one took its place. It may be too old."""
        ...

    def void_code(self, owner: str) -> None: ...

    def of_owner(self, owner: str) -> Link | None: ...

    def of_person(self, person: Person) -> Link | None: ...

    def connect(self, code: Code, link: Link, replaced: Sequence[Link]) -> bool:
        """Uses up the code, and stores the link in the place of `replaced`. False when the code is
        not good any more, or when a replaced one was changed; nothing is written then."""
        ...

    def save(self, link: Link) -> Link | None:
        """In the place of the one of the same version. None when somebody else has changed it."""
        ...

    def forget(self, link: Link) -> None:
        """Also when it is not there. Another link of the owner stays."""
        ...


class Begun(Enum):
    MINE = auto()
    BEING_ANSWERED = auto()
    ANSWERED = auto()


class Arrivals(Protocol):
    """Which activities are being answered, and which are answered. Each may raise TeamsBusy."""

    def begin(self, key: str, holder: str, now: datetime) -> Begun:
        """MINE only for one holder at a time: for LEASE, unless it is ended before."""
        ...

    def end(self, key: str, now: datetime) -> None:
        """It is answered, for good."""
        ...


class Vault(Protocol):
    def seal(self, text: SecretStr, about: str) -> str:
        """Only whoever names the same `about` can open it."""
        ...

    def open(self, sealed: str, about: str) -> SecretStr:
        """Raises LookupError for what was sealed about something else."""
        ...


@dataclass(frozen=True)
class Handover:
    code: SecretStr
    good_until: datetime


class Sessions(Protocol):
    """Sessions of users in auth, by our REST API. Each may raise ApiAway and ApiRefused."""

    def hand_over(self, token: SecretStr) -> Handover: ...

    def redeem(self, code: SecretStr) -> Tokens:
        """Works once. Raises HandoverOver."""
        ...

    def refresh(self, token: SecretStr) -> Tokens:
        """Works once for a refresh token. Raises SessionOver."""
        ...

    def caller(self, access: SecretStr) -> Caller:
        """Raises SessionOver."""
        ...

    def end(self, access: SecretStr) -> None:
        """Raises SessionOver."""
        ...


@dataclass(frozen=True)
class Reply:
    """What the bot says. `proposal` is drawn from the server's record, behind the text."""

    text: str
    proposal: Proposal | None = None


class Connector(Protocol):
    def reply(self, chat: Chat, activity_id: str | None, reply: Reply) -> None:
        """It may be told twice when an answer of Teams gets lost. Raises ConnectorAway,
        ConnectorRefused, ChatClosed."""
        ...


class Gate(Protocol):
    def check(self, token: SecretStr | None, channel: str | None, service_url: str) -> None:
        """Whether the Bot Framework sent it to our bot, from that channel and service. Raises
        ActivityRefused, KeysAway."""
        ...


class Queue(Protocol):
    def send(self, message: Incoming | Farewell, delay_seconds: float = 0) -> None: ...


@dataclass(frozen=True)
class TeamsPolicy:
    app_id: str  # of our bot; empty: the stage has none
    tenants: frozenset[str]


@dataclass(frozen=True)
class TeamsPorts:
    links: TeamsLinks
    arrivals: Arrivals
    vault: Vault
    sessions: Sessions
    connector: Connector
    gate: Gate
    queue: Queue
    now: Callable[[], datetime]
    new_id: Callable[[], str]  # cannot be guessed
    new_symbols: Callable[[], str]  # of a code
    policy: TeamsPolicy
