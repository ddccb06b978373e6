"""The events of a transfer: its facts in the words of the contracts, ready for the outbox."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from contracts import transfer_events as fact
from contracts.catalogue import encode
from contracts.envelope import Event, Meta
from services.transfer.domain.ledger import Lane, LedgerId, Progress
from services.transfer.domain.ports import OutboxEvent, Ports
from services.transfer.domain.rate import Rate
from services.transfer.domain.transfer import Receipt, Transfer


def requested(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    stored = 0 if transfer.run == 1 else transfer.version + 1
    data = fact.TransferRequestedV1(
        **_facts(transfer, stored), if_exists=transfer.if_exists.value, verify=transfer.verify.value
    )
    return _event(transfer, data, ports=ports)


def started(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    data = fact.TransferStartedV1(
        **_facts(transfer),
        chunks=transfer.planned.total,
        lanes=transfer.lanes,
        started_at=transfer.started_at or transfer.updated_at,
    )
    return _event(transfer, data, ports=ports)


def progressed(
    transfer: Transfer, rate: Rate, progress: Progress, lanes: Sequence[Lane], *, ports: Ports
) -> OutboxEvent:
    size = transfer.planned.size_bytes
    done = min(size, rate.bytes_done)
    data = fact.TransferProgressedV1(
        **_facts(transfer, transfer.version),
        bytes_done=done,
        percent=percent_of(done, size),
        rate_bytes_per_second=rate.bytes_per_second,
        eta_seconds=rate.eta_seconds(size),
        chunks=progress.chunks_total,
        chunks_done=progress.chunks_done,
        lanes=sum(1 for lane in lanes if lane.worker is not None and not lane.ended),
    )
    return _event(transfer, data, ports=ports)


def completed(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    if transfer.receipt is None:
        raise ValueError(f"transfer {transfer.id} is completed without a receipt")
    data = fact.TransferCompletedV1(**_facts(transfer), receipt=receipt_fact(transfer.receipt))
    return _event(transfer, data, ports=ports)


def failed(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    if transfer.failure is None:
        raise ValueError(f"transfer {transfer.id} is failed without a reason")
    data = fact.TransferFailedV1(
        **_facts(transfer),
        bytes_done=_bytes_done(transfer, ports=ports),
        failure=fact.Failure(**asdict(transfer.failure)),
        started_at=transfer.started_at,
        failed_at=transfer.updated_at,
    )
    return _event(transfer, data, ports=ports)


def cancelled(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    data = fact.TransferCancelledV1(
        **_facts(transfer),
        bytes_done=_bytes_done(transfer, ports=ports),
        started_at=transfer.started_at,
        cancelled_at=transfer.updated_at,
    )
    return _event(transfer, data, ports=ports)


def paused(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    data = fact.TransferPausedV1(
        **_facts(transfer),
        bytes_done=_bytes_done(transfer, ports=ports),
        paused_at=transfer.updated_at,
    )
    return _event(transfer, data, ports=ports)


def resumed(transfer: Transfer, *, ports: Ports) -> OutboxEvent:
    data = fact.TransferResumedV1(
        **_facts(transfer),
        bytes_done=_bytes_done(transfer, ports=ports),
        resumed_at=transfer.updated_at,
    )
    return _event(transfer, data, ports=ports)


def receipt_fact(receipt: Receipt) -> fact.Receipt:
    return fact.Receipt(
        target_path=receipt.target_path,
        bytes_sent=receipt.bytes_sent,
        crc64nvme=f"{receipt.crc64nvme:016x}",
        verified=receipt.verified.value,
        source_checksum=receipt.source_checksum.value,
        host_key_fingerprint=receipt.host_key_fingerprint,
        chunks=receipt.chunks,
        attempts=receipt.attempts,
        started_at=receipt.started_at,
        finished_at=receipt.finished_at,
    )


def percent_of(done: int, size: int) -> float:
    """100 for an object without bytes: nothing is missing."""
    return round(100 * done / size, 2) if size else 100.0


def _facts(transfer: Transfer, sequence: int | None = None) -> dict[str, Any]:
    """An event of a change carries the version that the change is stored as."""
    label = transfer.destination_label
    sequence = transfer.version + 1 if sequence is None else sequence
    return {
        "transfer_id": transfer.id,
        "owner": transfer.owner,
        "run": transfer.run,
        "sequence": sequence,
        "source": fact.S3Object(**asdict(transfer.source)),
        "destination": fact.Partner(
            id=transfer.destination_id,
            name=label.name,
            host=label.host,
            protocol=label.protocol.value,
        ),
        "target_path": transfer.target_path,
        "size_bytes": transfer.source_object.size_bytes if transfer.source_object else None,
        "requested_at": transfer.requested_at,
    }


def _bytes_done(transfer: Transfer, *, ports: Ports) -> int:
    return ports.ledger.progress(LedgerId(transfer.id, transfer.generation)).bytes_done


def _event(transfer: Transfer, data: fact.TransferFact, *, ports: Ports) -> OutboxEvent:
    event_id = ports.new_id()
    meta = Meta(event_id=event_id, occurred_at=ports.now(), correlation_id=transfer.correlation_id)
    detail_type, detail = encode(Event(meta=meta, data=data))
    return OutboxEvent(event_id, detail_type, detail)
