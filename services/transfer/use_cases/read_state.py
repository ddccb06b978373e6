"""One look at a transfer with all that moves in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kernel.caller import Caller
from services.transfer.domain.access import may_see_transfer
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.ledger import NEVER_OPENED, ChunkLease, Lane, Progress
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import ENDED, Status, Transfer


@dataclass(frozen=True)
class TransferState:
    transfer: Transfer
    progress: Progress
    lanes: Sequence[Lane]
    open_chunks: Sequence[ChunkLease]
    chunks_proven: int = 0  # read back, for Verify.READBACK

    @property
    def bytes_done(self) -> int:
        """Finished chunks, bytes in flight and checkpoints; never more than the object has."""
        live = sum(lane.bytes_in_flight for lane in self.lanes if lane.worker and not lane.ended)
        parked = 0 if live else sum(chunk.mark.done_bytes for chunk in self.open_chunks)
        size = self.transfer.plan.size_bytes if self.transfer.plan else 0
        return min(size, self.progress.bytes_done + live + parked)

    @property
    def chunks_moving(self) -> int:
        driven = sum(1 for lane in self.lanes if lane.worker and not lane.ended)
        return min(driven, len(self.open_chunks))

    @property
    def rate_bytes_per_second(self) -> float | None:
        rate = self.progress.rate
        moving = self.transfer.status is Status.MOVING and rate is not None
        return rate.bytes_per_second if moving and rate else None

    @property
    def eta_seconds(self) -> float | None:
        if self.transfer.plan is None or not self.rate_bytes_per_second:
            return None
        return (self.transfer.plan.size_bytes - self.bytes_done) / self.rate_bytes_per_second


def read_state(transfer_id: str, caller: Caller, *, ports: Ports) -> TransferState:
    """Raises TransferNotFound, also for a transfer that the caller may not see."""
    transfer = ports.transfers.read(transfer_id)
    if not may_see_transfer(caller, transfer.owner):  # before any further look: time would tell
        raise TransferNotFound(transfer_id)
    return state_of(transfer, ports=ports)


def state_of(transfer: Transfer, *, ports: Ports) -> TransferState:
    """Of a transfer that was just read or stored. One without a part file has no ledger to read."""
    if transfer.generation == 0:
        return TransferState(transfer, NEVER_OPENED, (), ())
    ledger = transfer.ledger
    lanes = ports.lanes.lanes(ledger)
    reads_back = transfer.verify is Verify.READBACK
    if transfer.status in ENDED:  # what lanes left behind when it ended under them
        lanes = [replace(each, worker=None, bytes_in_flight=0, ended=True) for each in lanes]
    return TransferState(
        transfer,
        ports.ledger.progress(ledger),
        lanes,
        ports.ledger.open_leases(ledger),
        ports.ledger.progress(ledger.proof).chunks_done if reads_back else 0,
    )
