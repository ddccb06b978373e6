"""A lane's heartbeat: prolongs what it holds, shows progress, sees pause and cancel."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from services.transfer.domain.ledger import ChunkLease, Lane, LedgerId, Slot
from services.transfer.domain.ports import MessageLease, Ports
from services.transfer.domain.rate import Rate
from services.transfer.domain.transfer import RunId, Status, Transfer
from services.transfer.use_cases.announce import progressed

BEAT_SECONDS = 1.0  # progress is shown at most this often
RENEWALS_PER_LEASE = 3  # so that two may fail before a lease is lost
VISIBILITY_SLACK_SECONDS = 2  # clocks of two workers may differ


def visibility_seconds(lease_seconds: float) -> int:
    return ceil(lease_seconds) + VISIBILITY_SLACK_SECONDS


@dataclass
class LanePulse:
    """What one turn holds right now (mutable). `beat` raises LeaseLost when that is gone."""

    transfer: Transfer
    lane: Lane
    slot: Slot
    message: MessageLease
    ports: Ports
    run: RunId  # for which it was taken
    beaten_at: datetime
    renewed_at: datetime
    chunk: ChunkLease | None = None

    @property
    def ledger(self) -> LedgerId:
        return LedgerId(self.transfer.id, self.transfer.generation)

    @property
    def held(self) -> ChunkLease:
        if self.chunk is None:
            raise ValueError(f"lane {self.lane.number} of {self.transfer.id} holds no chunk")
        return self.chunk

    def beat(self, bytes_in_flight: int) -> bool:
        """Cheap when called often. False when the transfer is not to be moved any more."""
        now = self.ports.now()
        if (now - self.beaten_at).total_seconds() < BEAT_SECONDS:
            return self.transfer.status is Status.MOVING
        self.beaten_at = now
        if (now - self.renewed_at).total_seconds() * RENEWALS_PER_LEASE >= self._lease_seconds:
            self._renew(now, bytes_in_flight)
        else:
            self.lane = self.ports.lanes.beat(self.lane, self.lane.until, bytes_in_flight)
        self.transfer = self.ports.transfers.read(self.transfer.id)
        self._show_progress(now)
        return (
            self.transfer.status is Status.MOVING
            and self.transfer.generation == self.lane.generation
        )

    @property
    def _lease_seconds(self) -> float:
        return self.ports.policy.lease_seconds

    def _renew(self, now: datetime, bytes_in_flight: int) -> None:
        """All leases end together, the message's invisibility a little later: whoever receives the
        message of a dead worker can take everything over at once."""
        until = now + timedelta(seconds=self._lease_seconds)
        self.lane = self.ports.lanes.beat(self.lane, until, bytes_in_flight)
        self.slot = self.ports.slots.renew(self.slot, until)
        if self.chunk is not None:
            self.chunk = self.ports.ledger.renew(self.chunk, until)
        self.message.extend(visibility_seconds(self._lease_seconds))
        self.renewed_at = now

    def _show_progress(self, now: datetime) -> None:
        """One lane a second samples the rate for all of them; that one publishes."""
        progress = self.ports.ledger.progress(self.ledger)
        seen = progress.rate
        if seen is not None and (now - seen.at).total_seconds() < BEAT_SECONDS:
            return
        lanes = self.ports.lanes.lanes(self.ledger)
        bytes_now = progress.bytes_done + sum(lane.bytes_in_flight for lane in lanes)
        rate = Rate(now, bytes_now) if seen is None else seen.sampled(now, bytes_now)
        if self.ports.ledger.sample_rate(self.ledger, seen, rate):
            event = progressed(self.transfer, rate, progress, lanes, ports=self.ports)
            self.ports.bus.publish([event])  # may be lost without harm: the next one tells more
