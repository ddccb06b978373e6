"""A lane's heartbeat. It prolongs what the lane holds, shows progress, and sees pause and cancel.

It beats in a thread of its own, so that no wait on the outside outlives a lease. The worker only
looks at what the last beat found, and at the clock.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Lane
from services.transfer.domain.ledger import ChunkLease, LedgerId, Mark
from services.transfer.domain.patience import patience_seconds
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.status import Status
from services.transfer.domain.tries import Tries
from services.transfer.domain.waiting import Limit
from services.transfer.domain_services.beat_looks import BeatLooks
from services.transfer.domain_services.fail_transfer import end_trouble
from services.transfer.domain_services.lane_chunks import LaneChunks
from services.transfer.domain_services.lane_slots import LaneSlots
from services.transfer.domain_services.lane_stopwatch import LaneStopwatch
from services.transfer.domain_services.lane_tally import LaneTally
from services.transfer.domain_services.session_line import pass_on
from services.transfer.domain_services.slot_pulse import RENEWALS_PER_LEASE
from services.transfer.domain_services.steer_lanes import LaneSteering
from services.transfer.domain_services.worker import Worker

MANY_CHUNKS = 32  # so many in a row are not all claimed by the lanes of one transfer
STORED_SECONDS = 0.5  # a lane's row that is not older tells enough
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
        self.tally = LaneTally()
        self._ports = ports
        self._lock = Lock()
        self._renewed_at = self._stored_at = ports.now()
        self._stopwatch = LaneStopwatch(lane.figures, self._renewed_at)
        self._slots = LaneSlots(lane, ports)
        self._hand_over_seconds = ports.policy.hand_over_seconds
        self.turn_seconds = worker.remaining_seconds()
        self._looks, self._status = BeatLooks(ports), Status.MOVING  # as the last look found it
        self._steering = LaneSteering(self._renewed_at, ports)
        self._until, self._chunks = lane.until, LaneChunks(lane, ports)
        self._lost: LeaseLost | None = None
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
        """False when the worker should bring its chunk to a checkpoint and stop. `bytes_in_flight`
        are of that chunk. Calls nothing outside, so it may be asked often. Raises LeaseLost."""
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
            self._stopwatch.opened(now)
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

    def claim(self, ledger: LedgerId) -> ChunkLease | None:
        with self._lock:
            claimed = self._chunks.claim(ledger, self.worker.name, self._until)
            self._stopwatch.began(self._ports.now())
            return claimed

    def checkpoint(self, mark: Mark, *, moved: bool = True) -> None:
        """Without `moved` it tells what is about to be done, which is no headway."""
        with self._lock:
            self._chunks.checkpoint(mark)
            if moved:
                self.headway = True
                self._stopwatch.went_well(self._ports.now(), mark.done_bytes)

    def finish(self, mark: Mark, part: str, plan: ChunkPlan) -> None:
        """The chunk is done. If it is done for good, the lane has no failures in a row any more.
        What comes next in the plan is claimed along with it, while the lane goes on."""
        with self._lock:
            now, more = self._ports.now(), self._chunks.at_hand.number + 1 < plan.total
            self._stopwatch.went_well(now, mark.done_bytes)
            failures = 0 if self.keeps_chunks else self.lane.failures
            figures = self._stopwatch.figures_at(now)
            lane = replace(self.lane, failures=failures, figures=figures, bytes_in_flight=0)
            goes_on = more and self.moving and self.has_time
            self._chunks.finish(mark, part, lane, goes_on=goes_on)
            self._finished(lane, now)
            self._stopwatch.began(self._ports.now())

    def leave_behind(self, mark: Mark) -> None:
        """The chunk at hand is written, and becomes durable while the next one is written."""
        with self._lock:
            self._stopwatch.left_behind(self._ports.now(), mark.done_bytes)
            self._chunks.leave_behind()

    def finish_behind(self, mark: Mark, part: str, plan: ChunkPlan) -> None:
        """As `finish`. A lane that writes no chunk any more claims none. Near the plan's end none
        is claimed before the one at hand is written: another lane may be free for it by then."""
        with self._lock:
            now = self._ports.now()
            self._stopwatch.settled_behind(now)
            figures, in_flight = self._stopwatch.figures_at(now), self._stopwatch.in_flight
            lane = replace(self.lane, failures=0, figures=figures, bytes_in_flight=in_flight)
            many = self._chunks.behind.number + MANY_CHUNKS < plan.total
            goes_on = self._chunks.writes and many and self.moving and self.has_time
            self._chunks.finish_behind(mark, part, lane, goes_on=goes_on)
            self._finished(lane, now)
            self._stopwatch.at = self._ports.now()

    def give_back_behind(self, mark: Mark, ahead: Mark | None) -> None:
        with self._lock:
            further = self._chunks.give_back_behind(mark, ahead)
            self.headway = self.headway or further

    def _finished(self, lane: Lane, now: datetime) -> None:
        self.lane, self._stored_at = lane, now
        self.headway, self.finished = True, self.finished + 1

    def leave(self) -> None:
        """Tells the other lanes that this one writes nothing any more. Raises LeaseLost."""
        with self._lock:
            self.lane = replace(self.lane, leaving=True)
            self._store(self.lane.until, self._ports.now())

    def give_back(self, mark: Mark, ahead: Mark | None = None, *, doubted: bool = False) -> None:
        """Does nothing when no chunk is held any more."""
        with self._lock:
            further = self._chunks.give_back(mark, ahead, doubted=doubted)
            self.headway = self.headway or further

    def free_slot(self) -> None:
        with self._lock:
            self._chunks.give_back_ahead()
            slot = self._slots.free()
            self._stopwatch.closed(self._ports.now())
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
        figures, in_flight = self._stopwatch.figures_at(now), self._stopwatch.in_flight
        self.lane = replace(self.lane, figures=figures, bytes_in_flight=in_flight)
        self._renew_when_due(now)
        self.tally.beat(now, self._ports.meter)
        shown = None
        transfer = self._looks.transfer(self.lane, now)
        if transfer is not None:
            if transfer.generation != self.lane.generation:
                raise self._gone()  # the transfer has begun anew with another part file
            self.moving, self._status = transfer.lanes_wanted, transfer.status
        self._close_if_it_hangs(now)
        if transfer is not None:
            if self.headway:
                transfer = end_trouble(transfer, self._is_mine, ports=self._ports)
            shown = self._looks.show(transfer, self.lane, now)
        if shown is not None:
            self._stored_at = now
        elif (now - self._stored_at).total_seconds() >= STORED_SECONDS:
            self._store(self.lane.until, now)
        if transfer is not None and self._slots.is_long:
            self._steering.beat(self.lane, transfer, shown, now)

    def _is_mine(self, tries: Tries) -> bool:
        return tries.lane == self.lane.number

    def _renew_when_due(self, now: datetime) -> None:
        age, lease_seconds = now - self._renewed_at, self._ports.policy.lease_seconds
        if age.total_seconds() * RENEWALS_PER_LEASE < lease_seconds:
            return
        until = now + timedelta(seconds=lease_seconds)
        self._store(until, now)
        self._slots.renew(until)
        self._chunks.renew(until)
        self.worker.hide_message(lease_seconds)
        self._renewed_at, self._until = now, until

    def _store(self, until: datetime, now: datetime) -> None:
        self._stored_at = now
        self.lane = self._ports.lanes.beat(self.lane, until, self.lane.bytes_in_flight)

    def _close_if_it_hangs(self, now: datetime) -> None:
        """So that the worker can yet record what was acknowledged."""
        if self.worker.remaining_seconds() * 2 < self._hand_over_seconds:
            self.out_of_time = True
            self._close()
        if (now - self._stopwatch.at).total_seconds() >= patience_seconds(self._status):
            self.stopped = True
            self._close()

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _gone(self) -> LeaseLost:
        return LeaseLost(f"lane {self.lane.number} of transfer {self.lane.transfer_id}")
