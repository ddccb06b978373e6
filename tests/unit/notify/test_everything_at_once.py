"""Events doubled and mixed up, workers that die or run at once, receivers in trouble."""

from collections.abc import Callable
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from services.notify.domain.channel import Kind, QuietHours, Rule
from services.notify.domain.quiet import DAYS
from services.notify.domain.stage import Stage
from tests.fakes.lives import Killed
from tests.fakes.notify_world import NotifyWorld
from tests.fakes.receivers import Fault, answers
from tests.unit.notify.judging import judge
from tests.unit.progress.stories import AnyEvent, Story

FAULTS = (
    Fault("no connection", connects=False),
    Fault("lost before"),
    Fault("lost after", arrives=True),
    answers("busy", 429, retry_after="90"),
    answers("broken", 500),
    answers("refused", 400),
    answers("gone", 404),
)
PORTS = ("notifications", "threads", "news", "transfers", "nudges", "channels", "marks", "users")


class Broken(Exception):
    """The table does not answer."""


def stories() -> list[AnyEvent]:
    """Of three transfers: one goes well, one fails and is retried, one is in trouble."""
    well, badly, slow = Story("t-1"), Story("t-2", "bob"), Story("t-3", destination="other")
    well.requested(), well.started(), well.completed()
    badly.requested(), badly.started(), badly.failed()
    badly.retried(), badly.started(), badly.completed()
    slow.requested(), slow.started(), slow.delayed(), slow.failed()
    return [*well.events, *badly.events, *slow.events]


EVENTS = stories()
FACTS = {
    *{("t-1", 1, "started"), ("t-1", 1, "completed"), ("t-2", 1, "started"), ("t-2", 1, "failed")},
    *{("t-2", 2, "started"), ("t-2", 2, "completed"), ("t-3", 1, "started"), ("t-3", 1, "failed")},
}


def a_world() -> NotifyWorld:
    world = NotifyWorld()
    ends = (Stage.COMPLETED, Stage.FAILED)
    world.channel("cards")
    world.channel("bot", Kind.SLACK, bot=True)
    world.channel("hook", Kind.WEBHOOK, rules=(Rule(ends, digest_minutes=5), Rule(tuple(Stage))))
    world.channel("mails", Kind.EMAIL, rules=(Rule(ends, ("acme",), digest_minutes=15),))
    quiet = QuietHours("UTC", "12:00", "12:30", DAYS)
    world.channel("night", Kind.SLACK, owner="bob", quiet=quiet)
    return world


Step = Callable[[NotifyWorld], object]


def consumes(world: NotifyWorld, event: AnyEvent) -> bool:
    """Otherwise the queue delivers it again."""
    with suppress(Killed, Broken), world.calls.worker():
        world.hear(event)
        return True
    return False


def hear(number: int) -> Step:
    return lambda world: consumes(world, EVENTS[number % len(EVENTS)])


def on_call(plan: str, port: str, number: int) -> Step:
    def act(world: NotifyWorld) -> None:
        name = f"{port}.*"
        match plan:
            case "kill":
                world.calls.kill(name, number)
            case "break":
                world.calls.fail(name, Broken, number)
            case "lose":
                world.calls.lose_answer(name, Broken, number)
            case "overtake":
                world.calls.before(name, world.sweep, number)
            case "sleep":
                world.calls.slow(name, 400, number)

    return act


steps = st.one_of(
    st.builds(hear, st.integers(0, 12)),
    st.sampled_from([NotifyWorld.work, NotifyWorld.sweep]),
    st.sampled_from(FAULTS).map(lambda fault: lambda world: world.receivers.faults.append(fault)),
    st.integers(1, 1_200).map(lambda seconds: lambda world: world.calls.pass_time(seconds)),
    st.builds(
        on_call,
        st.sampled_from(["kill", "break", "lose", "overtake", "sleep"]),
        st.sampled_from([*PORTS, "sender", "vault"]),
        st.integers(1, 6),
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(steps, min_size=5, max_size=30))
def test_everything_at_once(plan: list[Step]) -> None:
    """What is planned and did not happen yet happens while the world settles."""
    world = a_world()
    for step in plan:
        step(world)
    for event in EVENTS:
        while not consumes(world, event):
            pass  # each plan comes true once, so the last try goes well
    world.settle()

    assert {(key.transfer_id, key.run, key.stage.value) for key in world.news.news} == FACTS
    judge(world)
