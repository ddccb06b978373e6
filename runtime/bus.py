"""Publishes events on the bus and says which ones it did not take.

publisher = EventBusPublisher(clients.shared("events", CALLS), settings.event_bus_name, "transfer")
refused = publisher.publish(events)    # ids; empty when the bus took all
"""

from collections.abc import Iterator, Sequence
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from kernel.outbox import OutboxEvent
from runtime.telemetry import logger

# All tries of one call together take 24 seconds at most, so that a claim in the outbox outlives
# them (kernel.outbox.CLAIM_SECONDS). What is refused by then is published later.
CALLS = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5
)
MAX_ENTRIES = 10  # of one PutEvents
MAX_BYTES = 256_000  # of one PutEvents: AWS documents 256 KB in some places, 1 MB in others


class EventBusPublisher:
    def __init__(self, client: Any, bus_name: str, service: str) -> None:  # noqa: ANN401 - boto3
        self._client, self._source = client, f"fileferry.{service}"
        self._fixed = {"EventBusName": bus_name, "Source": self._source}

    def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
        """The ids of the events that the bus did NOT take. Each is logged with the reason."""
        return [refused for batch in self._batches(events) for refused in self._put(batch)]

    def _put(self, batch: Sequence[OutboxEvent]) -> list[str]:
        size = sum(map(self._bytes, batch))
        if size > MAX_BYTES:  # one event alone, see _batches
            return self._refused(batch, "EntryTooLarge", f"{size} bytes, at most {MAX_BYTES}")
        try:
            answer = self._client.put_events(Entries=[self._entry(event) for event in batch])
        except (ClientError, BotoCoreError) as error:
            return self._refused(batch, type(error).__name__, str(error))
        if not answer["FailedEntryCount"]:
            return []
        refused: list[str] = []
        for event, entry in zip(batch, answer["Entries"], strict=True):
            if "ErrorCode" in entry:
                refused += self._refused([event], entry["ErrorCode"], entry.get("ErrorMessage"))
        return refused

    def _entry(self, event: OutboxEvent) -> dict[str, str]:
        return {**self._fixed, "DetailType": event.detail_type, "Detail": event.detail}

    def _bytes(self, event: OutboxEvent) -> int:
        # EventBridge user guide, 'Calculating PutEvents event entry size'
        return sum(len(text.encode()) for text in (self._source, event.detail_type, event.detail))

    def _batches(self, events: Sequence[OutboxEvent]) -> Iterator[Sequence[OutboxEvent]]:
        """As many events as fit together, in order. An event that is too large is a batch alone."""
        batch: list[OutboxEvent] = []
        for event in events:
            full = len(batch) == MAX_ENTRIES
            if batch and (full or sum(map(self._bytes, [*batch, event])) > MAX_BYTES):
                yield batch
                batch = []
            batch.append(event)
        if batch:
            yield batch

    def _refused(self, events: Sequence[OutboxEvent], code: str, reason: str | None) -> list[str]:
        ids = [event.event_id for event in events]
        logger().error("events not published", event_ids=ids, code=code, reason=reason)
        return ids
