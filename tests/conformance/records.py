"""Records to store. They are small and complete, and have values that break careless storage."""

from dataclasses import replace
from datetime import datetime, timedelta

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from services.transfer.domain.checksums import Algorithm, FileChecksum, ObjectChecksum
from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.destination import Destination, Protocol
from services.transfer.domain.failure import Failure
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Mark
from services.transfer.domain.part_file import OldTarget, PartFile
from services.transfer.domain.proof import AtPartner, Proof, Proven, Receipt, SourceChecksum, Verify
from services.transfer.domain.server_profile import ServerProfile
from services.transfer.domain.source import ObjectRef, Origin, SourceObject
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import DestinationLabel
from services.transfer.domain.tries import Tries
from tests.conformance.stores import NOON as NOON
from tests.conformance.stores import Stores

LARGEST_CRC = 2**64 - 1  # a float or a signed number would not hold it
PART = "/in/.größe & plan 🚢.csv.t-1-1.part"
ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkHMVNn8oGyMT2pnJOrqbhNRYRPB4ktC0IHvlWcJJKZ"


AT_PARTNER = AtPartner(False, True, 50 * 10**12, FileChecksum(Algorithm.CRC32, "0a1b2c3d"))


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
        begun_run=3,
        started_run=2,
        source_object=SourceObject(
            source,
            50 * 10**12,
            '"etag"',
            ObjectChecksum(Algorithm.SHA256, None, 5 * 10**9, of_parts=True),
            NOON,
        ),
        plan=plan_chunks(50 * 10**12),
        lanes=4,
        moved_again=True,
        started_at=after(1.000001),
        expected_seconds=12_345.678,
        finished_at=after(2),
        task_tokens=("token", "later token"),
        host_key_fingerprint="SHA256:abc",
        part=PartFile("/in/.plan.t-full-2.part", "sftp.example.com:22/in", NOON, made=True),
        leftovers=(
            PartFile("/in/.plan.t-full-1.part", "sftp.example.com:22/in", after(-9.000001)),
            PartFile(PART, "elsewhere:22/in", after(-8), made=True),
        ),
        aside=OldTarget("/in/.plan.t-full-2.old", "/in/plan", "sftp.example.com:22/in"),
        keep_part_until=after(86_400),
        look_again_at=after(60),
        proof=Proof(
            PART,
            LARGEST_CRC,
            SourceChecksum.MATCHED,
            Algorithm.SHA256,
            Proven.SAMPLED,
            by_parts=True,
            at_partner=AT_PARTNER,
        ),
        readback_percent=7,
        wanted_etag='"etag"',
        origin=Origin("conv-1", "prop-1", "0" * 64),
        sample_secret=f"{2**128 - 1:032x}",
        sent_checksum=FileChecksum(Algorithm.SHA1, "00" * 20),
        checksum_tries=1,
        strategy=Strategy(checksum=Algorithm.CRC32, tells_missing=False),
        final_path="/in/plan",
        final_existed_bytes=0,
        label="Größe, month end",
        failure=Failure(
            "no_space", "The disk is full.", False, Tries("Step", 3, 2, 7, after(0.5), True)
        ),
        receipt=Receipt(
            target_path="/in/plan",
            bytes_sent=50 * 10**12,
            crc64nvme=LARGEST_CRC,
            verified=Verify.READBACK,
            proven=Proven.READBACK,
            source_checksum=SourceChecksum.MATCHED,
            source_algorithm=Algorithm.CRC64NVME,
            host_key_fingerprint="SHA256:abc",
            chunks=10_000,
            attempts=10_007,
            started_at=NOON,
            finished_at=after(9_000),
            left_behind=("/in/.plan.t-full-1.part", PART),
            by_parts=False,
            at_partner=AT_PARTNER,
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
            checksums=(Algorithm.CRC32, Algorithm.MD5),
        ),
    )


def an_event(event_id: str = "e-1") -> OutboxEvent:
    return OutboxEvent(event_id, "TransferRequested.v1", '{"meta": {}, "data": {"ö": 1}}')


def a_key(body: str = "body", key: str = "ann/POST /transfer/k-1") -> Idempotency:
    return Idempotency(key, body)


def a_part(path: str = PART) -> PartFile:
    return PartFile(path, "sftp.example.com:22/in", NOON)


def a_mark(done_bytes: int = 10, crc64: int = 1) -> Mark:
    """With checksums that are told apart."""
    return Mark(
        done_bytes,
        crc64,
        sample_crc64=crc64 // 2,
        source_crc=crc64 % 2**32,
        unit_crc64=crc64 // 3,
        target_crc=crc64 % 2**31,
        readback_crc64=crc64 // 5,
    )


def finish(stores: Stores, lease: ChunkLease, done_bytes: int = 10, crc64: int = 1) -> None:
    stores.ledger.finish(lease, a_mark(done_bytes, crc64), PART)


def a_lane(number: int = 0, turn: int = 1, **changes: object) -> Lane:
    """Waiting in the queue, to be taken within 30 seconds."""
    lane = Lane("t-1", 1, number, turn, None, after(30))
    return replace(lane, **changes)  # type: ignore[arg-type]


def a_moving_ledger(stores: Stores, plan: ChunkPlan, transfer_id: str = "t-1") -> LedgerId:
    """A stored transfer in `moving` and its open ledger."""
    moving = a_transfer(transfer_id, status=Status.MOVING, generation=1, plan=plan)
    stores.transfers.create(moving, (), None)
    ledger = moving.ledger
    stores.ledger.open(ledger, plan)
    return ledger


def set_status(stores: Stores, transfer_id: str, status: Status) -> None:
    stores.transfers.save(replace(stores.transfers.read(transfer_id), status=status))
