"""All events: each with its name on the bus, its model, its publisher and its consumers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contracts.agent_events import (
    AnswerStreamedV1,
    ConversationOpenedV1,
    ProposalConfirmedV1,
    ProposalMadeV1,
    ProposalRejectedV1,
)
from contracts.auth_events import (
    LoginFailedV1,
    SessionClosedV1,
    SessionOpenedV1,
    UserAddedV1,
    UserChangedV1,
)
from contracts.contract import Published
from contracts.envelope import Event
from contracts.notify_events import NotificationFailedV1, NotificationSentV1
from contracts.ticket_events import (
    TicketingFailedV1,
    TicketOpenedV1,
    TicketResolvedV1,
    TicketUpdatedV1,
)
from contracts.transfer_events import (
    TransferCancelledV1,
    TransferCompletedV1,
    TransferDelayedV1,
    TransferFailedV1,
    TransferPausedV1,
    TransferProgressedV1,
    TransferRequestedV1,
    TransferResumedV1,
    TransferStartedV1,
)


@dataclass(frozen=True)
class EventSpec:
    """`consumers` have a rule for the event. A service that adds a rule adds itself here."""

    detail_type: str
    model: type[Published]
    producer: str
    consumers: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return f"fileferry.{self.producer}"


CATALOGUE: tuple[EventSpec, ...] = (
    EventSpec("SessionOpened.v1", SessionOpenedV1, "auth"),
    EventSpec("SessionClosed.v1", SessionClosedV1, "auth", consumers=("progress",)),
    EventSpec("LoginFailed.v1", LoginFailedV1, "auth"),
    EventSpec("UserAdded.v1", UserAddedV1, "auth", consumers=("ticketing", "notify")),
    EventSpec(
        "UserChanged.v1", UserChangedV1, "auth", consumers=("progress", "ticketing", "notify")
    ),
    EventSpec(
        "TransferRequested.v1",
        TransferRequestedV1,
        "transfer",
        consumers=("transfer", "progress", "ticketing", "notify"),
    ),
    EventSpec(
        "TransferStarted.v1",
        TransferStartedV1,
        "transfer",
        consumers=("progress", "ticketing", "notify"),
    ),
    EventSpec("TransferProgressed.v1", TransferProgressedV1, "transfer", consumers=("progress",)),
    EventSpec(
        "TransferDelayed.v1",
        TransferDelayedV1,
        "transfer",
        consumers=("progress", "ticketing", "notify"),
    ),
    EventSpec(
        "TransferCompleted.v1",
        TransferCompletedV1,
        "transfer",
        consumers=("progress", "ticketing", "notify", "agent"),
    ),
    EventSpec(
        "TransferFailed.v1",
        TransferFailedV1,
        "transfer",
        consumers=("progress", "ticketing", "notify", "agent"),
    ),
    EventSpec(
        "TransferCancelled.v1",
        TransferCancelledV1,
        "transfer",
        consumers=("progress", "ticketing", "notify"),
    ),
    EventSpec(
        "TransferPaused.v1",
        TransferPausedV1,
        "transfer",
        consumers=("progress", "ticketing", "notify"),
    ),
    EventSpec(
        "TransferResumed.v1",
        TransferResumedV1,
        "transfer",
        consumers=("progress", "ticketing", "notify"),
    ),
    EventSpec("TicketOpened.v1", TicketOpenedV1, "ticketing", consumers=("notify",)),
    EventSpec("TicketUpdated.v1", TicketUpdatedV1, "ticketing"),
    EventSpec("TicketResolved.v1", TicketResolvedV1, "ticketing"),
    EventSpec("TicketingFailed.v1", TicketingFailedV1, "ticketing", consumers=("notify",)),
    EventSpec("NotificationSent.v1", NotificationSentV1, "notify"),
    EventSpec("NotificationFailed.v1", NotificationFailedV1, "notify"),
    EventSpec("ConversationOpened.v1", ConversationOpenedV1, "agent"),
    EventSpec("ProposalMade.v1", ProposalMadeV1, "agent"),
    EventSpec("ProposalConfirmed.v1", ProposalConfirmedV1, "agent"),
    EventSpec("ProposalRejected.v1", ProposalRejectedV1, "agent"),
    EventSpec("AnswerStreamed.v1", AnswerStreamedV1, "agent", consumers=("progress",)),
)
_BY_DETAIL_TYPE = {spec.detail_type: spec for spec in CATALOGUE}
_BY_MODEL = {spec.model: spec for spec in CATALOGUE}


class UnknownEvent(LookupError):
    """A detail-type that is not in the catalogue, or none that the caller reads."""

    code, retryable = "unknown_event", False

    def __init__(self, detail_type: str, expected: str | None = None) -> None:
        self.detail_type, self.expected = detail_type, expected
        wanted = f"; this consumer reads {expected}" if expected else ""
        super().__init__(
            f"Event {detail_type!r} cannot be read{wanted}."
            " Compare the rule's pattern with contracts/catalogue.py."
        )


def spec_of(model: type[Published]) -> EventSpec:
    return _BY_MODEL[model]


def encode(event: Event[Any]) -> tuple[str, str]:
    """(detail-type, detail as JSON) of an event about to be published."""
    return spec_of(type(event.data)).detail_type, event.model_dump_json()


def parse(detail_type: str, detail: str | Mapping[str, Any]) -> Event[Any]:
    """The event. Unknown fields are ignored. Raises UnknownEvent, ValidationError."""
    spec = _BY_DETAIL_TYPE.get(detail_type)
    if spec is None:
        raise UnknownEvent(detail_type)
    # Always from JSON text: strict models accept a time as a string only there.
    text = detail if isinstance(detail, str) else json.dumps(detail)
    event: Event[Any] = Event[spec.model].model_validate_json(text, extra="ignore")  # type: ignore[name-defined]
    return event
