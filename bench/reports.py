"""What a lane's worker reports on the bus, of transfers that move nothing."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from contracts.catalogue import encode
from contracts.contract import Published
from contracts.envelope import Event, Meta
from contracts.transfer_events import (
    Partner,
    S3Object,
    TransferProgressedV1,
    TransferStartedV1,
)
from kernel.outbox import OutboxEvent

OWNER = "bench"
SIZE, STEP, CHUNKS = 10**12, 10**6, 1_000


@dataclass
class Moving:
    """A transfer as its events tell it. Each report has STEP bytes more."""

    id: str = field(default_factory=lambda: secrets.token_hex(16))
    bytes_done: int = 0
    requested_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def started(self) -> OutboxEvent:
        """The first that is heard of it. Its request would set the transfer service to work."""
        started = TransferStartedV1(
            **self._fact(), size_bytes=SIZE, chunks=CHUNKS, lanes=4, started_at=self.requested_at
        )
        return _on_bus(started)

    def report(self) -> OutboxEvent:
        self.bytes_done += STEP
        done = min(self.bytes_done // STEP, CHUNKS - 4)
        progressed = TransferProgressedV1(
            **self._fact(),
            size_bytes=SIZE,
            bytes_done=self.bytes_done,
            percent=100 * self.bytes_done / SIZE,
            rate_bytes_per_second=float(STEP),
            chunks=CHUNKS,
            chunks_done=done,
            lanes=4,
            status="moving",
            chunk_runs=f"{done}d4m{CHUNKS - done - 4}w" if done < CHUNKS - 4 else None,
        )
        return _on_bus(progressed)

    def _fact(self) -> dict[str, Any]:
        return {
            "transfer_id": self.id,
            "owner": OWNER,
            "run": 1,
            "sequence": 1,
            "source": S3Object(bucket="bench", key="big.bin"),
            "destination": Partner(id="bench", name="Bench", host="sftp.example", protocol="sftp"),
            "target_path": "big.bin",
            "requested_at": self.requested_at,
        }


def _on_bus(fact: Published) -> OutboxEvent:
    event_id = secrets.token_hex(16)
    meta = Meta(event_id=event_id, occurred_at=datetime.now(UTC), correlation_id=event_id)
    return OutboxEvent(event_id, *encode(Event(meta=meta, data=fact)))
