"""Leases sessions only while this region works. No session at a partner is without such a lease."""

from collections.abc import Callable
from datetime import datetime

from services.transfer.domain.errors import LeaseLost, RegionStandsBy
from services.transfer.domain.lane import Slot
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.ports import HomeStore, SessionSlots
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.waiting import Limit, Line, Waiter


class FencedSlots:
    """Implements SessionSlots. `take` raises RegionStandsBy, `renew` LeaseLost."""

    def __init__(self, slots: SessionSlots, home: HomeStore, may_work: Callable[[], bool]) -> None:
        self._slots, self._home, self._may_work = slots, home, may_work

    def take(
        self,
        destination_id: str,
        limit: Limit,
        holder: str,
        now: datetime,
        until: datetime,
        ticket: str = "",
    ) -> Slot | None:
        if not self._may_work():
            raise RegionStandsBy(self._home.region, self._home.peer_region)
        return self._slots.take(destination_id, limit, holder, now, until, ticket)

    def renew(self, slot: Slot, until: datetime) -> Slot:
        if not self._may_work():
            raise LeaseLost(f"session {slot.number} of {slot.destination_id}")
        return self._slots.renew(slot, until)

    def free(self, *slots: Slot) -> None:
        self._slots.free(*slots)

    def wait(self, waiter: Waiter) -> None:
        self._slots.wait(waiter)

    def line(self, destination_id: str, now: datetime, until: datetime) -> Line:
        return self._slots.line(destination_id, now, until)

    def look(
        self, destination_id: str, now: datetime, until: datetime, rows: int | None = None
    ) -> SessionsSeen:
        return self._slots.look(destination_id, now, until, rows)

    def call(self, waiter: Waiter, until: datetime) -> bool:
        return self._slots.call(waiter, until)

    def leave(self, waiter: Waiter) -> None:
        self._slots.leave(waiter)

    def bind(self, bound: SessionBound) -> None:
        self._slots.bind(bound)

    def unbind(self, destination_id: str) -> None:
        self._slots.unbind(destination_id)
