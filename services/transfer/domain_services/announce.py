"""Makes events from the facts of a transfer, ready for the outbox."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Literal, cast

from contracts import receipt as proof
from contracts import transfer_events as event
from contracts.catalogue import encode
from contracts.envelope import Event, Meta
from kernel.outbox import OutboxEvent
from services.transfer.domain.checksums import FileChecksum
from services.transfer.domain.failure import Failure
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.ledger import Progress
from services.transfer.domain.ports import Ports
from services.transfer.domain.progress_sample import ProgressSample
from services.transfer.domain.proof import Receipt, SourceChecksum
from services.transfer.domain.proof_words import proven_words
from services.transfer.domain.selection import Selection
from services.transfer.domain.source import ObjectRef, Origin
from services.transfer.domain.status import Fact, Status
from services.transfer.domain.timeline import fact_id
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain.tries import Tries


def announce(change: Change, *, ports: Ports) -> list[OutboxEvent]:
    """One event for each fact, in order. Each has a version of the transfer of its own as
    sequence."""
    first = change.transfer.version + 1
    return [
        _event(change.transfer, _TELL[fact](change.transfer, first + index, ports), ports=ports)
        for index, fact in enumerate(change.facts)
    ]


def announce_new(transfer: Transfer, *, ports: Ports) -> list[OutboxEvent]:
    """The event of a transfer that is about to be created."""
    return [_event(transfer, _requested(transfer, transfer.version, ports), ports=ports)]


def progressed(transfer: Transfer, seen: ProgressSample, *, ports: Ports) -> OutboxEvent:
    size, progress = transfer.known_plan.size_bytes, seen.progress
    done, runs = min(size, seen.rate.bytes_done), seen.chunk_runs
    data = event.TransferProgressedV1(
        **_facts(transfer, transfer.version, ports, progress),
        bytes_done=done,
        percent=percent_of(done, size),
        rate_bytes_per_second=seen.rate.bytes_per_second,
        eta_seconds=None if progress.complete else seen.rate.eta_seconds(size),
        chunks=progress.chunks_total,
        chunks_done=progress.chunks_done,
        lanes=sum(1 for lane in seen.lanes if lane.worker is not None and not lane.ended),
        status=_doing(transfer, progress),
        trouble=trouble_fact(transfer),
        chunks_proven=seen.chunks_proven,
        chunk_runs=runs if 0 < len(runs) <= event.MAX_RUNS_LENGTH else None,
    )
    return _event(transfer, data, ports=ports)


def _doing(transfer: Transfer, progress: Progress) -> event.UnderWay:
    """Lanes also read the chunks back, or prove the whole file. Then nothing is left to move, but
    the record says MOVING until that is done."""
    proves = transfer.status is Status.MOVING and progress.complete
    doing = Status.VERIFYING if proves else transfer.status
    return cast(event.UnderWay, doing.value)


def _requested(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    return event.TransferRequestedV1(
        **_facts(transfer, sequence, ports),
        if_exists=transfer.if_exists.value,
        verify=transfer.verify.value,
        readback_percent=readback_percent(transfer),
        by=transfer.steered_by or transfer.owner,
        origin=origin_fact(transfer.origin),
    )


def _started(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    checksum = transfer.known_source.checksum
    return event.TransferStartedV1(
        **_facts(transfer, sequence, ports),
        chunks=transfer.known_plan.total,
        lanes=transfer.lanes,
        started_at=transfer.started_at or transfer.updated_at,
        source_algorithm=checksum.algorithm.value if checksum else None,
    )


def _completed(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    if transfer.receipt is None:
        raise ValueError(f"transfer {transfer.id} is completed without a receipt")
    return event.TransferCompletedV1(
        **_facts(transfer, sequence, ports),
        receipt=receipt_fact(transfer.receipt),
        expected_seconds=transfer.expected_seconds,
    )


def _failed(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    if transfer.failure is None:
        raise ValueError(f"transfer {transfer.id} is failed without a reason")
    return event.TransferFailedV1(
        **_facts(transfer, sequence, ports),
        bytes_done=_bytes_done(transfer, ports),
        failure=failure_fact(transfer.failure),
        started_at=transfer.started_at,
        failed_at=transfer.updated_at,
    )


def _cancelled(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    return event.TransferCancelledV1(
        **_facts(transfer, sequence, ports),
        bytes_done=_bytes_done(transfer, ports),
        started_at=transfer.started_at,
        cancelled_at=transfer.updated_at,
        by=transfer.steered_by,
    )


def _paused(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    return event.TransferPausedV1(
        **_facts(transfer, sequence, ports),
        bytes_done=_bytes_done(transfer, ports),
        paused_at=transfer.updated_at,
        by=transfer.steered_by,
    )


def _resumed(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    return event.TransferResumedV1(
        **_facts(transfer, sequence, ports),
        bytes_done=_bytes_done(transfer, ports),
        resumed_at=transfer.updated_at,
        by=transfer.steered_by,
    )


def _delayed(transfer: Transfer, sequence: int, ports: Ports) -> event.TransferFact:
    trouble = trouble_fact(transfer)
    if trouble is None or transfer.delayed_at is None:
        raise ValueError(f"transfer {transfer.id} is delayed by nothing")
    return event.TransferDelayedV1(
        **_facts(transfer, sequence, ports), trouble=trouble, delayed_at=transfer.delayed_at
    )


_TELL: Mapping[Fact, Callable[[Transfer, int, Ports], event.TransferFact]] = {
    Fact.REQUESTED: _requested,
    Fact.STARTED: _started,
    Fact.PAUSED: _paused,
    Fact.RESUMED: _resumed,
    Fact.DELAYED: _delayed,
    Fact.COMPLETED: _completed,
    Fact.FAILED: _failed,
    Fact.CANCELLED: _cancelled,
}


def receipt_fact(receipt: Receipt) -> proof.Receipt:
    algorithm, seen = receipt.source_algorithm, receipt.at_partner
    return proof.Receipt(
        target_path=receipt.target_path,
        bytes_sent=receipt.bytes_sent,
        crc64nvme=f"{receipt.crc64nvme:016x}",
        verified=receipt.verified.value,
        proven=receipt.proven.value,
        delivery=receipt.delivery.value,
        source_checksum=receipt.source_checksum.value,
        source_algorithm=algorithm.value if algorithm else None,
        host_key_fingerprint=receipt.host_key_fingerprint,
        chunks=receipt.chunks,
        attempts=receipt.attempts,
        files=files_fact(receipt.files, receipt.files.settled) if receipt.files else None,
        files_digest=receipt.files_digest,
        started_at=receipt.started_at,
        finished_at=receipt.finished_at,
        left_behind=receipt.left_behind,
        statement=proven_words(receipt),
        source_compared=_compared(receipt),
        durable=seen.durable,
        size_seen=seen.size_seen,
        read_back_bytes=seen.read_back_bytes,
        partner_checksum=_partner_checksum(seen.checksum),
    )


def _partner_checksum(told: FileChecksum | None) -> proof.PartnerChecksum | None:
    if told is None:
        return None
    return proof.PartnerChecksum(algorithm=told.algorithm.value, value=told.value)


def _compared(receipt: Receipt) -> Literal["whole", "parts"] | None:
    if receipt.source_checksum is not SourceChecksum.MATCHED or receipt.by_parts is None:
        return None
    return "parts" if receipt.by_parts else "whole"


def origin_fact(origin: Origin | None) -> event.Origin | None:
    return event.Origin(**vars(origin)) if origin else None


def readback_percent(transfer: Transfer) -> int | None:
    """None where no share was asked for."""
    return transfer.readback_percent if transfer.reads_share_back else None


def failure_fact(failure: Failure) -> event.Failure:
    return event.Failure(code=failure.code, message=failure.message, retryable=failure.retryable)


def trouble_fact(transfer: Transfer) -> event.Trouble | None:
    """What the transfer's record shows as its failure. While it is paused, nothing is tried."""
    failure = transfer.failure
    if failure is None:
        return None
    tries = failure.tries or Tries()
    return event.Trouble(
        **dict(failure_fact(failure)),
        attempt=tries.attempt,
        attempts=tries.attempts,
        next_try_at=None if transfer.status is Status.PAUSED else tries.next_at,
    )


