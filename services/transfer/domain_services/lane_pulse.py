"""A lane's heartbeat. It prolongs what the lane holds, shows progress, and sees pause and cancel.

It beats in a thread of its own, so that no wait on the outside outlives a lease. The worker only
looks at what the last beat found, and at the clock.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Mark
from services.transfer.domain.patience import patience_seconds
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.session_names import lane_ticket
from services.transfer.domain.status import Status
from services.transfer.domain.tries import Tries
from services.transfer.domain.waiting import Limit
from services.transfer.domain_services.fail_transfer import end_trouble
from services.transfer.domain_services.lane_slots import LaneSlots
from services.transfer.domain_services.lane_stopwatch import LaneStopwatch
from services.transfer.domain_services.session_line import leave_line, pass_on
from services.transfer.domain_services.show_progress import show_progress
from services.transfer.domain_services.slot_pulse import RENEWALS_PER_LEASE
from services.transfer.domain_services.steer_lanes import LaneSteering
from services.transfer.domain_services.worker import Worker

BEAT_SECONDS = 1.0  # so often pause and cancel are seen, and progress is shown at most


class LanePulse:
    """What one turn holds right now. All its leases end at the same time. The message becomes
    visible a little later, so whoever receives the message of a dead worker can take everything
    over at once. A pulse acts only for the generation of its lane."""

    def __init__(self, lane: Lane, worker: Worker, ports: Ports) -> None:
        self.lane = lane
        self.worker = worker
        self.moving = True  # as the last beat saw it
        self.headway = False  # something was moved in this turn
        self.finished = 0  # chunks moved or proved in this turn
        self.out_of_time = False  # the last beat closed the session
        self.stopped = False  # a beat closed the session of a transfer that does not move any more
        self.keeps_chunks = True  # False: they are lost with the handle that they went through
        self._ports = ports
        self._lock = Lock()
        self._renewed_at = ports.now()
        self._stopwatch = LaneStopwatch(lane.figures, self._renewed_at)
        self._slots = LaneSlots(lane, ports)
        self._hand_over_seconds = ports.policy.hand_over_seconds
        self.turn_seconds = worker.remaining_seconds()
        self._steering = LaneSteering(self._renewed_at, ports)
        self._until = lane.until
        self._lost: LeaseLost | None = None
        self._chunk: ChunkLease | None = None
        self._session: PartnerSession | None = None

    @property
    def ledger(self) -> LedgerId:
        return LedgerId(self.lane.transfer_id, self.lane.generation)

    @property
    def is_lost(self) -> bool:
        return self._lost is not None or self._ports.now() >= self._until

    # --- the worker's side -----------------------------------------------------------------------

    def fence(self) -> None:
        """Called before anything is sent to the partner. Raises LeaseLost, also when this very
        process was asleep while its leases ended."""
        if self.is_lost:
            raise self._lost or self._gone()

    def goes_on(self, bytes_in_flight: int) -> bool:
        """False when the worker should bring its chunk to a checkpoint and stop. Calls nothing
        outside, so it may be asked often. Raises LeaseLost."""
        now = self._ports.now()
        self._stopwatch.read(now, bytes_in_flight)
        self.fence()
        stays = self.moving and not self.gives_way
        return stays and self.worker.remaining_seconds() > self._hand_over_seconds

    def wrote(self) -> datetime:
        """The time, after the block at hand was given to the partner."""
        self._stopwatch.wrote(now := self._ports.now())
        return now

    @property
    def gives_way(self) -> bool:
        """A beat found that others should have its session."""
        return self._steering.gives_way

    @property
    def has_time(self) -> bool:
        """For another chunk."""
        return not self.gives_way and self.worker.remaining_seconds() > 2 * self._hand_over_seconds

    def watch(self, session: PartnerSession) -> None:
        """The session sends nothing once the leases are over. The beats close it when the lane is
        lost, when the worker's time is nearly up, and when it hangs although the transfer stops."""
        session.guard(self.fence)
        with self._lock:
            now = self._ports.now()
            self._stopwatch.began(now)
            self._session, self.lane = session, replace(self.lane, session_since=now)

    @property
    def has_session(self) -> bool:
        return self._session is not None

    def wants_session(self) -> bool:
        """Asked while one is being opened. Until then a beat has nothing to close."""
        return not (self.is_lost or self.stopped or self.out_of_time)

    @property
    def waited_seconds(self) -> float:
        """How long the worker has been waiting for source or partner. A lane that waited in vain
        stays away for as long, so that others get its worker."""
        waited = (self._ports.now() - self._stopwatch.at).total_seconds()
        return min(waited, self._ports.policy.retry.cap_seconds)

    def take_slot(self, destination_id: str, limit: Limit) -> bool:
        with self._lock:
            return self._slots.take(destination_id, limit, self._until)

    def take_step(self) -> bool:
        """The place of the workflow's steps, of which one at a time may prove and name the file."""
        with self._lock:
            return self._slots.take_step(self._until)

    def leave_line(self, destination_id: str) -> None:
        """It needs no session any more. If it stood in the line, others are called instead."""
        if leave_line(destination_id, lane_ticket(self.lane), ports=self._ports):
            pass_on(destination_id, ports=self._ports)

    def claim(self, ledger: LedgerId) -> ChunkLease | None:
        with self._lock:
            now = self._ports.now()
            self._chunk = self._ports.ledger.claim(ledger, self.worker.name, now, self._until)
            self._stopwatch.began(self._ports.now())
            return self._chunk

    def checkpoint(self, mark: Mark, *, moved: bool = True) -> None:
        """Without `moved` it tells what is about to be done, which is no headway."""
        with self._lock:
            self._chunk = self._ports.ledger.checkpoint(self._held, mark)
            if moved:
                self.headway = True
                self._stopwatch.went_well(self._ports.now(), mark.done_bytes)

    def finish(self, mark: Mark, part: str) -> None:
        """The chunk is done. If it is done for good, the lane has no failures in a row any more."""
        with self._lock:
            self._stopwatch.went_well(self._ports.now(), mark.done_bytes)
            self._ports.ledger.finish(self._held, mark, part)
            self._chunk, self.headway = None, True
            self._stopwatch.began(self._ports.now())
            self.finished += 1
            failures = 0 if self.keeps_chunks else self.lane.failures
            if failures != self.lane.failures or self.lane.bytes_in_flight:
                lane = replace(self.lane, failures=failures, figures=self._stopwatch.figures)
                self.lane = self._ports.lanes.beat(lane, lane.until, 0)

    def give_back(self, mark: Mark, ahead: Mark | None = None, *, doubted: bool = False) -> None:
        """Does nothing when no chunk is held any more."""
        with self._lock:
            held, self._chunk = self._chunk, None
            if held is None:
                return
            reached = (ahead or mark).done_bytes
            known = (held.ahead or held.mark).done_bytes
            self.headway = self.headway or reached > known
            doubts = held.doubts + (1 if doubted else 0)
            self._ports.ledger.release(replace(held, mark=mark, ahead=ahead, doubts=doubts))

    def free_slot(self) -> None:
        with self._lock:
            slot = self._slots.free()
            self.lane = replace(self.lane, figures=self._stopwatch.figures)
        if slot is not None:
            pass_on(slot.destination_id, ports=self._ports)

    # --- the beats -------------------------------------------------------------------------------

    def beat(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # the worker is changing what it holds just now; the next beat comes soon
        try:
            self._beat(self._ports.now())
        except LeaseLost as lost:
            self._lost = lost
            self._close()
        finally:
            self._lock.release()

    def _beat(self, now: datetime) -> None:
        if self._lost is not None:
            return
        in_flight = self._stopwatch.in_flight
        self.lane = replace(self.lane, figures=self._stopwatch.figures)
        age = (now - self._renewed_at).total_seconds()
        if age * RENEWALS_PER_LEASE >= self._ports.policy.lease_seconds:
            self._renew(now)
        else:
            self.lane = self._ports.lanes.beat(self.lane, self.lane.until, in_flight)
        transfer = self._ports.transfers.read(self.lane.transfer_id)
        if transfer.generation != self.lane.generation:
            raise self._gone()  # the transfer has begun anew with another part file
        self.moving = transfer.lanes_wanted
        self._close_if_it_hangs(transfer.status, now)
        if self.headway:
            transfer = end_trouble(transfer, self._is_mine, ports=self._ports)
        shown = show_progress(transfer, self.ledger, self._chunk, now, ports=self._ports)
        if self._slots.is_long:
            self._steering.beat(self.lane, transfer, shown, now)

    def _is_mine(self, tries: Tries) -> bool:
        return tries.lane == self.lane.number

    def _renew(self, now: datetime) -> None:
        until = now + timedelta(seconds=self._ports.policy.lease_seconds)
        self.lane = self._ports.lanes.beat(self.lane, until, self._stopwatch.in_flight)
        self._slots.renew(until)
        if self._chunk is not None:
            self._chunk = self._ports.ledger.renew(self._chunk, until)
        self.worker.hide_message(self._ports.policy.lease_seconds)
        self._renewed_at, self._until = now, until

    def _close_if_it_hangs(self, status: Status, now: datetime) -> None:
        """So that the worker can yet record what was acknowledged."""
        if self.worker.remaining_seconds() * 2 < self._hand_over_seconds:
            self.out_of_time = True
            self._close()
        if (now - self._stopwatch.at).total_seconds() >= patience_seconds(status):
            self.stopped = True
            self._close()

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()

    @property
    def _held(self) -> ChunkLease:
        if self._chunk is None:
            raise ValueError(f"lane {self.lane.number} of {self.lane.transfer_id} holds no chunk")
        return self._chunk

    def _gone(self) -> LeaseLost:
        return LeaseLost(f"lane {self.lane.number} of transfer {self.lane.transfer_id}")
