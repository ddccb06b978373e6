"""A ticket under a lease: only its holder writes it in ServiceNow."""

from collections.abc import Callable
from dataclasses import replace

from kernel.outbox import OutboxEvent
from services.ticketing.domain.errors import CaseBusy, LeaseEnds
from services.ticketing.domain.ports import Change, Ports
from services.ticketing.domain.ticket import Key, Ticket

TRIES = 10  # events of the transfer may change the row at the same moments

Announce = Callable[[Ticket], OutboxEvent]


class HeldTicket:
    """`ticket` is as it was stored last. Consumers may change what is wanted of it meanwhile, so
    every change is made to the row as it is then. `called`: ServiceNow was."""

    def __init__(self, ticket: Ticket, holder: str, ports: Ports) -> None:
        self.ticket, self._holder, self._ports = ticket, holder, ports
        self.called = False

    @classmethod
    def take(cls, key: Key, ports: Ports) -> "HeldTicket | None":
        """None when nothing is due of it, or somebody else writes it."""
        holder, now = ports.new_id(), ports.now()
        before = ports.tickets.read(key)
        if before is None or before.due_at is None or before.due_at > now:
            return None
        taken = before.leased_to(holder, now)
        if taken is None or not ports.tickets.store([Change(taken, before)]):
            return None
        return cls(replace(taken, version=taken.version + 1), holder, ports)

    def check_time(self) -> None:
        """Before each call. Raises LeaseEnds."""
        if not self.ticket.may_call(self._ports.now()):
            raise LeaseEnds(self.ticket.key.ticket_id)
        self.called = True

    def save(
        self,
        change: Callable[[Ticket], Ticket],
        *announce: Announce,
        also: Callable[[Ticket], tuple[Change, ...]] = lambda ticket: (),
    ) -> Ticket:
        """Stores the change with its events. `also` is asked after the row was read, each time.
        Raises LeaseEnds when somebody else has taken the ticket meanwhile, CaseBusy."""
        for _ in range(TRIES):
            before = self._ports.tickets.read(self.ticket.key)
            if before is None or not before.held_by(self._holder):
                raise LeaseEnds(self.ticket.key.ticket_id)
            now = change(before)
            events = tuple(tell(now) for tell in announce)
            now = replace(now, events=now.events + len(events))
            if self._ports.tickets.store([Change(now, before, events), *also(now)]):
                self.ticket = replace(now, version=now.version + 1)
                return self.ticket
        raise CaseBusy(self.ticket.key.subject)
