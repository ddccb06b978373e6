"""Records to store: small, complete, and with the values that break careless storage."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.destination import Destination, HostKey, Protocol, ServerProfile
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import Idempotency, OutboxEvent
from services.transfer.domain.transfer import (
    DestinationLabel,
    Failure,
    IfExists,
    ObjectRef,
    Receipt,
    SourceChecksum,
    SourceObject,
    Status,
    Transfer,
    Verify,
)
from tests.conformance.stores import Stores

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LARGEST_CRC = 2**64 - 1  # a float or a signed number would not hold it
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkHMVNn8oGyMT2pnJOrqbhNRYRPB4ktC0IHvlWcJJKZ"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_transfer(
    transfer_id: str = "t-1", *, owner: str = "ann", at: datetime = NOON, **changes: object
) -> Transfer:
    transfer = Transfer(
        id=transfer_id,
        owner=owner,
        correlation_id=f"c-{transfer_id}",
        source=ObjectRef("bucket", "folder/größe & plan 🚢.csv"),
        destination_id="partner",
        destination_label=DestinationLabel("Partner", Protocol.SFTP, "sftp.example.com", 22),
        target_path="in/größe & plan 🚢.csv",
        if_exists=IfExists.FAIL,
        verify=Verify.CHECKSUM,
        requested_at=at,
        updated_at=at,
    )
    return replace(transfer, **changes)  # type: ignore[arg-type]


def a_full_transfer() -> Transfer:
    """Every field set, every number at its edge."""
    source = ObjectRef("bucket", "key", "version-1")
    return a_transfer(
        "t-full",
        source=source,
        status=Status.FAILED,
        run=3,
        generation=2,
        source_object=SourceObject(source, 50 * 10**12, '"etag"', LARGEST_CRC, NOON),
        plan=plan_chunks(50 * 10**12),
        lanes=4,
        started_at=after(1.000001),
        finished_at=after(2),
        task_token="token",
        host_key_fingerprint="SHA256:abc",
        part_path="/in/.plan.t-full.part",
        keep_part_until=after(86_400),
        final_path="/in/plan",
        failure=Failure("no_space", "The disk is full.", False),
        receipt=Receipt(
            target_path="/in/plan",
            bytes_sent=50 * 10**12,
            crc64nvme=LARGEST_CRC,
            verified=Verify.READBACK,
            source_checksum=SourceChecksum.MATCHED,
            host_key_fingerprint="SHA256:abc",
            chunks=10_000,
            attempts=10_007,
            started_at=NOON,
            finished_at=after(9_000),
        ),
    )


def a_destination(destination_id: str = "partner") -> Destination:
    return Destination(
        id=destination_id,
        name="Partner Größe",
        protocol=Protocol.SFTP,
        host="sftp.example.com",
        port=22,
        user="fileferry",
        base_path="/in",
        max_sessions=4,
        secret_id=f"fileferry/test/destinations/{destination_id}",
        created_at=NOON,
        updated_at=NOON,
        host_keys=(HostKey.parse(ED25519),),
        profile=ServerProfile(
            software="OpenSSH_9.2",
            cipher="aes128-gcm@openssh.com",
            write_at_offset=True,
            rename=True,
            atomic_replace=False,
            fsync=True,
            max_write_bytes=261_120,
            max_read_bytes=None,
            free_bytes=0,
            round_trip_seconds=0.1 + 0.2,
            probed_at=NOON,
        ),
    )


def an_event(event_id: str = "e-1") -> OutboxEvent:
    return OutboxEvent(event_id, "TransferRequested.v1", '{"meta": {}, "data": {"ö": 1}}')


def a_key(body: str = "body", key: str = "ann/POST /transfer/k-1") -> Idempotency:
    return Idempotency(key, body)


def a_moving_ledger(stores: Stores, plan: ChunkPlan, transfer_id: str = "t-1") -> LedgerId:
    """A stored transfer in `moving` and its open ledger."""
    stores.transfers.create(a_transfer(transfer_id, status=Status.MOVING, plan=plan), (), None)
    ledger = LedgerId(transfer_id, 1)
    stores.ledger.open(ledger, plan)
    return ledger


def set_status(stores: Stores, transfer_id: str, status: Status) -> None:
    stores.transfers.save(replace(stores.transfers.read(transfer_id), status=status))
