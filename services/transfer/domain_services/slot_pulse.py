"""Keeps slots of sessions leased for as long as the work takes."""

from datetime import datetime, timedelta

from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Slot
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain_services.session_line import pass_on

RENEWALS_PER_LEASE = 3  # so that a lease is not lost when one renewal fails


class SlotPulse:
    """Renews slots in another thread while the work goes on."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._slots: list[Slot] = []
        self._lost: LeaseLost | None = None
        self._session: PartnerSession | None = None
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

    def beat(self) -> None:
        try:
            until = self._until()
            for index, slot in enumerate(self._slots):  # keep each at once, the next may fail
                self._slots[index] = self._ports.slots.renew(slot, until)
        except LeaseLost as lost:
            self._lost = lost
            if self._session is not None:
                self._session.close()

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

    def _until(self) -> datetime:
        return self._ports.now() + timedelta(seconds=self._ports.policy.lease_seconds)
