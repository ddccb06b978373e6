"""In-memory leases of lanes and of destinations' sessions."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.transfer.adapters.dynamodb_session_slots import LOOK_ROWS
from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Lane, Slot
from services.transfer.domain.leases import is_over
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.waiting import (
    InUse,
    Limit,
    Line,
    LongLimit,
    Waiter,
    in_use_of,
    line_of,
)
from tests.fakes.lane_targets import InMemoryLaneTargets

LaneKey = tuple[str, int, int]  # transfer, generation, lane; both passes share the lanes


class InMemoryLaneRegister:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.rows: dict[LaneKey, Lane] = {}

    def queue(self, lane: Lane) -> bool:
        with self.lock:
            stored = self.rows.get(_key(lane))
            if stored is not None and stored.turn >= lane.turn:
                return False
            self.rows[_key(lane)] = lane.as_queued
            return True

    def take(
        self,
        ledger: LedgerId,
        number: int,
        turn: int,
        worker: str,
        now: datetime,
        until: datetime,
    ) -> Lane | None:
        with self.lock:
            stored = self.rows.get((ledger.transfer_id, ledger.generation, number))
            if stored is None or stored.turn != turn or stored.ended:
                return None
            if stored.worker is not None and not is_over(stored.until, now, until):
                return None
            taken = stored.taken_by(worker, until)
            self.rows[_key(taken)] = taken
            return taken

    def beat(self, lane: Lane, until: datetime, bytes_in_flight: int) -> Lane:
        with self.lock:
            self.require(lane)
            beaten = replace(lane, until=until, bytes_in_flight=bytes_in_flight)
            self.rows[_key(lane)] = replace(
                self.rows[_key(lane)],
                until=until,
                bytes_in_flight=bytes_in_flight,
                failures=lane.failures,
                figures=lane.figures,
                session_since=lane.session_since or self.rows[_key(lane)].session_since,
                leaving=lane.leaving,
            )
            return beaten

    def require(self, lane: Lane) -> None:
        """Raises LeaseLost when its worker does not have it any more."""
        if lane.worker is None or not self._holds(lane):
            raise LeaseLost(f"lane {lane.number} of transfer {lane.transfer_id}")

    def end(self, lane: Lane) -> None:
        with self.lock:
            if self._holds(lane):
                self.rows[_key(lane)] = replace(
                    self.rows[_key(lane)], worker=None, bytes_in_flight=0, ended=True
                )

    def lanes(self, ledger: LedgerId) -> Sequence[Lane]:
        with self.lock:
            mine = (ledger.transfer_id, ledger.generation)
            return [self.rows[key] for key in sorted(self.rows) if key[:2] == mine]

    def _holds(self, lane: Lane) -> bool:
        stored = self.rows.get(_key(lane))
        return (
            stored is not None
            and not stored.ended
            and (stored.turn, stored.worker) == (lane.turn, lane.worker)
        )


def _key(lane: Lane) -> LaneKey:
    return lane.transfer_id, lane.generation, lane.number


class InMemorySessionSlots:
    def __init__(
        self, look_rows: int = LOOK_ROWS, targets: InMemoryLaneTargets | None = None
    ) -> None:
        self.look_rows = look_rows
        self._targets = targets or InMemoryLaneTargets()
        self.lock = threading.RLock()
        self.rows: dict[tuple[str, int], Slot] = {}
        self.waiting: dict[tuple[str, str], Waiter] = {}
        self.bounds: dict[str, SessionBound] = {}

    def take(
        self,
        destination_id: str,
        limit: Limit,
        holder: str,
        now: datetime,
        until: datetime,
        ticket: str = "",
    ) -> Slot | None:
        with self.lock:
            mine = {n: slot for (d, n), slot in self.rows.items() if d == destination_id}
            own = [n for n, slot in mine.items() if slot.holder == holder]
            over = [n for n, slot in mine.items() if is_over(slot.until, now, until)]
            live = [n for n in mine if n not in own and n not in over]
            line = self.line(destination_id, now, until)
            sessions = limit.of_all if isinstance(limit, LongLimit) else limit
            if len(live) >= sessions or not (set(own) - set(over) or line.admits(ticket, limit)):
                return None
            self.waiting.pop((destination_id, ticket), None)
            free = [n for n in sorted(own) + list(range(sessions)) if n not in live]
            kept = free[0] in own and free[0] not in over
            since = mine[free[0]].since if kept else now
            long = isinstance(limit, LongLimit)
            slot = Slot(destination_id, free[0], holder, until, since, long)
            self.rows[destination_id, slot.number] = slot
            return slot

    def renew(self, slot: Slot, until: datetime) -> Slot:
        with self.lock:
            if not self._holds(slot):
                raise LeaseLost(f"session {slot.number} of destination {slot.destination_id}")
            renewed = replace(slot, until=until)
            self.rows[slot.destination_id, slot.number] = renewed
            return renewed

    def free(self, *slots: Slot) -> None:
        with self.lock:
            for slot in slots:
                if self._holds(slot):
                    del self.rows[slot.destination_id, slot.number]

    def wait(self, waiter: Waiter) -> None:
        with self.lock:
            earlier = self.waiting.get((waiter.destination_id, waiter.ticket), waiter)
            if earlier.task_token is not None and not waiter.is_called:
                return
            again = replace(waiter, since=earlier.since, called_until=None)
            self.waiting[waiter.destination_id, waiter.ticket] = again

    def line(self, destination_id: str, now: datetime, until: datetime) -> Line:
        with self.lock:
            here = [each for (d, _), each in self.waiting.items() if d == destination_id]
            return line_of(self._in_use(destination_id, now, until), here, now, until)

    def _in_use(self, destination_id: str, now: datetime, until: datetime) -> InUse:
        slots = [slot for (d, _), slot in self.rows.items() if d == destination_id]
        held = [slot for slot in slots if not is_over(slot.until, now, until)]
        target = self._targets.read(destination_id)
        most_long = None if target is None else target.lanes
        return in_use_of(held, most_long, self._most(destination_id, now), now)

    def _most(self, destination_id: str, now: datetime) -> int | None:
        bound = self.bounds.get(destination_id)
        return None if bound is None else bound.most_at(now)

    def bind(self, bound: SessionBound) -> None:
        with self.lock:
            if self.bounds.get(bound.destination_id, bound).gives_way_to(bound):
                self.bounds[bound.destination_id] = bound

    def unbind(self, destination_id: str) -> None:
        with self.lock:
            self.bounds.pop(destination_id, None)

    def look(
        self, destination_id: str, now: datetime, until: datetime, rows: int | None = None
    ) -> SessionsSeen:
        most = self.look_rows if rows is None else min(rows, self.look_rows)
        with self.lock:
            slots = sorted((n, slot) for (d, n), slot in self.rows.items() if d == destination_id)
            waiters = self.line(destination_id, now, until).waiters
            whole = len(slots) + len(waiters) <= most
            held = [slot for _, slot in slots if not is_over(slot.until, now, until)]
            read = waiters if whole else waiters[: most - len(slots)]
            most_long = self._in_use(destination_id, now, until).most_long
            return SessionsSeen(held, read, whole, most_long, self._most(destination_id, now))

    def call(self, waiter: Waiter, until: datetime) -> bool:
        with self.lock:
            if waiter.called_until is not None or not self._stands(waiter):
                return False
            called = replace(waiter, called_until=until)
            self.waiting[waiter.destination_id, waiter.ticket] = called
            return True

    def leave(self, waiter: Waiter) -> None:
        with self.lock:
            if self._stands(waiter):
                del self.waiting[waiter.destination_id, waiter.ticket]

    def _stands(self, waiter: Waiter) -> bool:
        stored = self.waiting.get((waiter.destination_id, waiter.ticket))
        return stored == waiter

    def _holds(self, slot: Slot) -> bool:
        held = self.rows.get((slot.destination_id, slot.number))
        return held is not None and (held.holder, held.until) == (slot.holder, slot.until)
