"""Whatever crashes, comes twice, late or at once: one ticket of each kind, in the right state."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from kernel.errors import DeclaredError
from services.ticketing.domain.errors import OutcomeUnknown, Throttled, Unavailable, Unreachable
from services.ticketing.domain.ports import LoginVersion
from services.ticketing.domain.ticket import Kind, Shown
from services.ticketing.use_cases.keep_told import keep_told
from services.ticketing.use_cases.sweep_tickets import sweep_tickets
from services.ticketing.use_cases.write_due import write_due
from tests.fakes.actors import Stage
from tests.fakes.ticketing_world import SWEEP, TicketingWorld
from tests.unit.progress.stories import AnyEvent, Story

IDS = ["t-1", "t-2"]
BOTH = [Kind.USER, Kind.AUDIT]
FEW = st.integers(0, 20)
LOST = OutcomeUnknown("desk.example", "it took too long")
ERRORS: list[DeclaredError] = [
    LOST,
    Unavailable(503, "busy", None),
    Unavailable(500, "oops", 30.0),
    Unreachable("desk.example", "refused"),
    Throttled(20.0, 100),
    Throttled(None, None),
]
CALLS = ["desk.find", "desk.create", "desk.read", "desk.change"]
STATE = {"completed": "6", "cancelled": "8", "failed": "1"}


class Desk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = TicketingWorld()
        self.stage = Stage()
        self.stories: dict[str, Story] = {}
        self.ends: dict[str, str] = {}
        self.undelivered: list[AnyEvent] = []
        self.versions: list[str] = []
        self.closed: set[str] = set()  # sys_ids that a person ended

    # --- transfers -------------------------------------------------------------------------------

    @rule(transfer_id=st.sampled_from(IDS), act=st.sampled_from(["go", "pause", "fail", "end"]))
    def something_happens(self, transfer_id: str, act: str) -> None:
        story = self.stories.get(transfer_id)
        if story is None:
            story = self.stories[transfer_id] = Story(transfer_id)
            self.undelivered += [story.requested(), story.started()]
        if self.ends.get(transfer_id) in ("completed", "cancelled"):
            return
        if self.ends.pop(transfer_id, None) == "failed":
            self.undelivered += [story.retried(), story.started()]
            return
        self._go_on(story, act)

    def _go_on(self, story: Story, act: str) -> None:
        if act == "pause":
            self.undelivered += [story.paused(), story.resumed()]
        elif act == "fail":
            self.undelivered.append(story.failed())
            self.ends[story.transfer_id] = "failed"
        elif act == "end":
            whole = len(story.events) % 3
            self.undelivered.append(story.completed() if whole else story.cancelled())
            self.ends[story.transfer_id] = "completed" if whole else "cancelled"

    @precondition(lambda self: self.undelivered)
    @rule(which=FEW, twice=st.booleans(), at_once=st.booleans())
    def an_event_comes(self, which: int, twice: bool, at_once: bool) -> None:
        """In any order, perhaps twice, perhaps while another one is taken in."""
        event = self.undelivered[which % len(self.undelivered)]
        if not twice:
            self.undelivered.remove(event)
        ports = self.world.ports
        consumer = self.stage.start("consumer", lambda: keep_told(event, ports=ports))
        if not at_once:
            consumer.finish()

    # --- workers ---------------------------------------------------------------------------------

    @rule(finishes=st.booleans())
    def a_worker_takes_a_nudge(self, finishes: bool) -> None:
        if not self.world.nudges.queued:
            return
        subject, ports = self.world.nudges.queued.pop(0), self.world.ports
        worker = self.stage.start("worker", lambda: write_due(subject, ports=ports))
        if finishes:
            worker.finish()

    @rule(finishes=st.booleans())
    def the_sweep_begins(self, finishes: bool) -> None:
        ports = self.world.ports
        worker = self.stage.start("sweep", lambda: sweep_tickets(SWEEP, ports=ports))
        if finishes:
            worker.finish()

    @precondition(lambda self: self.stage.actors)
    @rule(which=FEW, calls=st.integers(1, 8))
    def somebody_goes_on(self, which: int, calls: int) -> None:
        self.stage.actors[which % len(self.stage.actors)].advance(calls)

    @precondition(lambda self: self.stage.actors)
    @rule(which=FEW, call=st.sampled_from(CALLS))
    def somebody_goes_on_to_a_call(self, which: int, call: str) -> None:
        self.stage.actors[which % len(self.stage.actors)].advance_to(call, at_most=40)

    @rule(which=FEW)
    def somebody_dies(self, which: int) -> None:
        """A consumer's event comes again, so consumers die in their own test."""
        workers = [each for each in self.stage.actors if not each.name.startswith("consumer")]
        if workers:
            workers[which % len(workers)].kill()

    # --- outside ---------------------------------------------------------------------------------

    @rule(call=st.sampled_from(CALLS), error=st.sampled_from(ERRORS), lost=st.booleans())
    def a_call_goes_wrong(self, call: str, error: DeclaredError, lost: bool) -> None:
        if lost:
            self.world.calls.lose_answer(call, LOST)
        else:
            self.world.calls.fail(call, error)

    @rule(ok=st.booleans())
    def the_login_changes(self, ok: bool) -> None:
        desk = self.world.desk
        version = f"v{len(self.versions) + 2}"
        self.versions.append(version)
        desk.login = LoginVersion(version, True)
        if not ok:
            desk.wrong_logins.add(version)

    @precondition(lambda self: self.world.desk.records)
    @rule(which=FEW, state=st.sampled_from(["6", "7"]))
    def a_person_closes_a_ticket(self, which: int, state: str) -> None:
        record = list(self.world.desk.records.values())[which % len(self.world.desk.records)]
        if record.state == "1":
            self.world.desk.closed_by_a_person(record.record_id, state)
            self.closed.add(record.record_id)

    @rule(seconds=st.sampled_from([1, 20, 60, 200, 1_000]))
    def time_passes(self, seconds: int) -> None:
        self.world.pass_time(timedelta(seconds=seconds))

    # --- the end ---------------------------------------------------------------------------------

    def teardown(self) -> None:
        world = self.world
        world.calls.forget()
        world.desk.login = LoginVersion("mended", True)
        for actor in list(self.stage.actors):
            actor.finish()
        for event in self.undelivered:
            keep_told(event, ports=world.ports)
        world.settle(minutes=6 * 60)
        for transfer_id in self.stories:
            for kind in BOTH:
                self._judge(transfer_id, kind)

    def _judge(self, transfer_id: str, kind: Kind) -> None:
        world, end = self.world, self.ends.get(transfer_id)
        generations = [
            t for t in world.tickets.of_subject(f"T#{transfer_id}") if t.key.kind is kind
        ]
        for ticket in generations:
            found = world.desk.of(ticket.key.ticket_id)
            assert len(found) == 1, f"{ticket.key} is there {len(found)} times"
        last = generations[-1]
        there = world.there(kind, transfer_id, last.key.generation)
        if there.record_id in self.closed:
            assert last.shown is Shown.CLOSED or end not in ("completed", "cancelled")
            return
        assert there.state == STATE.get(end or "", "1"), (kind, end, last)
        if end == "failed":
            assert "The disk is full" in world.desk.text_of(there.record_id) or (
                "The disk is full" in world.desk.fields[there.record_id]["description"]
            )


TestDesk = Desk.TestCase
TestDesk.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
