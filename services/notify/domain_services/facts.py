"""What an event tells, as a fact."""

from datetime import datetime

from contracts import transfer_events as told
from contracts.envelope import Event
from services.notify.domain.known_transfer import KnownTransfer
from services.notify.domain.message import Fact, Trouble
from services.notify.domain.stage import Stage


def started(event: Event[told.TransferStartedV1]) -> Fact:
    """`at` is of this run; the event's own time is that of the first one."""
    return _fact(event.data, Stage.STARTED, event.meta.occurred_at)


def stalled(event: Event[told.TransferDelayedV1]) -> Fact:
    trouble = _trouble(event.data.trouble)
    return _fact(event.data, Stage.STALLED, event.data.delayed_at, trouble=trouble)


def completed(event: Event[told.TransferCompletedV1], known: KnownTransfer) -> Fact:
    data, receipt = event.data, event.data.receipt
    seconds = _seconds(data.run, receipt.started_at, receipt.finished_at, known)
    # what an earlier run had moved was not moved in this time, and in a pause nothing was
    steady = data.run == 1 and known.paused_run != data.run
    rate = receipt.bytes_sent / seconds if seconds and steady else None
    return _fact(
        data,
        Stage.COMPLETED,
        receipt.finished_at,
        target_path=receipt.target_path,
        bytes_done=receipt.bytes_sent,
        duration_seconds=seconds,
        rate_bytes_per_second=rate,
        proven=receipt.proven,
        statement=receipt.statement,
        crc64nvme=receipt.crc64nvme,
    )


def failed(event: Event[told.TransferFailedV1], known: KnownTransfer) -> Fact:
    data = event.data
    return _fact(
        data,
        Stage.FAILED,
        data.failed_at,
        bytes_done=data.bytes_done,
        duration_seconds=_seconds(data.run, data.started_at, data.failed_at, known),
        trouble=_trouble(data.failure),
    )


def _fact(data: told.TransferFact, stage: Stage, at: datetime, **more: object) -> Fact:
    values: dict[str, object] = {
        "transfer_id": data.transfer_id,
        "stage": stage,
        "at": at,
        "owner": data.owner,
        "bucket": data.source.bucket,
        "key": data.source.key,
        "version_id": data.source.version_id,
        "destination_id": data.destination.id,
        "destination_name": data.destination.name,
        "target_path": data.target_path,
        "label": data.label,
        "run": data.run,
        "size_bytes": data.size_bytes,
    }
    return Fact(**(values | more))  # type: ignore[arg-type]


def _trouble(failure: told.Failure) -> Trouble:
    return Trouble(failure.code, failure.message, failure.retryable)


def _seconds(
    run: int, first_started_at: datetime | None, ended_at: datetime, known: KnownTransfer
) -> float | None:
    """How long this run took. None where its start is not known."""
    started_at = first_started_at if run == 1 else None
    if known.started_run == run:
        started_at = known.started_at
    return max(0.0, (ended_at - started_at).total_seconds()) if started_at else None
