"""Progress' watchers in memory: real use cases among fakes, clients, and a clock to move."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from contracts.contract import Contract
from contracts.websocket.client_messages import Subscribe, Unsubscribe
from kernel.caller import Caller, Role
from services.progress.domain.errors import ProgressError
from services.progress.domain.ports import Ports
from services.progress.domain_services.ending_of import EndingFact
from services.progress.domain_services.reach import end, say
from services.progress.use_cases.connect import connect
from services.progress.use_cases.count_ending import count_ending
from services.progress.use_cases.keep_told import keep_told
from services.progress.use_cases.subscribe import subscribe
from services.progress.use_cases.tell_watchers import Delivery, tell_watchers
from services.progress.use_cases.unsubscribe import unsubscribe
from tests.fakes.calls import Calls
from tests.fakes.live_audiences import InMemoryAudiences, InMemoryConnections, InMemoryLiveLists
from tests.fakes.live_figures import InMemoryEndingFigures
from tests.fakes.live_outside import InMemoryNotices, InMemorySockets, OneAfterTheOther, Queued
from tests.fakes.live_transfers import InMemoryLiveTransfers
from tests.fakes.metering import InMemoryMeter
from tests.fakes.watched import watched
from tests.unit.progress.stories import NOON, AnyEvent, Story

JANE = Caller("jane", "s-jane", frozenset({Role.USER}))
BOB = Caller("bob", "s-bob", frozenset({Role.USER}))
OPERATOR = Caller("olga", "s-olga", frozenset({Role.OPERATOR}))


@dataclass
class LiveWorld:
    page: int = 500
    clock: datetime = NOON
    sockets: InMemorySockets = field(default_factory=InMemorySockets)

    def __post_init__(self) -> None:
        self.calls = calls = Calls(self._move_clock)
        self.failures: list[Exception] = []  # of messages that the queue delivers again
        numbers = count(1)
        self.transfers = InMemoryLiveTransfers()
        self.connections = InMemoryConnections()
        self.audiences = InMemoryAudiences(self.transfers, self.connections, self.page)
        self.figures = InMemoryEndingFigures()
        self.notices = InMemoryNotices(lambda: self.clock)
        self.meter = InMemoryMeter()
        self.ports = Ports(
            transfers=watched("transfers", self.transfers, calls),
            lists=watched("lists", InMemoryLiveLists(self.transfers), calls),
            connections=watched("connections", self.connections, calls),
            audiences=watched("audiences", self.audiences, calls),
            figures=watched("figures", self.figures, calls),
            sockets=watched("sockets", self.sockets, calls),
            notices=watched("notices", self.notices, calls),
            crew=OneAfterTheOther(lambda: self.clock),
            meter=self.meter,
            now=lambda: self.clock,
            new_epoch=lambda: f"{next(numbers):x}",
        )

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def pass_time(self, seconds: float) -> None:
        self.calls.pass_time(seconds)

    # --- events ----------------------------------------------------------------------------------

    def hear(self, event: AnyEvent) -> None:
        """As the consumer does."""
        keep_told(event, ports=self.ports)
        if isinstance(event.data, EndingFact):
            count_ending(event, ports=self.ports)

    def story(self, transfer_id: str = "t-1", owner: str = "jane") -> Story:
        """A transfer that has started."""
        story = Story(transfer_id, owner)
        self.hear(story.requested())
        self.hear(story.started())
        return story

    # --- clients ---------------------------------------------------------------------------------

    def connect(self, connection_id: str, caller: Caller = JANE) -> str:
        connect(connection_id, caller, ports=self.ports)
        self.sockets.open[connection_id] = []
        return connection_id

    def ask(self, connection_id: str, asked: Contract) -> None:
        """As the socket's handler does."""
        try:
            if isinstance(asked, Subscribe):
                subscribe(connection_id, asked, ports=self.ports)
            elif isinstance(asked, Unsubscribe):
                unsubscribe(connection_id, asked, ports=self.ports)
        except ProgressError as refusal:
            if refusal.code == "connection_over":
                end(connection_id, refusal, ports=self.ports)
            else:
                say(connection_id, refusal, None, ports=self.ports)

    # --- the fan-out queue -----------------------------------------------------------------------

    def work(self, batch: list[Queued] | None = None) -> None:
        """Handles a batch of what is due."""
        taken = self.notices.take() if batch is None else batch
        deliveries = [
            Delivery(str(number), each.message, again=each.receives > 1)
            for number, each in enumerate(taken)
        ]
        failures = tell_watchers(deliveries, ports=self.ports)
        self.failures += failures.values()
        for number, each in enumerate(taken):
            if str(number) not in failures:
                self.notices.delete(each)

    def settle(self, batches: int = 500) -> None:
        """Lets time pass until the queue is empty."""
        for _ in range(batches):
            if not self.notices.queued:
                return
            soonest = min(each.due for each in self.notices.queued)
            self.pass_time(max(0.0, (soonest - self.clock).total_seconds()))
            self.work()
        raise AssertionError(f"the queue does not empty: {self.notices.queued[:3]}")
