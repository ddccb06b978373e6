"""What a digest says of how many, and when it may say 'of how many'."""

from datetime import timedelta

import pytest

from services.notify.domain import tally
from services.notify.domain.channel import QuietHours, Rule
from services.notify.domain.quiet import DAYS
from services.notify.domain.stage import Stage
from tests.fakes.notify_world import NotifyWorld
from tests.fakes.receivers import answers
from tests.unit.notify.test_collecting import ENDS, at
from tests.unit.progress.stories import NOON, Story

DONE, FAILED = (Stage.COMPLETED,), (Stage.FAILED,)


def delivered(world: NotifyWorld, *numbers: int, destination: str = "acme") -> None:
    for number in numbers:
        world.hear(Story(f"t-{number}", destination=destination).completed())
        world.work()


def told(world: NotifyWorld) -> list[str]:
    digests = [each.message for each in world.receivers.arrived if len(each.message.facts) > 1]
    return [tally.in_one(each) for each in digests]


@pytest.mark.parametrize(
    "rules",
    [
        (Rule(DONE, digest_minutes=15),),
        (Rule(DONE, ("acme",), 15), Rule(DONE, digest_minutes=60)),
        (Rule(DONE, digest_minutes=15), Rule(FAILED)),
        (Rule(DONE, digest_minutes=15), Rule(FAILED, digest_minutes=5)),
        (Rule(DONE, digest_minutes=15), Rule(FAILED, ("other",), 15)),
    ],
)
def test_no_whole_is_claimed_where_failures_are_told_elsewhere_or_never(
    rules: tuple[Rule, ...],
) -> None:
    world = NotifyWorld()
    world.channel(rules=rules)
    delivered(world, 1, 2)
    world.settle()

    assert told(world) == ["2 delivered to ACME"]


def test_no_whole_is_claimed_after_the_rules_were_changed() -> None:
    world = NotifyWorld()
    world.channel(rules=(Rule(DONE, digest_minutes=15),))
    delivered(world, 1, 2)
    world.change("team", rules=ENDS, updated_at=world.clock + timedelta(minutes=1))
    world.settle()

    assert told(world) == ["2 delivered to ACME"]


def test_the_end_of_quiet_hours_claims_no_whole_where_failures_were_told_before_them() -> None:
    world = NotifyWorld()
    quiet = QuietHours("UTC", "12:10", "13:00", DAYS)
    world.channel(rules=(Rule(DONE, digest_minutes=15), Rule(FAILED)), quiet=quiet)
    world.hear(Story("t-0").failed())
    delivered(world, 1, 2)
    world.settle()

    assert told(world) == ["2 delivered to ACME"]


def test_a_transfer_that_was_told_to_have_failed_and_is_delivered_counts_once() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    story = Story("t-0")
    world.hear(story.failed())
    world.work()
    story.retried()
    world.hear(story.completed())
    delivered(world, 1)
    world.settle()

    assert told(world) == ["2 of 2 delivered to ACME"]


def test_a_digest_that_is_tried_again_counts_no_other_failures() -> None:
    """Neither those told long before it was opened, nor those told after it was closed."""
    world = NotifyWorld()
    world.channel(rules=ENDS)
    world.hear(Story("t-0").failed())
    world.settle()
    at(world, 40)
    delivered(world, 1, 2)
    world.receivers.faults += [answers("busy", 429, retry_after="3600")]
    at(world, 56)
    world.sweep()
    assert world.receivers.tries == 2
    at(world, 58)
    world.hear(Story("t-4").failed())
    world.work()
    world.settle()

    assert told(world) == ["2 of 2 delivered to ACME"]


def test_a_failure_of_the_day_does_not_count_in_the_night_digest() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS, quiet=QuietHours("UTC", "15:00", "20:00", DAYS))
    world.hear(Story("t-0").failed())
    world.settle()
    at(world, 200)
    assert world.clock > NOON
    delivered(world, 1, 2)
    world.settle()

    assert told(world) == ["2 of 2 delivered to ACME"]
