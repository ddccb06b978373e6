"""Digests and quiet hours: what is told at once, and what is told together."""

from collections import Counter
from datetime import timedelta

from services.notify.domain import tally
from services.notify.domain.channel import Kind, QuietHours, Rule
from services.notify.domain.message import Message
from services.notify.domain.quiet import DAYS
from services.notify.domain.stage import Stage
from tests.fakes.notify_world import NotifyWorld
from tests.unit.progress.stories import NOON, Story

ENDS = (Rule((Stage.COMPLETED, Stage.FAILED), digest_minutes=15),)
NIGHT = QuietHours("Europe/Berlin", "12:00", "14:00", DAYS)  # NOON is 13:00 there

ONE = NOON + timedelta(hours=1)


def at(world: NotifyWorld, minutes: float) -> None:
    world.calls.pass_time((NOON + timedelta(minutes=minutes) - world.clock).total_seconds())


def test_a_digest_counts_everything() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    for number in range(42):
        world.hear(Story(f"t-{number}").completed())

    world.settle()

    (arrival,) = world.receivers.arrived
    assert arrival.message.counts == ((Stage.COMPLETED, "ACME", 42),)
    assert tally.in_one(arrival.message) == "42 of 42 delivered to ACME"


def test_a_digest_comes_so_many_minutes_after_its_first_event() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    world.hear(Story("t-1").completed())
    world.work()
    at(world, 10)
    world.hear(Story("t-2").completed())
    world.work()

    at(world, 14)
    world.sweep()
    assert world.arrived() == []
    at(world, 15.1)
    world.sweep()
    assert len(world.arrived()) == 1


def test_the_first_failure_comes_at_once_and_counts_in_the_digest() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    world.hear(Story("t-0").failed())
    for number in range(1, 4):
        world.hear(Story(f"t-{number}").completed())
    world.hear(Story("t-4").failed())

    world.settle()

    first, digest = world.receivers.arrived
    assert [fact.transfer_id for fact in first.message.facts] == ["t-0"]
    assert _numbers(digest.message) == {Stage.FAILED: 2, Stage.COMPLETED: 3}
    assert len(digest.message.facts) == 4  # the first failure is not told twice


def test_each_destination_has_a_first_failure() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    for number in range(4):
        world.hear(Story(f"t-{number}", destination=("acme", "other")[number % 2]).failed())
        world.work()
    world.work()

    assert world.arrived() == [("failed",), ("failed",)]


def test_failures_that_go_on_are_told_by_digests_alone() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    for minute in range(60):
        at(world, minute)
        world.hear(Story(f"t-{minute}").failed())
        world.work()
        world.work()
        world.sweep()
    world.settle()

    at_once, *digests = world.receivers.arrived
    assert len(at_once.message.facts) == 1
    assert [len(each.message.facts) for each in digests] == [16, 16, 16, 11]


def test_a_large_digest_lists_the_failures_and_counts_the_rest() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    for number in range(70):
        world.hear(Story(f"t-{number}").completed())
    for number in range(3):
        world.hear(Story(f"f-{number}").failed())
    for _ in range(20):
        world.work()
    world.settle()

    (_, digest) = world.receivers.arrived
    assert len(digest.message.facts) == 50
    assert digest.message.left_out == 22
    assert Counter(each.stage for each in digest.message.facts)[Stage.FAILED] == 2
    assert _numbers(digest.message) == {Stage.FAILED: 3, Stage.COMPLETED: 70}


def test_the_end_of_quiet_hours_is_one_message() -> None:
    world = NotifyWorld()
    world.channel(quiet=NIGHT)
    for number in range(3):
        story = Story(f"t-{number}")
        world.hear(story.started(), story.completed())
    world.work()
    world.work()
    world.sweep()
    assert world.arrived() == []

    world.settle()

    (arrival,) = world.receivers.arrived
    assert timedelta(0) < world.clock - ONE < timedelta(seconds=1)
    assert _numbers(arrival.message) == {Stage.COMPLETED: 3}  # transfers, by their last stage


