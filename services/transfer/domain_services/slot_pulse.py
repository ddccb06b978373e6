"""Keeps slots of sessions leased for as long as the work takes."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Slot
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.session_line import pass_on

RENEWALS_PER_LEASE = 3  # a lease is renewed when so much of it is over
BEATS_PER_LEASE = 18  # a renewal that fails is tried again with each beat, so five may fail


class SlotPulse:
    """Renews slots in another thread while the work goes on. The work of a step of `transfer` ends
    when the transfer is cancelled meanwhile."""

    def __init__(self, ports: Ports, transfer: Transfer | None = None) -> None:
        self._ports, self._transfer = ports, transfer
        self._slots: list[Slot] = []
        self._lost: LeaseLost | None = None
        self._session: PartnerSession | None = None
        self._ended = False  # a beat closed the session
        self._lock = Lock()
        self.calls_next: str | None = None  # the destination whose line is called after `free`

    def take(self, of: str, limit: int, holder: str, ticket: str = "") -> bool:
        """False when `limit` slots are in use, or when others in the line come first."""
        now = self._ports.now()
        slot = self._ports.slots.take(of, limit, holder, now, self._until(), ticket)
        if slot is not None:
            self._slots.append(slot)
        return slot is not None

    def watch(self, session: PartnerSession) -> None:
        """The session sends nothing once a lease is over. It is closed when a lease is lost,
        because others may use its slot from then on."""
        session.guard(self.fence)
        self._session = session
        self.logged_in()

    def logged_in(self) -> None:
        """The session of the slot that was taken last is open. Others who are refused one can see
        that. Raises LeaseLost."""
        with self._lock:
            slot = self._slots[-1]
            open_one = replace(slot, logged_in=True)
            self._slots[-1] = self._ports.slots.renew(open_one, self._until())

    def wants_session(self) -> bool:
        """Asked while one is being opened. Until then a beat has nothing to close."""
        return not (self.is_lost or self._ended)

    @property
    def every_seconds(self) -> float:
        return self._ports.policy.lease_seconds / BEATS_PER_LEASE

    def beat(self) -> None:
        if not self._lock.acquire(blocking=False):
            return  # a slot is being renewed just now
        try:
            self._renew()
        except LeaseLost as lost:
            self._lost = lost
            self._close()
        finally:
            self._lock.release()
        if self._was_cancelled():
            self._close()

    def fence(self) -> None:
        """Raises LeaseLost, also when this very process was asleep while its leases ended."""
        if self._lost is not None:
            raise self._lost
        now = self._ports.now()
        for slot in self._slots:
            if slot.until <= now:
                raise LeaseLost(f"session {slot.number} of {slot.destination_id}")

    @property
    def is_lost(self) -> bool:
        try:
            self.fence()
        except LeaseLost:
            return True
        return False

    def free(self) -> None:
        """Frees the slots, and then calls the next one in the line."""
        try:
            self._ports.slots.free(*self._slots)
        finally:
            if self.calls_next is not None:
                pass_on(self.calls_next, ports=self._ports)

    def _renew(self) -> None:
        until = self._until()
        due = until - timedelta(seconds=self._ports.policy.lease_seconds / RENEWALS_PER_LEASE)
        for index, slot in enumerate(self._slots):  # keep each at once, the next may fail
            if slot.until <= due:
                self._slots[index] = self._ports.slots.renew(slot, until)

    def _was_cancelled(self) -> bool:
        """While the step was at work. The clean-up of a cancelled transfer goes on."""
        if self._transfer is None or self._transfer.status is Status.CANCELLING:
            return False
        return self._ports.transfers.read(self._transfer.id).status is Status.CANCELLING

    def _close(self) -> None:
        self._ended = True
        if self._session is not None:
            self._session.close()

    def _until(self) -> datetime:
        return self._ports.now() + timedelta(seconds=self._ports.policy.lease_seconds)
