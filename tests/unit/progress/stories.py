"""The events of one transfer as the transfer service publishes them, and ways they get mixed up."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from contracts import transfer_events as fact
from contracts.envelope import Event, Meta
from contracts.receipt import Receipt

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
SIZE, CHUNKS = 1_000_000, 10
AnyEvent = Event[Any]


@dataclass
class Story:
    """Tells one event after the other. Each change of the transfer has the next sequence."""

    transfer_id: str = "t-1"
    owner: str = "jane"
    path: str = "big.bin"
    at: datetime = NOON
    sequence: int = -1
    run: int = 1
    destination: str = "acme"
    size: int | None = None
    started_at: datetime | None = None
    version: str | None = None
    events: list[AnyEvent] = field(default_factory=list)

    def tell(self, model: type[fact.TransferFact], **more: Any) -> AnyEvent:  # noqa: ANN401
        self.at += timedelta(seconds=1)
        if model is not fact.TransferProgressedV1:
            self.sequence += 1
        facts: dict[str, Any] = {
            "transfer_id": self.transfer_id,
            "owner": self.owner,
            "run": self.run,
            "sequence": self.sequence,
            "source": fact.S3Object(
                bucket="outgoing", key="reports/big.bin", version_id=self.version
            ),
            "destination": fact.Partner(
                id=self.destination,
                name=self.destination.upper(),
                host=f"sftp.{self.destination}",
                protocol="sftp",
            ),
            "target_path": self.path,
            "size_bytes": self.size,
            "requested_at": NOON,
        }
        meta = Meta(
            event_id=f"e-{len(self.events)}", occurred_at=self.at, correlation_id=self.transfer_id
        )
        self.events.append(Event(meta=meta, data=model(**facts | more)))
        return self.events[-1]

    def requested(self, **more: Any) -> AnyEvent:  # noqa: ANN401
        told = {"if_exists": "fail", "verify": "checksum", **more}
        return self.tell(fact.TransferRequestedV1, **told)

    def retried(self) -> AnyEvent:
        self.run += 1
        return self.requested()

    def started(self) -> AnyEvent:
        self.size, self.started_at = SIZE, self.started_at or self.at
        return self.tell(fact.TransferStartedV1, chunks=CHUNKS, lanes=2, started_at=self.started_at)

    def sample(self, percent: int, **more: Any) -> AnyEvent:  # noqa: ANN401
        done = SIZE * percent // 100
        told = {
            "bytes_done": done,
            "percent": float(percent),
            "rate_bytes_per_second": 1.0,
            "chunks": CHUNKS,
            "chunks_done": percent * CHUNKS // 100,
            "lanes": 2,
            "status": "moving",
            **more,
        }
        return self.tell(fact.TransferProgressedV1, **told)

    def quiet_change(self) -> None:
        """A change of the transfer that has no event of its own."""
        self.sequence += 1

    def delayed(self, code: str = "partner_unreachable") -> AnyEvent:
        trouble = fact.Trouble(code=code, message="It does not answer.", retryable=True, attempt=1)
        return self.tell(fact.TransferDelayedV1, trouble=trouble, delayed_at=self.at)

    def paused(self, done: int = 0) -> AnyEvent:
        return self.tell(fact.TransferPausedV1, bytes_done=done, paused_at=self.at)

    def resumed(self, done: int = 0) -> AnyEvent:
        return self.tell(fact.TransferResumedV1, bytes_done=done, resumed_at=self.at)

    def failed(self, done: int = 0, code: str = "no_space") -> AnyEvent:
        failure = fact.Failure(code=code, message="The disk is full.", retryable=True)
        ended = {"started_at": self.started_at, "failed_at": self.at}
        return self.tell(fact.TransferFailedV1, bytes_done=done, failure=failure, **ended)

    def cancelled(self, done: int = 0) -> AnyEvent:
        ended = {"started_at": self.started_at, "cancelled_at": self.at}
        return self.tell(fact.TransferCancelledV1, bytes_done=done, **ended)

    def completed(self) -> AnyEvent:
        receipt = Receipt(
            target_path="/in/big.bin",
            bytes_sent=SIZE,
            crc64nvme="0123456789abcdef",
            verified="checksum",
            proven="size",
            delivery="atomic",
            source_checksum="matched",
            host_key_fingerprint="SHA256:x",
            chunks=CHUNKS,
            attempts=CHUNKS,
            started_at=self.started_at or self.at,
            finished_at=self.at,
        )
        self.size = SIZE
        return self.tell(fact.TransferCompletedV1, receipt=receipt)