def percent_of(done: int, size: int) -> float:
    """In hundredths, rounded down. 100: nothing is missing, as in an object without bytes."""
    return 10_000 * done // size / 100 if size else 100.0


def _facts(
    transfer: Transfer, sequence: int, ports: Ports, progress: Progress | None = None
) -> dict[str, Any]:
    """`progress` was just read. Without it, it is read where it tells of files."""
    files = None
    if transfer.sends_many and transfer.plan is not None:
        progress = progress or ports.ledger.progress(transfer.ledger)
        files = files_fact(progress.files, transfer.known_inventory.files)
    label, found = transfer.destination_label, transfer.source_object
    return {
        "transfer_id": transfer.id,
        "owner": transfer.owner,
        "label": transfer.label,
        "run": transfer.run,
        "sequence": sequence,
        # with the version that is sent, as soon as it was found
        "source": source_fact(found.ref if found else transfer.source, transfer.selection),
        "destination": event.Partner(
            id=transfer.destination_id,
            name=label.name,
            host=label.host,
            protocol=label.protocol.value,
        ),
        "target_path": transfer.target_path,
        "size_bytes": found.size_bytes if found else None,
        "requested_at": transfer.requested_at,
        "files": files,
    }


def source_fact(ref: ObjectRef, selection: Selection | None) -> event.S3Object:
    told: dict[str, Any] = asdict(ref)
    return event.S3Object(**told, kind=selection.kind.value if selection else None)


def files_fact(counts: FileCounts, total: int) -> proof.FileCounts:
    return proof.FileCounts(total=total, **asdict(counts))


def _bytes_done(transfer: Transfer, ports: Ports) -> int:
    return ports.ledger.progress(transfer.ledger).bytes_done


def _event(transfer: Transfer, data: event.TransferFact, *, ports: Ports) -> OutboxEvent:
    event_id = fact_id(data.sequence, ports.new_id())
    meta = Meta(event_id=event_id, occurred_at=ports.now(), correlation_id=transfer.correlation_id)
    detail_type, detail = encode(Event(meta=meta, data=data))
    return OutboxEvent(event_id, detail_type, detail)
