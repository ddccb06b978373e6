"""HTTP answers about what happened to a transfer."""

from typing import Literal

from pydantic import Field

from contracts.contract import Bytes, Count, Id, Published, UtcTime
from contracts.receipt import Receipt
from contracts.transfer_events import Failure, Origin, Trouble

FactType = Literal[
    "TransferRequested",
    "TransferStarted",
    "TransferDelayed",
    "TransferPaused",
    "TransferResumed",
    "TransferCompleted",
    "TransferFailed",
    "TransferCancelled",
]


class TimelineEntry(Published):
    """A fact of a transfer, as its event told it. What its event does not tell is null."""

    event_id: Id
    type: FactType = Field(description="the event's detail-type without its version")
    at: UtcTime = Field(description="`occurred_at` of the event")
    sequence: Count = Field(description="grows with every change of the transfer")
    run: int = Field(ge=1, description="1 at first; grows by 1 with each retry")
    by: str | None = Field(description="the user who asked for it; null: nobody, or not known")
    trouble: Trouble | None = Field(description="what was in its way (TransferDelayed)")
    failure: Failure | None = Field(description="why it failed (TransferFailed)")
    receipt: Receipt | None = Field(description="what was proved (TransferCompleted)")
    size_bytes: Bytes | None = Field(description="null until the source was inspected")
    bytes_done: Bytes | None
    chunks: Count | None = Field(description="in how many it is moved (TransferStarted)")
    lanes: Count | None = Field(description="how many move it (TransferStarted)")
    origin: Origin | None = Field(
        default=None, description="the agent's proposal that the request names (TransferRequested)"
    )


class TimelinePage(Published):
    """What happened to a transfer, newest first. `cursor` is null on the last page. Every fact is
    here that is published as an event, but TransferProgressed, which is not stored. A fact may be
    here a moment before its event is on the bus. Facts are kept for 150 days at least."""

    events: tuple[TimelineEntry, ...]
    cursor: str | None
    earlier_gone: bool = Field(
        description="true on the last page when the transfer's first facts are not kept any more"
    )
