"""The envelope of every event. It says who caused the fact inside it, and when."""

from typing import Generic, TypeVar

from contracts.contract import Id, Published, UtcTime

Data = TypeVar("Data", bound=Published)


class Meta(Published):
    """`correlation_id` is the same for everything that one request causes. `causation_id` is the id
    of the event that this one answers."""

    event_id: Id
    occurred_at: UtcTime
    correlation_id: Id
    causation_id: Id | None = None


class Event(Published, Generic[Data]):
    """`detail` on the bus. Building one is strict. `contracts.catalogue` reads one and ignores
    fields that it does not know."""

    meta: Meta
    data: Data
