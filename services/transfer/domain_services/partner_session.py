"""A session with a destination's server, inside leases that live as long as the work does."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.transfer.domain.destination import Credential, Destination
from services.transfer.domain.errors import (
    CredentialMissing,
    LeaseLost,
    NoSessionFree,
    StepUnderWay,
)
from services.transfer.domain.ledger import Slot
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.session_line import pass_on, step_ticket

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
        for slot in self._slots:
            self._ports.slots.free(slot)
        if self.calls_next is not None:
            pass_on(self.calls_next, ports=self._ports)

    def _until(self) -> datetime:
        return self._ports.now() + timedelta(seconds=self._ports.policy.lease_seconds)


@dataclass(frozen=True)
class Visit:
    """A session, and the destination that it was opened with. Work in the session uses the paths of
    that destination, even if the destination was changed since."""

    session: PartnerSession
    destination: Destination


def partner_session(destination_id: str, *, ports: Ports) -> AbstractContextManager[Visit]:
    """Raises CredentialMissing, NoSessionFree, and what `Partners.connect` raises."""
    return _leased(destination_id, None, ports=ports)


def step_session(transfer: Transfer, *, ports: Ports) -> AbstractContextManager[Visit]:
    """For the steps of a transfer's workflow. Only one step of a transfer works at a time, although
    Step Functions may repeat a step whose first function still lives. Raises StepUnderWay, and what
    partner_session raises."""
    return _leased(transfer.destination_id, transfer, ports=ports)


@contextmanager
def _leased(destination_id: str, transfer: Transfer | None, *, ports: Ports) -> Iterator[Visit]:
    destination, credential = with_credential(destination_id, ports=ports)
    pulse, holder = SlotPulse(ports), ports.new_id()
    with ExitStack() as stack:
        stack.callback(pulse.free)
        ticket = "" if transfer is None else step_ticket(transfer.id)
        every = ports.policy.lease_seconds / RENEWALS_PER_LEASE
        if transfer is not None and not pulse.take(f"transfer/{transfer.id}", 1, holder):
            raise StepUnderWay(transfer.id)
        if not pulse.take(destination_id, destination.max_sessions, holder, ticket):
            raise NoSessionFree(destination_id, destination.max_sessions)
        pulse.calls_next = destination_id
        stack.enter_context(ports.heart.beating(pulse.beat, every))
        session = stack.enter_context(ports.partners.connect(destination, credential))
        pulse.watch(session)
        yield Visit(session, destination)


def with_credential(destination_id: str, *, ports: Ports) -> tuple[Destination, Credential]:
    """The two belong together, because every new credential is stored under an id of its own. If
    the credential is replaced between the two reads, both are read once more. Raises
    CredentialMissing."""
    try:
        return _with_credential(destination_id, ports=ports)
    except CredentialMissing:
        return _with_credential(destination_id, ports=ports)


def _with_credential(destination_id: str, *, ports: Ports) -> tuple[Destination, Credential]:
    destination = ports.destinations.read(destination_id)
    if destination.secret_id is None:
        raise CredentialMissing(destination_id)
    return destination, ports.vault.read(destination.secret_id)
