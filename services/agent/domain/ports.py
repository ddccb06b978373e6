"""What the use cases ask of the outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from pydantic import SecretStr

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from services.agent.domain.chat import Json, Message, Reply
from services.agent.domain.conversation import Conversation, Entry
from services.agent.domain.handles import Handles
from services.agent.domain.outcome import Ended, Learned
from services.agent.domain.proposal import Proposal


class Model(Protocol):
    """A language model. What it says is hostile: nobody knows who wrote what it has read."""

    def answer(
        self,
        system: str,
        messages: Sequence[Message],
        tools: Sequence[Json],
        said: Callable[[str], None],
        seconds: float,
    ) -> Reply:
        """`tools` are toolSpecs. `said` gets the text piece by piece while it is written, and ""
        about once a second while nothing comes. An error that it raises ends the call and is
        raised. Takes at most `seconds`. Raises ModelBusy, ModelAway, ModelRefused,
        ContextTooLong."""
        ...


class Reader(Protocol):
    """Our REST API with the caller's token. It cannot write: it knows no route that does."""

    def read(
        self,
        operation: str,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        """The document that GET of this operation id answers. Raises ApiRefused (status, code and
        sentence of the problem), ApiAway."""
        ...


class Actor(Protocol):
    """The few writes that a confirmed proposal stands for, with the caller's token."""

    def act(self, proposal: Proposal, number: int) -> str:
        """Does the step with this number (the first is 0) under its own Idempotency-Key, and tells
        the id of what was started, steered or opened. Raises ValueError for a proposal that nobody
        has claimed; ApiRefused; ApiAway, when nobody knows whether it was done."""
        ...


class Access(Protocol):
    """Our REST API as a caller may use it. `token` is their access token. No call takes longer than
    `seconds_left()` at its begin."""

    def reader(self, token: SecretStr, seconds_left: Callable[[], float]) -> Reader: ...

    def actor(self, token: SecretStr, seconds_left: Callable[[], float]) -> Actor: ...


@dataclass(frozen=True)
class Part:
    """A message of the history as it is told to the model: the `index`th of those that began with
    message `number` of the conversation."""

    number: int
    index: int
    message: Message


@dataclass(frozen=True)
class Written:
    """What is stored together with a conversation. `parts` take the place of earlier ones."""

    entries: Sequence[Entry] = ()
    parts: Sequence[Part] = ()
    handles: Handles | None = None
    idempotency: Idempotency | None = None  # stands for the last of `entries`


@dataclass(frozen=True)
class Sent:
    """The message that an idempotency key stands for."""

    conversation_id: str
    number: int


class Conversations(Protocol):
    """All reads are strongly consistent, but those of lists. Each write may raise RecordBusy."""

    def open(
        self,
        conversation: Conversation,
        events: Sequence[OutboxEvent],
        idempotency: Idempotency | None = None,
    ) -> Conversation:
        """The conversation that the same key opened before, if there is one, as it is now. Raises
        IdempotencyConflict."""
        ...

    def read(self, conversation_id: str) -> Conversation | None: ...

    def of_owner(self, owner: str, limit: int, cursor: str | None) -> Page[Conversation]:
        """Newest first, by when they were opened. Raises FieldInvalid."""
        ...

    def save(self, now: Conversation, written: Written, at: datetime) -> Conversation | None:
        """Stores it in the place of the one of the same version, and returns it with a new one.
        None when somebody else has changed it since it was read, or has used the key."""
        ...

    def sent_before(self, idempotency: Idempotency, now: datetime) -> Sent | None:
        """Raises IdempotencyConflict."""
        ...

    def entry(self, conversation_id: str, number: int) -> Entry | None: ...

    def entries(self, conversation_id: str, limit: int, cursor: str | None) -> Page[Entry]:
        """Oldest first. May be fewer than `limit`, also before the last page. Raises
        FieldInvalid."""
        ...

    def history(self, conversation_id: str, since: int) -> Sequence[Part]:
        """The parts from message number `since` on, oldest first."""
        ...

    def handles(self, conversation_id: str) -> Handles: ...


class Budget(Protocol):
    """How many tokens of the model a user has taken on a day in UTC."""

    def taken(self, user: str, day: date) -> int: ...

    def take(self, user: str, day: date, tokens: int, most: int) -> bool:
        """False when they would be more than `most` then; none is taken."""
        ...

    def give_back(self, user: str, day: date, tokens: int) -> None:
        """A negative number takes, whatever was taken."""
        ...


@dataclass(frozen=True)
class Piece:
    """Of an answer that is being written, for whoever watches. `number` counts them."""

    conversation_id: str
    owner: str
    turn_id: str
    correlation_id: str
    number: int
    text: str = ""
    tool: str | None = None
    ended: bool = False


class AnswerStream(Protocol):
    def tell(self, piece: Piece) -> bool:
        """Takes 2 s at most and never raises. False when nobody was told."""
        ...


class Outcomes(Protocol):
    """How transfers ended, as their events told."""

    def count(self, ended: Ended, event_id: str, now: datetime) -> None:
        """Once, however often the event comes. Raises OutcomesBusy."""
        ...

    def learned(self, destination_id: str, now: datetime) -> Learned:
        """Of what ended lately. `learned(...).estimate(size_bytes, now.hour)` says how long the
        next transfer takes."""
        ...


@dataclass(frozen=True)
class ProposalChange:
    """A proposal as it is to be stored, and as it was read. None: it is new."""

    now: Proposal
    before: Proposal | None = None
    events: tuple[OutboxEvent, ...] = ()


class Proposals(Protocol):
    """All reads are strongly consistent. Each may raise ProposalsBusy."""

    def read(self, proposal_id: str) -> Proposal | None: ...

    def newest_of(self, conversation_id: str) -> Proposal | None:
        """The last one that was made in the conversation, whatever became of it."""
        ...

    def store(self, change: ProposalChange) -> bool:
        """With its events, all or nothing. False when anybody has stored something of it since it
        was read."""
        ...

    def make(self, new: ProposalChange, newest: ProposalChange | None) -> bool:
        """Stores a new one as the newest of its conversation, together with what becomes of the
        one that was the newest until now. False when that one was changed since it was read, or
        when it is the newest no more."""
        ...

    def of_owner(self, owner: str, limit: int, cursor: str | None) -> Page[Proposal]:
        """Newest first. Raises FieldInvalid for a cursor that is not ours."""
        ...


@dataclass(frozen=True)
class Policy:
    """The service's numbers. settings.py says where each comes from."""

    model: str  # its id; empty where the stage has none
    tokens_per_day: int  # of one user
    answer_tokens: int  # of one call of the model
    history_bytes: int  # told to the model; when there is more, the older messages are summarised
    turn_seconds: float = 25.0  # the API waits 29 s, and the end of a turn takes time, too
    rounds: int = 8  # of tools in one turn


@dataclass(frozen=True)
class Ports:
    """Everything that a use case may reach. wiring.py builds it once. Tests build it from fakes."""

    conversations: Conversations
    proposals: Proposals
    budget: Budget
    outcomes: Outcomes
    model: Model
    access: Access
    stream: AnswerStream
    now: Callable[[], datetime]
    new_id: Callable[[], str]  # cannot be guessed
    policy: Policy
