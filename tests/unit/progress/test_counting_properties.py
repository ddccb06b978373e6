"""However endings are mixed up, doubled, and counted at once: each transfer counts as it ended
last."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from services.progress.domain.ending import EVERYBODY
from services.progress.domain.errors import EndingNotCounted
from services.progress.domain_services.ending_of import EndingFact, ending_of
from services.progress.use_cases.count_ending import count_ending
from tests.fakes.live_world import LiveWorld
from tests.unit.progress.stories import NOON, AnyEvent, Story

OWNERS, DESTINATIONS = ("jane", "bob"), ("acme", "zenith")
CODES = ("no_space", "connection_lost")
Sums = dict[tuple[object, ...], Counter[str]]


@st.composite
def endings(draw: st.DrawFn, number: int) -> Sequence[AnyEvent]:
    """Of one transfer: it fails, is retried, and ends once more, hours or days later."""
    story = Story(f"t-{number}", draw(st.sampled_from(OWNERS)))
    story.destination = draw(st.sampled_from(DESTINATIONS))
    story.requested()
    for _ in range(draw(st.integers(0, 2))):
        story.at += timedelta(hours=draw(st.integers(0, 30)))
        story.failed(code=draw(st.sampled_from(CODES)))
        story.retried()
    story.at += timedelta(hours=draw(st.integers(0, 30)))
    getattr(story, draw(st.sampled_from(["completed", "failed", "cancelled"])))()
    return [each for each in story.events if isinstance(each.data, EndingFact)]


def right_sums(delivered: Sequence[AnyEvent]) -> Sums:
    last: dict[str, AnyEvent] = {}
    for event in delivered:
        known = last.setdefault(event.data.transfer_id, event)
        if event.data.sequence > known.data.sequence:
            last[event.data.transfer_id] = event
    sums: Sums = {}
    for ending in (ending_of(each.data) for each in last.values()):
        for whose in (ending.owner, EVERYBODY):
            place = whose, ending.day, ending.destination, ending.hour
            sums.setdefault(place, Counter()).update(ending.figures)
    return {place: +figures for place, figures in sums.items()}


def counted(world: LiveWorld) -> Sums:
    sums: Sums = {}
    for whose in (*OWNERS, EVERYBODY):
        for each in world.figures.of(whose, NOON.date(), NOON.date() + timedelta(days=9)):
            for hour, figures in each.hours.items():
                assert min(figures.values()) >= 0
                sums[whose, each.day, each.destination, hour] = +Counter(figures)
    return {place: figures for place, figures in sums.items() if figures}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_the_figures_are_those_of_the_last_endings(data: st.DataObject) -> None:
    world = LiveWorld()
    of_each = [data.draw(endings(number)) for number in range(data.draw(st.integers(1, 4)))]
    events = [event for of_one in of_each for event in of_one]
    again = data.draw(st.lists(st.sampled_from(events), max_size=6))
    left = data.draw(st.permutations(events + again))
    while left:
        event = left.pop()
        befalls = data.draw(st.sampled_from(["nothing", "rival", "failure", "lost answer"]))
        if befalls == "rival" and left:
            rivals = [left.pop() for _ in range(data.draw(st.integers(1, min(3, len(left)))))]
            world.calls.before("figures.count", partial(count_all, rivals, world))
        elif befalls == "failure":
            world.calls.fail("figures.count", ConnectionError("reset"))
        elif befalls == "lost answer":
            world.calls.lose_answer("figures.count", ConnectionError("reset"))
        with suppress(EndingNotCounted):
            count_ending(event, ports=world.ports)
        world.calls.forget()
        left = [*left, event] if data.draw(st.booleans()) else left
    for event in events:  # what failed is delivered again
        count_ending(event, ports=world.ports)
    assert counted(world) == right_sums(events)


def count_all(events: Sequence[AnyEvent], world: LiveWorld) -> None:
    for event in events:
        count_ending(event, ports=world.ports)