def test_failures_pass_the_quiet_hours_where_they_are_asked_to() -> None:
    world = NotifyWorld()
    quiet = QuietHours("Europe/Berlin", "12:00", "14:00", DAYS, failures_pass=True)
    world.channel(quiet=quiet)
    world.hear(Story("t-1").failed(), Story("t-2").completed())
    world.work()
    world.work()

    assert world.arrived() == [("failed",)]


def test_a_digest_that_would_end_in_quiet_hours_waits_for_their_end() -> None:
    world = NotifyWorld()
    quiet = QuietHours("UTC", "12:10", "13:00", DAYS)
    world.channel(rules=ENDS, quiet=quiet)
    world.hear(Story("t-1").completed())
    world.work()
    at(world, 20)
    world.hear(Story("t-2").completed())
    world.settle()

    (arrival,) = world.receivers.arrived
    assert len(arrival.message.facts) == 2
    assert timedelta(0) < world.clock - ONE < timedelta(seconds=1)


def test_what_is_tried_again_within_quiet_hours_waits_for_their_end() -> None:
    world = NotifyWorld()
    world.channel()
    world.hear(Story("t-1").failed())
    world.work()

    world.change("team", quiet_hours=NIGHT)
    world.settle()

    assert world.arrived() == [("failed",)]
    assert timedelta(0) < world.clock - ONE < timedelta(seconds=1)


def test_a_digest_with_one_event_is_told_as_one() -> None:
    world = NotifyWorld()
    world.channel(kind=Kind.WEBHOOK, rules=ENDS)
    world.hear(Story("t-1").completed())
    world.settle()

    (arrival,) = world.receivers.arrived
    assert (len(arrival.message.facts), arrival.message.left_out) == (1, 0)


def test_an_event_that_comes_while_a_digest_is_sent_is_in_the_next_one() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    world.hear(Story("t-1").completed())

    def meanwhile() -> None:
        world.hear(Story("t-2").completed())
        world.work()

    world.calls.before("sender.send", meanwhile)
    world.settle()

    told = [[fact.transfer_id for fact in each.message.facts] for each in world.receivers.arrived]
    assert told == [["t-1"], ["t-2"]]


def test_a_digest_names_the_destinations_with_most_and_counts_the_others_together() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    for number in range(60):
        world.hear(Story(f"t-{number}", destination=f"d-{number}").completed())
    for _ in range(10):
        world.work()
    world.settle()

    (arrival,) = world.receivers.arrived
    assert len(arrival.message.counts) == 51
    assert arrival.message.counts[-1] == (Stage.COMPLETED, "other destinations", 10)


def _numbers(message: Message) -> dict[Stage, int]:
    found: Counter[Stage] = Counter()
    for stage, _, number in message.counts:
        found[stage] += number
    return dict(found)


def test_a_channel_that_gets_the_id_of_a_removed_one_hears_all_that_is_its_own() -> None:
    world = NotifyWorld()
    world.channel(rules=ENDS)
    world.hear(Story("t-1").completed())
    world.work()
    world.channels.remove(world.channels.rows["team"])
    at(world, 1)
    world.channel(rules=ENDS)
    world.hear(Story("t-2").completed())
    world.settle()

    (arrival,) = world.receivers.arrived
    assert [each.transfer_id for each in arrival.message.facts] == ["t-2"]
    assert world.outcomes() == ["channel_removed", "sent"]


def test_a_failure_that_passes_does_not_wait_with_a_digest_that_met_quiet_hours() -> None:
    world = NotifyWorld()
    quiet = QuietHours("UTC", "12:16", "14:00", DAYS, failures_pass=True)
    world.channel(rules=ENDS, quiet=quiet)
    world.hear(Story("t-1").completed())
    world.work()
    at(world, 16.5)
    world.sweep()  # a little late
    for number in (2, 3):
        world.hear(Story(f"t-{number}").failed())
        world.work()
    at(world, 32)
    world.sweep()

    assert sorted(map(len, world.arrived())) == [1, 2]
