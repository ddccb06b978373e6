"""The fault matrix of notify: what becomes of a message for each operation and fault.

docs/faults-notify.md is printed from MATRIX.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.notify.domain.channel import Kind, Rule
from services.notify.domain.stage import Stage
from tests.fakes.notify_world import EVERY_STAGE, NotifyWorld
from tests.fakes.receivers import Fault, answers
from tests.unit.progress.stories import Story

ONCE = "one message"
RECORDED = "one recorded failure, no message"
UNCLEAR = "one recorded failure; the message may have arrived"
AGAIN = "one message, perhaps sent twice under one id"
DIGEST = (Rule((Stage.COMPLETED, Stage.FAILED), digest_minutes=5),)


@dataclass(frozen=True)
class Operation:
    name: str
    kind: Kind
    bot: bool = False
    rules: tuple[Rule, ...] = EVERY_STAGE
    told_before: bool = False  # so that the message is changed in its place

    @property
    def repeats(self) -> bool:
        """Whether a message may be sent again without harm."""
        return self.kind is Kind.WEBHOOK or self.told_before


@dataclass(frozen=True)
class Cell:
    """A row of the table. `brings` makes the fault happen."""

    operation: Operation
    fault: str
    end: str
    brings: Callable[[NotifyWorld, Story], object]


OPERATIONS = (
    Operation("Teams card", Kind.TEAMS),
    Operation("Slack, incoming webhook", Kind.SLACK),
    Operation("Slack, new message of a bot", Kind.SLACK, bot=True),
    Operation("Slack, changed message of a bot", Kind.SLACK, bot=True, told_before=True),
    Operation("mail", Kind.EMAIL),
    Operation("webhook", Kind.WEBHOOK),
    Operation("digest by Teams card", Kind.TEAMS, rules=DIGEST),
)
SURELY_NOT = (
    Fault("no connection", connects=False),
    answers("429 with Retry-After", 429, retry_after="30"),
    answers("429 without Retry-After", 429),
)
REFUSED = (answers("401", 401), answers("403", 403), answers("404", 404))
SILENT = (
    Fault("timeout before commit"),
    Fault("timeout after commit", arrives=True),
    Fault("connection reset"),
    Fault("slow body", arrives=True),
)


def _answered(*faults: Fault) -> Callable[[NotifyWorld, Story], object]:
    def bring(world: NotifyWorld, story: Story) -> None:
        world.receivers.faults += faults
        _fail(world, story)

    return bring


def _fail(world: NotifyWorld, story: Story) -> None:
    world.hear(story.failed())
    world.settle()


def _doubled(world: NotifyWorld, story: Story) -> None:
    event = story.failed()
    for _ in range(3):
        world.hear(event, event)
        world.work()
    world.settle()


def _reordered(world: NotifyWorld, story: Story) -> None:
    events = [story.delayed(), story.failed()]
    world.hear(*reversed(events))
    world.settle()


def _late(world: NotifyWorld, story: Story) -> None:
    event = story.failed()
    world.calls.pass_time(6 * 3_600)
    world.hear(event)
    world.settle()


def _killed(call: str) -> Callable[[NotifyWorld, Story], object]:
    def bring(world: NotifyWorld, story: Story) -> None:
        world.calls.kill(call)
        _fail(world, story)

    return bring


def _dies_before_storing(world: NotifyWorld, story: Story) -> None:
    def die() -> None:
        world.calls.kill("notifications.save")

    world.calls.before("sender.send", die)
    _fail(world, story)


def _two_at_once(world: NotifyWorld, story: Story) -> None:
    for call in ("notifications.save", "sender.send", "notifications.add", "notifications.append"):
        world.calls.before(call, world.sweep)
    _fail(world, story)


def _cells() -> Iterator[Cell]:
    for operation in OPERATIONS:
        unclear = AGAIN if operation.repeats else UNCLEAR
        died = AGAIN if operation.kind is Kind.WEBHOOK else UNCLEAR
        for fault in SURELY_NOT:
            yield Cell(operation, fault.name, ONCE, _answered(fault))
        for fault in REFUSED:
            yield Cell(operation, fault.name, RECORDED, _answered(fault))
        yield Cell(operation, "burst of 500", ONCE, _answered(*[answers("500", 500)] * 5))
        for fault in SILENT:
            yield Cell(operation, fault.name, unclear, _answered(fault))
        yield Cell(operation, "event doubled", ONCE, _doubled)
        yield Cell(operation, "events reordered", ONCE, _reordered)
        yield Cell(operation, "event late", ONCE, _late)
        yield Cell(operation, "crash before the call", died, _killed("sender.send"))
        yield Cell(operation, "crash between call and record", died, _dies_before_storing)
        yield Cell(operation, "crash while spreading", ONCE, _killed("news.save"))
        yield Cell(operation, "two workers at once", ONCE, _two_at_once)


MATRIX = tuple(_cells())


def rows() -> Iterator[tuple[str, str, str]]:
    """(operation, fault, end) of the documented table."""
    for cell in MATRIX:
        yield cell.operation.name, cell.fault, cell.end
