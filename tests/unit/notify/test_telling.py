"""What is told of a transfer, to whom, and how often."""

from datetime import timedelta

from contracts.envelope import Event, Meta
from contracts.ticket_events import TicketOpenedV1
from services.notify.domain.channel import Kind, Rule
from services.notify.domain.stage import Stage
from tests.fakes.notify_world import NotifyWorld
from tests.unit.progress.stories import NOON, AnyEvent, Story

FAILED = Rule((Stage.FAILED,))


def ticket(number: str = "INC1", minute: int = 0) -> AnyEvent:
    told = TicketOpenedV1(
        ticket_id="k-1",
        kind="user",
        transfer_id="t-1",
        owner="jane",
        number=number,
        table="incident",
        record_id="r-1",
        sequence=1,
        opened_at=NOON + timedelta(minutes=minute),
    )
    return Event(meta=Meta(event_id=number, occurred_at=NOON, correlation_id="t-1"), data=told)


def test_a_transfer_is_told_from_start_to_end() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()

    for event in (story.requested(), story.started(), story.completed()):
        world.hear(event)
        world.settle()

    assert world.arrived() == [("started",), ("completed",)]
    assert world.outcomes() == ["sent", "sent"]
    assert [each.detail_type for each in world.notifications.events] == [
        "NotificationSent.v1",
        "NotificationSent.v1",
    ]


def test_an_event_that_comes_again_is_told_once() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()
    event = story.failed()

    for _ in range(3):
        world.hear(event)
        world.settle()

    assert world.arrived() == [("failed",)]


def test_rules_that_change_between_two_deliveries_make_no_second_message() -> None:
    world, story = NotifyWorld(), Story()
    world.channel(rules=(Rule((Stage.FAILED,), digest_minutes=60),))
    event = story.failed()
    world.hear(event)
    world.work()

    world.change("team", rules=(FAILED,))
    world.hear(event)
    world.settle()

    assert world.arrived() == [("failed",)]


def test_events_in_the_wrong_order_leave_out_what_is_untrue_by_then() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()
    story.requested()
    started, completed = story.started(), story.completed()

    world.hear(completed)
    world.settle()
    world.hear(started)
    world.settle()

    assert world.arrived() == [("completed",)]
    assert sorted(world.outcomes()) == ["sent", "superseded"]


def test_a_late_start_is_told_where_nothing_newer_is() -> None:
    world, story = NotifyWorld(), Story()
    world.channel(rules=(Rule((Stage.STARTED,)),))
    story.requested()
    started, completed = story.started(), story.completed()

    world.hear(completed, started)
    world.settle()

    assert world.arrived() == [("started",)]


def test_a_failure_that_comes_after_all_the_rest_is_told() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()
    failed = story.failed()
    story.retried()

    world.hear(story.started(), story.completed(), failed)
    world.settle()

    assert ("failed",) in world.arrived()


def test_a_message_names_the_tickets_that_are_known_when_it_is_sent() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()

    world.hear(story.failed(), ticket("INC2", minute=2), ticket("INC1"))
    world.settle()

    (arrival,) = world.receivers.arrived
    assert [each.number for each in arrival.message.facts[0].tickets] == ["INC2"]


def test_a_ticket_of_an_unknown_transfer_is_kept() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()

    world.hear(ticket(), story.failed())
    world.settle()

    assert world.receivers.arrived[0].message.facts[0].tickets[0].number == "INC1"


def test_the_first_rule_that_fits_counts() -> None:
    world = NotifyWorld()
    to_acme = Rule((Stage.FAILED,), ("acme",), digest_minutes=60)
    world.channel(rules=(to_acme, FAILED))

    world.hear(Story("t-1").failed(), Story("t-2").failed())
    world.hear(Story("t-3", destination="other").failed())
    world.work()
    world.work()

    assert world.arrived() == [("failed",), ("failed",)]  # the second one at ACME waits
    assert world.notifications.waiting("team", NOON, 1_000) == 1


def test_more_channels_than_fit_on_many_pages_hear_of_one_event() -> None:
    world = NotifyWorld()
    for number in range(450):
        world.channel(f"team-{number:04d}", rules=(FAILED,))

    world.hear(Story().failed())
    world.settle()

    assert len(world.receivers.arrived) == 450
    assert len({each.target.channel_name for each in world.receivers.arrived}) == 450


def test_slack_with_a_bot_token_has_one_message_that_is_changed() -> None:
    world, story = NotifyWorld(), Story()
    world.channel(kind=Kind.SLACK, bot=True)

    for event in (story.started(), story.failed(), story.retried(), story.started()):
        world.hear(event)
        world.settle()
    world.hear(story.completed())
    world.settle()

    (arrival,) = world.receivers.arrived
    assert (arrival.message.facts[0].stage, arrival.changes) == (Stage.COMPLETED, 3)
    assert world.outcomes() == ["sent"] * 4


def test_two_messages_of_a_transfer_at_once_post_one() -> None:
    world, story = NotifyWorld(), Story()
    world.channel(kind=Kind.SLACK, bot=True)
    world.hear(story.failed(), story.retried(), story.started())
    world.work()  # spreads both

    world.calls.before("sender.send", world.sweep)
    world.settle()

    (arrival,) = world.receivers.arrived
    assert (arrival.message.facts[0].stage, arrival.changes) == (Stage.STARTED, 1)
