"""A transfer with its progress, its lanes and its open chunks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kernel.caller import Caller
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import NEVER_OPENED, ChunkLease, Progress
from services.transfer.domain.ports import Ports
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer


@dataclass(frozen=True)
class TransferState:
    transfer: Transfer
    progress: Progress
    lanes: Sequence[Lane]
    open_chunks: Sequence[ChunkLease]
    chunks_proven: int = 0  # chunks that were read back, only for Verify.READBACK

    @property
    def bytes_done(self) -> int:
        """The bytes of finished chunks, plus those in flight. When no lane moves anything, the
        checkpoints of open chunks count instead. Never more than the object has."""
        live = sum(lane.bytes_in_flight for lane in self.lanes if lane.worker and not lane.ended)
        parked = 0 if live else sum(chunk.mark.done_bytes for chunk in self.open_chunks)
        size = self.transfer.plan.size_bytes if self.transfer.plan else 0
        return min(size, self.progress.bytes_done + live + parked)

    @property
    def files(self) -> FileCounts:
        """Also those of pages that are under way, as far as they were told."""
        begun = (chunk.mark.counts for chunk in self.open_chunks)
        return sum(begun, self.progress.files)

    @property
    def files_total(self) -> int | None:
        found = self.transfer.source_object
        return found.inventory.files if found and found.inventory else None

    @property
    def chunks_moving(self) -> int:
        driven = sum(1 for lane in self.lanes if lane.worker and not lane.ended)
        return min(driven, len(self.open_chunks))

    @property
    def rate_bytes_per_second(self) -> float | None:
        """None while no lane is at work, as between two tries."""
        rate = self.progress.rate
        driven = any(lane.worker and not lane.ended for lane in self.lanes)
        moving = self.transfer.status is Status.MOVING and driven
        return rate.bytes_per_second if moving and rate else None

    @property
    def eta_seconds(self) -> float | None:
        if self.transfer.plan is None or not self.rate_bytes_per_second:
            return None
        return (self.transfer.plan.size_bytes - self.bytes_done) / self.rate_bytes_per_second


def read_state(transfer_id: str, caller: Caller, *, ports: Ports) -> TransferState:
    """Raises TransferNotFound, also for a transfer that the caller may not see."""
    transfer = ports.transfers.read(transfer_id)
    if not caller.may_see_transfers_of(transfer.owner):  # first, or the answer's time would tell
        raise TransferNotFound(transfer_id)
    return state_of(transfer, ports=ports)


def state_of(transfer: Transfer, *, ports: Ports) -> TransferState:
    """The state of a transfer that was just read or stored. A transfer that never had a part file
    has no ledger to read. Without a plan, its part file was given up, and no chunk counts."""
    if transfer.generation == 0:
        return TransferState(transfer, NEVER_OPENED, (), ())
    ledger = transfer.ledger
    lanes = ports.lanes.lanes(ledger)
    reads_back = transfer.proves_at_the_end
    if transfer.status in ENDED:  # lanes may still look alive in their rows
        lanes = [replace(each, worker=None, bytes_in_flight=0, ended=True) for each in lanes]
    return TransferState(
        transfer,
        ports.ledger.progress(ledger) if transfer.plan else NEVER_OPENED,
        lanes,
        ports.ledger.open_leases(ledger),
        ports.ledger.progress(ledger.proof).chunks_done if reads_back else 0,
    )
