"""Ticketing in memory: real use cases among fakes, and a clock to move."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from services.ticketing.domain.desk import Record
from services.ticketing.domain.form import forms_of
from services.ticketing.domain.ports import Desk, Login, Policy, Ports
from services.ticketing.domain.ticket import Key, Kind, Ticket
from services.ticketing.use_cases.keep_told import keep_told
from services.ticketing.use_cases.sweep_tickets import sweep_tickets
from services.ticketing.use_cases.write_due import write_due
from tests.fakes.calls import Calls
from tests.fakes.desk import InMemoryDesk
from tests.fakes.outside import InMemoryBus
from tests.fakes.tickets import InMemoryGates, InMemoryTickets, InMemoryUsers
from tests.fakes.watched import watched
from tests.unit.progress.stories import NOON, AnyEvent, Story

NOTE_EVERY, LASTS = timedelta(minutes=15), timedelta(minutes=10)
SWEEP = timedelta(seconds=45)
CALL_SECONDS = 0.2  # of ServiceNow


@dataclass
class InMemoryNudges:
    queued: list[str] = field(default_factory=list)

    def send(self, subject: str) -> None:
        self.queued.append(subject)


@dataclass
class InMemoryAlarms:
    told: list[str] = field(default_factory=list)
    measured: dict[str, float] = field(default_factory=dict)

    def tell(self, code: str, **facts: object) -> None:
        self.told.append(code)

    def measure(self, name: str, value: float) -> None:
        self.measured[name] = value


class TicketingWorld:
    def __init__(
        self, *, on: bool = True, desk: Desk | None = None, login: Login | None = None
    ) -> None:
        """`desk` and `login` are those of another ServiceNow than the one in memory."""
        self.clock = NOON
        self.calls = calls = Calls(self._move_clock)
        calls.cost["desk.*"] = CALL_SECONDS
        numbers = count(1)
        self.tickets, self.gates = InMemoryTickets(), InMemoryGates()
        self.users, self.nudges, self.alarms = InMemoryUsers(), InMemoryNudges(), InMemoryAlarms()
        self.desk = InMemoryDesk(self.now)
        self.ports = Ports(
            desk=watched("desk", desk or self.desk, calls),
            login=watched("login", login or self.desk, calls),
            tickets=watched("tickets", self.tickets, calls),
            gates=watched("gates", self.gates, calls),
            users=watched("users", self.users, calls),
            nudges=watched("nudges", self.nudges, calls),
            alarms=self.alarms,
            bus=InMemoryBus(),
            policy=Policy(on, LASTS, NOTE_EVERY, forms_of({})),
            now=self.now,
            new_id=lambda: f"id{next(numbers)}",
            chance=lambda: 0.0,
        )

    def now(self) -> datetime:
        return self.clock

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def pass_time(self, time: timedelta) -> None:
        self.calls.pass_time(time.total_seconds())

    def hear(self, *events: AnyEvent) -> None:
        for event in events:
            self.clock = max(self.clock, event.meta.occurred_at)
            keep_told(event, ports=self.ports)

    def work(self) -> None:
        """Workers take every nudge."""
        while self.nudges.queued:
            write_due(self.nudges.queued.pop(0), ports=self.ports)

    def sweep(self) -> int:
        return sweep_tickets(SWEEP, ports=self.ports)

    def minutes(self, number: int) -> None:
        """So many, with a sweep in each."""
        for _ in range(number):
            began = self.clock
            self.work()
            self.sweep()
            self.pass_time(max(timedelta(), began + timedelta(minutes=1) - self.clock))

    def settle(self, minutes: int = 3 * 60) -> None:
        """Until nothing is due any more."""
        for _ in range(minutes):
            if not self.nudges.queued and not self.is_waiting():
                return
            self.minutes(1)
        raise AssertionError(f"still waiting: {self.is_waiting()}")

    def is_waiting(self) -> list[Ticket]:
        return [each for each in self.tickets.tickets.values() if each.due_at is not None]

    def ticket(self, kind: Kind, transfer_id: str = "t-1", generation: int = 1) -> Ticket:
        return self.tickets.tickets[Key(f"T#{transfer_id}", kind, generation)]

    def there(self, kind: Kind, transfer_id: str = "t-1", generation: int = 1) -> Record:
        """The one record that ServiceNow has of the ticket."""
        found = self.desk.of(Key(f"T#{transfer_id}", kind, generation).ticket_id)
        assert len(found) == 1, found
        return found[0]

    def told(self) -> list[str]:
        """Detail-types of the events that were published."""
        return [each.detail_type for each in (*self.tickets.told, *self.gates.told)]


def whole_story(transfer_id: str = "t-1", owner: str = "jane") -> list[AnyEvent]:
    story = Story(transfer_id, owner)
    return [story.requested(), story.started(), story.completed()]
