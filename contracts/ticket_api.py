"""HTTP requests and answers about tickets."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import CONTROL, PLAIN, Contract, Count, Id, Published, Text, UtcTime
from contracts.ticket_events import TicketKind
from contracts.transfer_events import Failure

Summary = Annotated[
    str, Text("A summary has 1 to 160 characters, none of them a control character.", 160, PLAIN)
]
_LINES = rf"(?:[^{CONTROL}]|[\t\n\r])+"  # line breaks and tabs are wanted
Description = Annotated[
    str, Text("A description has 1 to 4000 characters: text with line breaks.", 4_000, _LINES)
]
TicketNumber = Annotated[
    str, Text("A ticket's number, as INC0010023: 1 to 40 of A-Z a-z 0-9 _ -", 40, r"[A-Za-z0-9_-]+")
]
TicketStatus = Literal["waiting", "open", "resolved", "cancelled", "closed"]


class TicketRequest(Contract):
    """A ticket for the caller. With `transfer_id` it says of which transfer."""

    summary: Summary
    description: Description
    transfer_id: Id | None = None


class LiveTicketView(Published):
    """What ServiceNow says of it now, as people there see it."""

    state: str
    assigned_to: str | None
    assignment_group: str | None
    updated_at: UtcTime | None


class TicketView(Published):
    """`status` is what we know. waiting: it is not made yet. closed: a person closed it, so it is
    written no more."""

    id: Id
    kind: TicketKind
    status: TicketStatus
    transfer_id: Id | None
    owner: str
    number: str | None = Field(description="null while it waits")
    url: str | None
    follows: str | None = Field(description="number of the ticket that a person closed before")
    requested_at: UtcTime
    opened_at: UtcTime | None
    updated_at: UtcTime | None
    trouble: Failure | None = Field(description="why something of it is not written yet")
    live: LiveTicketView | None = Field(
        default=None, description="null: nobody asked for it, or ServiceNow cannot be read now"
    )


class TransferTicketsView(Published):
    """All tickets of a transfer, in the order in which they were asked for."""

    transfer_id: Id
    tickets: tuple[TicketView, ...]


class TicketingHealthView(Published):
    """ok: tickets are written. slow: the hourly limit of the instance is reached. waiting: the
    instance is in trouble, it is tried again by itself. stopped: it is not tried until somebody
    mends the cause. off: this stage has no tickets."""

    status: Literal["ok", "slow", "waiting", "stopped", "off"]
    trouble: Failure | None
    since: UtcTime | None
    next_try_at: UtcTime | None
    openings_waiting: Count = Field(description="at most 1000 are counted")
    endings_waiting: Count
    notes_waiting: Count
    oldest_waiting_since: UtcTime | None
