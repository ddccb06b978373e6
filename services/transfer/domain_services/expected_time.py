"""How long a large file probably takes, from what was moved to its destination of late."""

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Destination
from services.transfer.domain.ports import Ports
from services.transfer.domain.proof import ALL_PERCENT, Verify
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_limits import is_short_plan, work_of_transfer

AROUND_SECONDS = 30.0  # steps, logins and the first seconds of each session


def expected_seconds(
    transfer: Transfer, chunks: ChunkPlan, destination: Destination, *, ports: Ports
) -> float | None:
    """Shared with the transfers that move there now. None for a small file, which is over before
    its estimate would tell anything, and where nothing is known of the line."""
    if is_short_plan(chunks):
        return None
    target, now = ports.targets.read(destination.id), ports.now()
    if target is None or not target.tells_of(destination.place, now):
        return None
    if not target.bytes_per_second:
        return None
    mine = work_of_transfer(transfer)
    others = sum(1 for each in target.window.fresh(now) if each.work != mine)
    size = transfer.known_source.size_bytes
    if transfer.verify is Verify.READBACK:
        size += size * transfer.readback_percent // ALL_PERCENT
    return AROUND_SECONDS + size * (1 + others) / target.bytes_per_second
