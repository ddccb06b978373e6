"""The envelope of every event: who caused what and when, around the fact itself."""

from typing import Generic, TypeVar

from contracts.contract import Id, Published, UtcTime

Data = TypeVar("Data", bound=Published)


class Meta(Published):
    """`correlation_id` follows one request everywhere; `causation_id`: the event this answers."""

    event_id: Id
    occurred_at: UtcTime
    correlation_id: Id
    causation_id: Id | None = None


class Event(Published, Generic[Data]):
    """`detail` on the bus. Building one is strict; `contracts.catalogue` reads one tolerantly."""

    meta: Meta
    data: Data
