"""What the use cases ask of the outside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kernel.metering import Meter
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from services.agent.domain.chat import Json, Message, Reply
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
        """`tools` are toolSpecs. `said` gets the text piece by piece while it is written; an error
        that it raises ends the call and is raised. Takes at most about `seconds`. Raises
        ModelBusy, ModelAway, ModelRefused, ContextTooLong."""
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


class Outcomes(Protocol):
    """How transfers ended, as their events told."""

    def count(self, ended: Ended, event_id: str, now: datetime) -> None:
        """Once, however often the event comes. What ended too long ago is not counted. Raises
        OutcomesBusy."""
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
class Ports:
    outcomes: Outcomes
    now: Callable[[], datetime]


__all__ = [
    "Actor",
    "Meter",
    "Model",
    "Outcomes",
    "Ports",
    "ProposalChange",
    "Proposals",
    "Reader",
]
