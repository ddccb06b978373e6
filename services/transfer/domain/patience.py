"""How long a worker may wait for the partner when its transfer does not move any more."""

from math import inf

from services.transfer.domain.status import Status

# A worker that made no step for so long does not come to a checkpoint by itself. Of a cancelled
# transfer nobody needs one. Otherwise it may be flushing, and what a cut costs is sent again.
CANCELLED_SECONDS = 2.0
STOPPED_SECONDS = 15.0


def patience_seconds(status: Status) -> float:
    """While a transfer goes on, only the partner's timeout ends a wait."""
    if status in {Status.CANCELLING, Status.CANCELLED}:
        return CANCELLED_SECONDS
    stopped = status in {Status.PAUSED, Status.FAILING, Status.FAILED}
    return STOPPED_SECONDS if stopped else inf
