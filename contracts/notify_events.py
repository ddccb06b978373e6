"""What the notify service publishes about messages."""

from typing import Literal

from pydantic import Field

from contracts.contract import Count, Id, Published, UtcTime
from contracts.transfer_events import Failure

ChannelKind = Literal["teams", "slack", "email", "webhook"]
Stage = Literal["started", "completed", "failed", "stalled"]


class NotificationFact(Published):
    """A message, or a digest of several. `recipient` is a user's name, or null for a shared
    channel. No event has an address."""

    notification_id: Id
    channel_id: Id
    channel_kind: ChannelKind
    recipient: str | None
    stages: tuple[Stage, ...] = Field(description="of what it tells, each once")
    transfer_id: Id | None = Field(default=None, description="null: a digest of several")
    events: Count = Field(description="how many events it tells of")


class NotificationSentV1(NotificationFact):
    """The other side took the message."""

    sent_at: UtcTime


class NotificationFailedV1(NotificationFact):
    """The message was not delivered, or nobody knows (`outcome_unclear`). It is not tried again.

    `channel_dead`: the other side refuses the channel itself, so nothing more is sent there until
    somebody mends it.
    """

    failure: Failure
    channel_dead: bool = False
    failed_at: UtcTime
