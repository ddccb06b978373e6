"""What the beats of a lane ask, and how often: how the transfer stands, and who shows its progress.

The lane that showed the last sample goes on with it, and asks at each beat. The others ask less
often: they notice a pause within two seconds, and show the progress once that lane has gone.
"""

from datetime import datetime

from services.transfer.domain.lane import Lane
from services.transfer.domain.ports import Ports
from services.transfer.domain.progress_sample import ProgressSample
from services.transfer.domain.recent import is_recent
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.show_progress import show_progress

LOOKS_APART_SECONDS = 1.9  # at the transfer: every second beat
SAMPLES_MISSED_SECONDS = 2.9  # so far apart the others look for the last sample


class BeatLooks:
    def __init__(self, ports: Ports) -> None:
        self._ports, self._shows = ports, False
        self._looked_at: datetime | None = None
        self._asked_at: datetime | None = None

    def transfer(self, lane: Lane, now: datetime) -> Transfer | None:
        """None when an earlier beat has read it just now."""
        if not self._shows and is_recent(self._looked_at, now, LOOKS_APART_SECONDS):
            return None
        self._looked_at = now
        return self._ports.transfers.read(lane.transfer_id)

    def show(self, transfer: Transfer, lane: Lane, now: datetime) -> ProgressSample | None:
        """The sample, if this lane is the one that shows it. Then `lane` is stored as well. Raises
        LeaseLost."""
        if not self._shows and is_recent(self._asked_at, now, SAMPLES_MISSED_SECONDS):
            return None
        # A lane that comes goes on with it at once: the one that ends its turn is often the one
        # that showed it.
        soon = self._shows or self._asked_at is None
        self._asked_at = now
        shown = show_progress(transfer, lane, now, soon=soon, ports=self._ports)
        self._shows = shown is not None
        return shown
