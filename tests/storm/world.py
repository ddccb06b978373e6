"""A World in which every function is an actor. Chunks are small and take a few writes each."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count

from services.transfer.domain.destination import Delivery
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.lane_target import Decision, first_target
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import ENDED
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services import move_chunk
from services.transfer.domain_services.worker import Worker
from services.transfer.use_cases.publish_pending import publish_pending
from services.transfer.use_cases.register_destination import NewDestination
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.run_lane import run_lane
from services.transfer.use_cases.start_workflow import start_workflow
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from services.transfer.use_cases.sweep_stalled import sweep_stalled
from tests.fakes.actors import Actor, Stage
from tests.fakes.async_workflow import AsyncWorkflow
from tests.fakes.callers import ANN
from tests.fakes.outside import CountedMessageLease, InMemoryLaneQueue
from tests.fakes.partner_files import InMemoryChunkSink
from tests.fakes.watched import watched
from tests.fakes.workflow import InMemoryWorkflow
from tests.fakes.world import POLICY, World

CHUNK_BYTES = 300
BLOCK_BYTES = 128  # so that each chunk takes three writes
CHUNKS = 6
BODY = bytes(1 + number * 7 % 251 for number in range(CHUNKS * CHUNK_BYTES - 50))
OLD_BODY = b"yesterday's"
TARGET = "/in/day.csv"
TURN_SECONDS = 900.0
REDELIVERED_AFTER_SECONDS = 92
STEER = {
    "pause": pause_transfer,
    "resume": resume_transfer,
    "cancel": cancel_transfer,
    "retry": retry_transfer,
}
SMALL = replace(POLICY, chunk_bytes=CHUNK_BYTES)


@contextmanager
def small_blocks() -> Iterator[None]:
    """Inside this context reads and writes have BLOCK_BYTES."""
    kept = move_chunk.READ_BYTES, InMemoryChunkSink.block_bytes
    move_chunk.READ_BYTES = InMemoryChunkSink.block_bytes = BLOCK_BYTES
    try:
        yield
    finally:
        move_chunk.READ_BYTES, InMemoryChunkSink.block_bytes = kept


@dataclass(frozen=True)
class Server:
    sessions: int = 4  # that the partner allows
    reopens: bool = True  # it opens a file again for writing
    known: bool = True  # the destination's profile says so already
    drops_unclosed: bool = False
    direct: bool = False  # the destination's delivery


@dataclass(frozen=True)
class Wish:
    """The transfer that a storm is about."""

    lanes: int = 3
    if_exists: IfExists = IfExists.FAIL
    verify: Verify = Verify.CHECKSUM
    old_file: bool = False
    atomic: bool = True  # the server replaces a file in one step
    server: Server = Server()


@dataclass
class SlowQueue(InMemoryLaneQueue):
    """A queue whose messages come when their delay has passed."""

    elapsed: Callable[[], float] = lambda: 0.0
    waiting: list[tuple[float, LaneMessage]] = field(default_factory=list)

    def send(self, message: LaneMessage, delay_seconds: int = 0) -> None:
        self.waiting.append((self.elapsed() + delay_seconds, message))

    def take(self) -> LaneMessage | None:
        due = self.next_due()
        if due is None or due > self.elapsed():
            return None
        first = min(self.waiting, key=lambda each: each[0])
        self.waiting.remove(first)
        return first[1]

    def next_due(self) -> float | None:
        return min((due for due, _ in self.waiting), default=None)


@dataclass
class StormWorld(World):
    about: Wish = field(default_factory=Wish)
    queue: SlowQueue = field(default_factory=SlowQueue)

    def __post_init__(self) -> None:
        self.policy = replace(SMALL, lanes_per_transfer=self.about.lanes)
        self.stage = Stage()
        if self.about.server.known:
            self._behave()
        super().__post_init__()
        self._behave()
        self.flow.start_actor = self.stage.start
        self.flow.elapsed = self.queue.elapsed = lambda: self.calls.elapsed
        self.numbers = count(1)
        self.delivered: deque[LaneMessage] = deque(maxlen=40)
        self.starts: list[int] = []  # runs whose TransferRequested is on its way
        self.damaged = self.damaged_late = False
        if self.about.old_file:
            self.partner.files[TARGET] = bytearray(OLD_BODY)
        self.buckets.put("outgoing", "reports/day.csv", BODY)
        asked = self.wish(if_exists=self.about.if_exists, verify=self.about.verify)
        self.id = request_transfer(asked, ANN, None, ports=self.ports).id
        self.starts.append(1)

    def _behave(self) -> None:
        self.partner.replaces_atomically = self.about.atomic
        self.partner.reopens = self.about.server.reopens
        self.partner.drops_unclosed = self.about.server.drops_unclosed

    def new_destination(self, destination_id: str = "acme") -> NewDestination:
        wish = super().new_destination(destination_id)
        delivery = Delivery.DIRECT if self.about.server.direct else Delivery.ATOMIC
        return replace(wish, max_sessions=self.about.server.sessions, delivery=delivery)

    def _new_workflow(self) -> InMemoryWorkflow:
        return AsyncWorkflow(self._step, direct_below_bytes=CHUNK_BYTES)

    @property
    def flow(self) -> AsyncWorkflow:
        assert isinstance(self.workflow, AsyncWorkflow)
        return self.workflow

    @property
    def row(self) -> Transfer:
        return self.transfers.rows[self.id]

    @property
    def has_ended(self) -> bool:
        return self.row.status in ENDED

    # --- what can begin --------------------------------------------------------------------------

    def begin_due(self) -> bool:
        """Begins one thing that waits to begin: a start event, a state or a lane's turn."""
        if self.starts:
            self.begin_execution(self.starts.pop(0))
        elif self.flow.due():
            self.flow.enter(self.flow.due()[0])
        elif message := self.queue.take():
            self.begin_lane(message)
        else:
            return False
        return True

    def wait(self) -> bool:
        """Waits until the next thing is due. False when nothing will ever be due."""
        moments = [each for each in (self.flow.next_due(), self.queue.next_due()) if each]
        if not moments:
            return False
        self.pass_time(max(0.0, min(moments) - self.elapsed) + 0.01)
        return True

    def begin_execution(self, run: int) -> Actor:
        def again_unless_done(actor: Actor) -> None:
            if actor.error is not None or not actor.alive:
                self.starts.append(run)

        return self.stage.start(
            f"start-{run}",
            lambda: start_workflow(self.id, run, ports=self.ports),
            again_unless_done,
        )

    def begin_lane(self, message: LaneMessage) -> Actor:
        """Begins a lane's turn. Its message comes back when the worker fails or dies."""
        begun = self.elapsed
        name = f"lane-{message.generation}.{message.lane}.{message.turn}"
        worker = Worker(
            f"{name}/{next(self.numbers)}",
            watched("message", CountedMessageLease(), self.calls),
            lambda: TURN_SECONDS - (self.elapsed - begun),
            self.correlated.append,
        )

        def back_unless_done(actor: Actor) -> None:
            if actor.error is not None or not actor.alive:
                self.queue.send(message, REDELIVERED_AFTER_SECONDS)

        self.delivered.append(message)
        return self.stage.start(
            name, lambda: run_lane(message, worker, ports=self.ports), back_unless_done
        )

    def begin_sweep(self, swept: Callable[[str, Exception], None] = lambda *_: None) -> Actor:
        return self.stage.start(
            "sweep", lambda: sweep_stalled(swept, lambda: True, ports=self.ports)
        )

    def begin_steering(self, wish: str) -> Actor:
        def request_again(actor: Actor) -> None:
            if wish == "retry" and isinstance(actor.answer, Transfer):
                self.starts.append(actor.answer.run)

        act = STEER[wish]
        return self.stage.start(wish, lambda: act(self.id, ANN, ports=self.ports), request_again)

    def aim(self, lanes: int) -> None:
        """As somebody else's decision."""
        at = self.row.destination_id
        place = self.ports.destinations.read(at).place
        known = self.targets.read(at) or first_target(at, place, 9, 1.0, self.clock)
        why = "Somebody said so."
        told = Decision(self.clock, known.lanes, lanes, 0.0, 1.0, why)
        self.stage.told.append(f"{lanes} lanes are decided")
        self.targets.save(replace(known, lanes=lanes, why=why), told)

    def begin_publishing(self) -> Actor:
        return self.stage.start("publish", lambda: publish_pending(self.id, ports=self.ports))

    # --- everybody goes on -----------------------------------------------------------------------

    @property
    def elapsed(self) -> float:
        return self.calls.elapsed

    def go_on(self, rounds: int, *until: str) -> Actor | None:
        """Whatever is due and does not rest goes on to its end, one after the other. It stops when
        one of them comes to one of the calls `until`, and returns that one."""
        for _ in range(rounds):
            if not self.stage.awake() and not self.begin_due() and not self.wait():
                return None
            for actor in self.stage.awake():
                if actor.advance_to(*until):
                    return actor
        return None

    def go_on_to_state(self, name: str, rounds: int = 80) -> Actor | None:
        """Goes on until that state's function stands before its first call."""
        for _ in range(rounds):
            due = self.flow.due()
            if due and due[0].state == name:
                self.flow.enter(due[0])
                return self.stage.actors[-1]
            self.go_on(1)
        return None

    def go_on_together(self, rounds: int, calls: int) -> None:
        """All that is due begins. Then all make `calls` calls in turns."""
        for _ in range(rounds):
            while self.begin_due():
                pass
            if not self.stage.awake() and not self.wait():
                return
            for actor in self.stage.awake():
                actor.advance(calls)
