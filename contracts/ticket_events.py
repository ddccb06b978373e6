"""What the ticketing service publishes about tickets in ServiceNow."""

from typing import Literal

from pydantic import Field

from contracts.contract import Count, Id, Published, UtcTime
from contracts.transfer_events import Failure

# user: for who asked. audit: the complete trail. request: somebody asked for it by the API.
TicketKind = Literal["user", "audit", "request"]


class TicketFact(Published):
    """What the events of a ticket say. `sequence` grows with every event of the ticket."""

    ticket_id: Id
    kind: TicketKind
    transfer_id: Id | None = Field(default=None, description="null: it is about no transfer")
    owner: str
    number: str = Field(description="as people know it: INC0010023")
    table: str
    record_id: str = Field(description="its sys_id")
    url: str | None = Field(default=None, description="where people read it")
    sequence: Count


class TicketOpenedV1(TicketFact):
    """A ticket was made, or one that was made before was found again."""

    follows: str | None = Field(
        default=None, description="the number of the ticket that a person closed before"
    )
    opened_at: UtcTime


class TicketUpdatedV1(TicketFact):
    """Something was written into an open ticket. `left_open`: its transfer failed, and the ticket
    waits for a person."""

    left_open: bool = False
    updated_at: UtcTime


class TicketResolvedV1(TicketFact):
    """The ticket was ended by us."""

    outcome: Literal["resolved", "cancelled"]
    resolved_at: UtcTime


class TicketingFailedV1(Published):
    """Tickets cannot be written. Nothing is lost: what waits is written when the cause is gone.

    Without a ticket it is said of all: for example the login is refused. It is published once for
    each cause, not for each try.
    """

    ticket_id: Id | None = None
    kind: TicketKind | None = None
    transfer_id: Id | None = None
    owner: str | None = None
    number: str | None = None
    failure: Failure
    failed_at: UtcTime
