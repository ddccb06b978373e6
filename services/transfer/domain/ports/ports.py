"""All that comes from outside, in one record, and the numbers to go by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from kernel.metering import Meter
from kernel.outbox import EventPublisher, Outbox
from services.transfer.domain.checksums import Algorithm, Crc
from services.transfer.domain.ports.destinations import (
    CredentialVault,
    DestinationStore,
    LaneTargets,
    SessionSlots,
)
from services.transfer.domain.ports.files import InventoryStore
from services.transfer.domain.ports.home import HomeStore
from services.transfer.domain.ports.ledger import ChunkLedger, LaneRegister
from services.transfer.domain.ports.messages import Heart, LaneQueue, Workflow
from services.transfer.domain.ports.partner import Partners
from services.transfer.domain.ports.source import BucketCatalogue, SourceReaders
from services.transfer.domain.ports.transfers import TransferStore
from services.transfer.domain.retry import RetryPolicy


@dataclass(frozen=True)
class Policy:
    """The service's numbers. settings.py says where each comes from."""

    chunk_bytes: int
    lanes_per_transfer: int
    lanes_per_destination: int  # at work at once; workers are left for other destinations
    lease_seconds: float  # of chunks, lanes, slots and steps: a dead worker is noticed by then
    hand_over_seconds: float  # kept free at a worker's end for its last flush and checkpoint
    lane_due_seconds: float  # a queued lane not taken by then is sent again
    keep_part_seconds: float  # how long a failed transfer can go on from its ledger
    checkpoint_seconds: float  # a worker that dies loses what it moved since the last checkpoint
    one_handle_bytes: (
        int  # what one turn of a lane surely carries, for servers that allow no second
    )
    retry: RetryPolicy
    long_handle_bytes: int = 0  # what one turn in a container carries; 0: none is deployed
    session_test_seconds: float = 0  # a test of a destination opens sessions so long; 0: none
    shorter_ends: bool = False  # plans for many lanes have shorter chunks at their end
    synthetic_user: str | None = None  # whose transfers only show that transfers work


@dataclass(frozen=True)
class Ports:
    """Everything that a use case may reach. wiring.py builds it once. Tests build it from fakes."""

    transfers: TransferStore
    outbox: Outbox  # of the transfers, by id
    ledger: ChunkLedger
    inventories: InventoryStore
    lanes: LaneRegister
    slots: SessionSlots
    targets: LaneTargets
    destinations: DestinationStore
    vault: CredentialVault
    readers: SourceReaders
    quick_readers: SourceReaders  # for callers who wait: an S3 that is away is noticed in seconds
    buckets: BucketCatalogue
    partners: Partners
    queue: LaneQueue
    workflow: Workflow
    bus: EventPublisher
    crcs: Mapping[Algorithm, Crc]  # of every combinable algorithm
    heart: Heart
    pause: Callable[[float], None]  # for some seconds, between two logins that nobody waits for
    meter: Meter
    log_error: Callable[[str, Exception], None]  # for an error that fails nobody; a constant phrase
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    random: Random
    policy: Policy
    home: HomeStore | None = None  # of a stage in two regions

    @property
    def crc64(self) -> Crc:
        """CRC64NVME, which every chunk gets."""
        return self.crcs[Algorithm.CRC64NVME]
