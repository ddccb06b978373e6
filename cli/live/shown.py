"""A transfer as people and programs are shown it, whether a stream or the REST API told of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from cli.durations import duration_text
from contracts.receipt import FileCounts, Receipt
from contracts.transfer_views import FailureView, TransferSummary, TransferView
from contracts.websocket.live_transfer import LiveTransfer

ENDED = frozenset({"completed", "failed", "cancelled"})
ENDING = frozenset({"failing", "cancelling"})  # only the REST API tells of these
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class Shown:
    """`rate_bytes_per_second` is null while nothing moves."""

    id: str
    status: str
    run: int
    source: str
    destination: str
    target_path: str
    size_bytes: int | None
    bytes_done: int | None
    percent: float | None
    rate_bytes_per_second: float | None
    eta_text: str | None
    lanes: int
    failure: FailureView | None
    receipt: Receipt | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seen_at: datetime
    files: FileCounts | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def moves(self) -> bool:
        return self.status == "moving" and self.rate_bytes_per_second is not None

    @property
    def name(self) -> str:
        return self.source.rsplit("/", 1)[-1] or self.source

    @property
    def seconds(self) -> float | None:
        """How long the run took, by the service's clock."""
        if self.finished_at is None or self.started_at is None:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())


def from_live(live: LiveTransfer) -> Shown:
    same = {
        name: getattr(live, name)
        for name in Shown.__dataclass_fields__
        if name in LiveTransfer.model_fields and name not in ("source", "destination")
    }
    return Shown(
        id=live.transfer_id,
        source=f"s3://{live.source.bucket}/{live.source.key}",
        destination=live.destination.id,
        eta_text=live.eta.text if live.eta else None,
        **same,
    )


def from_rest(view: TransferView | TransferSummary) -> Shown:
    """A summary of a list does not say how much was moved."""
    full = view if isinstance(view, TransferView) else None
    ended = view.status == "completed"
    moved = full.bytes_done if full else view.size_bytes if ended else None
    eta = full.eta_seconds if full else None
    return Shown(
        id=view.id,
        status=view.status,
        run=view.run,
        source=f"s3://{view.source.bucket}/{view.source.key}",
        destination=view.destination_id,
        target_path=view.final_path or view.target_path,
        size_bytes=view.size_bytes,
        bytes_done=moved,
        percent=full.percent if full else 100.0 if ended else None,
        rate_bytes_per_second=full.rate_bytes_per_second if full else None,
        eta_text=None if eta is None else duration_text(eta),
        lanes=sum(lane.state == "moving" for lane in full.lanes) if full else 0,
        failure=view.failure,
        receipt=view.receipt,
        requested_at=view.requested_at,
        started_at=view.started_at,
        finished_at=view.finished_at,
        seen_at=view.updated_at,
        files=full.files if full else None,
    )


def onward(before: Shown | None, now: Shown) -> Shown:
    """What to show after `before` when `now` is heard: within a run nothing goes backwards.

    The stream and the REST API do not know a change at the same moment, and a service that begins
    anew may know less than it did. A run that has ended stays ended until there is a new one.
    """
    if before is None or now.run > before.run:
        return now
    if now.run < before.run or (before.ended and not now.ended):
        return before
    return replace(
        now,
        status=_status(before, now),
        size_bytes=now.size_bytes if now.size_bytes is not None else before.size_bytes,
        bytes_done=_larger(before.bytes_done, now.bytes_done),
        percent=_larger(before.percent, now.percent),
        receipt=now.receipt or before.receipt,
        files=now.files or before.files,
        started_at=now.started_at or before.started_at,
        seen_at=max(before.seen_at, now.seen_at),
    )


def _status(before: Shown, now: Shown) -> str:
    """The stream does not know that a transfer is about to end. It still says that it moves."""
    if now.ended or now.status in ENDING:
        return now.status
    older = now.seen_at < before.seen_at
    return before.status if older or before.status in ENDING else now.status


def _larger(one: Number | None, other: Number | None) -> Number | None:
    return max((each for each in (one, other) if each is not None), default=None)
