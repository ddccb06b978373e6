"""What is known of a transfer after its events, in any order."""

from datetime import timedelta

import pytest

from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.stage import Stage
from tests.fakes.notify_world import NotifyWorld
from tests.unit.progress.stories import AnyEvent, Story

STALLED = NewsKey("t-1", 1, Stage.STALLED)


def delays(story: Story, *minutes: float) -> list[AnyEvent]:
    found = []
    for each in minutes:
        story.at += timedelta(minutes=each)
        found.append(story.delayed())
    return found


def test_trouble_that_goes_on_for_ten_minutes_is_a_stall() -> None:
    world, story = NotifyWorld(), Story()
    story.started()

    world.hear(*delays(story, 0, 4, 5))
    assert STALLED not in world.news.news
    world.hear(*delays(story, 1.1))
    assert STALLED in world.news.news


def test_a_stall_is_told_once_in_a_run() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()
    world.hear(story.started(), *delays(story, *[4] * 20))
    world.settle()
    world.hear(story.paused(), story.resumed(), *delays(story, *[4] * 5))
    world.settle()

    assert world.arrived().count(("stalled",)) == 1


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3, 2), (3, 2, 1, 0)])
def test_delays_that_overtake_each_other_count(order: tuple[int, ...]) -> None:
    world, story = NotifyWorld(), Story()
    events = delays(story, 0, 4, 4, 4)

    world.hear(*[events[each] for each in order])

    assert STALLED in world.news.news


def test_trouble_after_a_change_of_state_is_another_one() -> None:
    world, story = NotifyWorld(), Story()
    world.hear(*delays(story, 0, 5), story.paused(), story.resumed(), *delays(story, 0, 6))

    assert STALLED not in world.news.news


def test_a_change_of_state_that_comes_late_parts_them_all_the_same() -> None:
    world, story = NotifyWorld(), Story()
    before = delays(story, 0, 5)
    change = story.paused()
    after = delays(story, 2)

    world.hear(*before, *after, change, *delays(story, 4))

    assert STALLED not in world.news.news


def test_trouble_that_was_over_for_long_is_another_one() -> None:
    world, story = NotifyWorld(), Story()
    world.hear(story.started(), *delays(story, 0, 60, 5))

    assert STALLED not in world.news.news


def test_nothing_stalls_after_its_end() -> None:
    world, story = NotifyWorld(), Story()
    events = delays(story, 0, 4, 4, 4)
    world.hear(story.completed(), *events)

    assert STALLED not in world.news.news


def test_the_time_of_a_run_is_its_own() -> None:
    world, story = NotifyWorld(), Story()
    world.hear(story.started(), story.failed())
    story.at += timedelta(hours=5)
    story.retried()
    world.hear(story.started())
    story.at += timedelta(seconds=9)
    world.hear(story.completed())

    first = world.news.news[NewsKey("t-1", 1, Stage.FAILED)].fact
    second = world.news.news[NewsKey("t-1", 2, Stage.COMPLETED)].fact
    assert (first.duration_seconds, second.duration_seconds) == (0.0, 9.0)
    assert second.rate_bytes_per_second is None


def test_the_time_of_a_run_whose_start_is_not_known_is_not_said() -> None:
    world, story = NotifyWorld(), Story()
    story.started()
    story.failed()
    story.retried()
    story.started()
    world.hear(story.completed())

    assert world.news.news[NewsKey("t-1", 2, Stage.COMPLETED)].fact.duration_seconds is None
