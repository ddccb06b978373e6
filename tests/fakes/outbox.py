"""An outbox in memory."""

import threading
from collections.abc import Sequence
from datetime import datetime

from kernel.outbox import OutboxEvent
from runtime.dynamodb.outbox import CLOCKS_DIFFER


class InMemoryOutbox:
    """`rows` holds every event ever stored, by record. `published` holds the marked events.
    `claims` says who may publish which event until when."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[str, list[OutboxEvent]] = {}
        self.published: set[tuple[str, str]] = set()
        self.claims: dict[tuple[str, str], tuple[str, datetime]] = {}

    def store(self, record: str, events: Sequence[OutboxEvent]) -> None:
        """Called by the record's own store, under its lock."""
        with self.lock:
            self.rows.setdefault(record, []).extend(events)

    def unpublished(self, record: str) -> Sequence[OutboxEvent]:
        with self.lock:
            return [
                event
                for event in self.rows.get(record, [])
                if (record, event.event_id) not in self.published
            ]

    def claim(
        self, record: str, event_id: str, holder: str, now: datetime, until: datetime
    ) -> bool:
        key = (record, event_id)
        with self.lock:
            if event_id not in [event.event_id for event in self.unpublished(record)]:
                return False
            claimed_by, claimed_until = self.claims.get(key, (holder, now))
            believed = now < claimed_until <= until + CLOCKS_DIFFER
            if claimed_by != holder and believed:
                return False
            self.claims[key] = (holder, until)
            return True

    def mark_published(self, record: str, event_id: str) -> bool:
        with self.lock:
            if event_id not in [event.event_id for event in self.unpublished(record)]:
                return False
            self.published.add((record, event_id))
            self.claims.pop((record, event_id), None)
            return True

    def give_back(self, record: str, event_id: str) -> None:
        with self.lock:
            self.claims.pop((record, event_id), None)
