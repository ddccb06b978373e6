"""Records a part file on a transfer, as StartMove does."""

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.strategy import UNKNOWN
from services.transfer.domain.transfer import Transfer
from tests.conformance.stores import NOON

PLAN = ChunkPlan(10, 5)


def recorded_anew(transfer: Transfer) -> Transfer:
    part = transfer.next_part("/in/a", "place", NOON, direct=False)
    return transfer.record_part(part, PLAN, UNKNOWN)
