"""What becomes of a message when its receiver refuses, is silent, or its sender dies."""

from datetime import timedelta
from functools import partial

import pytest

from contracts.envelope import Event, Meta
from contracts.ticket_events import TicketingFailedV1
from contracts.transfer_events import Failure
from services.notify.domain.channel import Kind, Secrets
from services.notify.domain.policy import Policy
from tests.fakes.notify_world import ADDRESS, OPERATORS, NotifyWorld
from tests.fakes.receivers import Fault, answers
from tests.unit.progress.stories import NOON, AnyEvent, Story

GONE = answers("gone", 404, b"no such flow")
BUSY = answers("busy", 429, retry_after="30")


def told(world: NotifyWorld, *faults: Fault, transfer_id: str = "t-1") -> None:
    world.receivers.faults += faults
    world.hear(Story(transfer_id).failed())
    world.settle()


def test_a_wait_that_is_asked_for_is_kept() -> None:
    world = NotifyWorld()
    world.channel()
    told(world, BUSY)

    assert world.arrived() == [("failed",)]
    assert world.clock - NOON >= timedelta(seconds=30)


def test_waits_grow_and_end_after_a_day() -> None:
    world = NotifyWorld()
    world.channel()
    told(world, *[answers("broken", 500)] * 500)

    assert world.arrived() == []
    assert world.outcomes() == ["not_yet"]
    assert timedelta(hours=23) < world.clock - NOON < timedelta(hours=25)
    assert 60 < world.receivers.tries < 120
    (event,) = world.notifications.events
    assert event.detail_type == "NotificationFailed.v1"


def test_a_dead_channel_is_told_to_its_owner_once_a_day() -> None:
    world = NotifyWorld()
    world.user(email="jane@example.com")
    world.change(next(iter(world.channels.rows)), rules=())
    world.channel(owner="jane")
    told(world, GONE)
    told(world, transfer_id="t-2")
    told(world, transfer_id="t-3")

    (mail,) = world.receivers.arrived
    assert mail.target.mails == ("jane@example.com",)
    assert "team" in str(mail.message.note)
    assert world.channels.rows["team"].dead is not None
    assert sorted(world.outcomes()) == [*["channel_dead"] * 3, "sent"]

    world.calls.pass_time(86_400)
    told(world, transfer_id="t-4")
    assert len(world.receivers.arrived) == 2


def test_a_dead_shared_channel_is_told_to_the_operators() -> None:
    world = NotifyWorld()
    world.channel()
    told(world, GONE)

    (mail,) = world.receivers.arrived
    assert mail.target.mails == (OPERATORS,)


def test_an_address_that_is_mended_meanwhile_is_not_dead() -> None:
    world = NotifyWorld()
    world.channel()

    def mend() -> None:
        world.vault.held["s-new"] = Secrets(ADDRESS + "new")
        world.change("team", secret_id="s-new")

    world.calls.before("sender.send", mend)
    told(world, GONE)

    assert world.channels.rows["team"].dead is None
    assert world.arrived() == [("failed",)]


def test_messages_that_waited_in_a_removed_channel_are_not_sent() -> None:
    world = NotifyWorld()
    world.channel()
    world.hear(Story().failed())
    world.work()
    world.channels.remove(world.channels.rows["team"])
    world.calls.pass_time(1)
    world.channel("team")  # somebody else's, under the same id
    world.settle()

    assert world.arrived() == []
    assert world.outcomes() == ["channel_removed"]


def test_a_secret_that_is_lost_is_said_and_told() -> None:
    world = NotifyWorld()
    world.channel()
    world.vault.held.clear()
    told(world)

    assert world.outcomes() == ["secret_missing"]
    (mail,) = world.receivers.arrived
    assert "Secrets Manager" in str(mail.message.note)


def test_a_secret_that_is_replaced_twice_while_it_is_read_is_not_lost() -> None:
    world = NotifyWorld()
    world.channel()

    def replaced(number: int) -> None:
        world.vault.held.clear()
        world.vault.held[f"s-{number}"] = Secrets(ADDRESS)
        world.change("team", secret_id=f"s-{number}")

    for number in (1, 2, 3):
        world.calls.before("vault.read", partial(replaced, number), number)
    told(world)

    assert world.arrived() == [("failed",)]


def test_a_note_to_somebody_who_is_locked_by_then_says_so() -> None:
    world = NotifyWorld()
    world.user(email="jane@example.com")
    world.change(next(iter(world.channels.rows)), rules=())
    world.channel(owner="jane")

    def locked() -> None:
        world.user(sequence=2, locked=True)

    world.calls.before("notifications.add", locked, 2)
    told(world, GONE)

    (note,) = [each for each in world.notifications.rows.values() if each.notice]
    assert note.failure is not None
    assert note.failure.code == "owner_silent"


def test_nobody_waits_for_a_worker_that_died_with_the_thread() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()
    world.hear(story.failed(), story.retried(), story.failed())
    world.calls.kill("sender.send")
    world.settle()

    assert sorted(world.outcomes()) == ["outcome_unclear", "sent"]
    assert world.clock - NOON < timedelta(minutes=20)


def test_a_worker_that_is_late_changes_nothing_any_more() -> None:
    world = NotifyWorld()
    world.channel()

    def sleep() -> None:
        world.calls.pass_time(3_600)
        world.sweep()

    world.calls.before("sender.send", sleep)
    told(world)

    assert world.outcomes() == ["outcome_unclear"]
    assert len(world.notifications.events) == 1


@pytest.mark.parametrize("kill", ["channels.mark_sent", "threads.give_back"])
def test_what_was_recorded_stays_recorded(kill: str) -> None:
    world = NotifyWorld()
    world.channel()
    world.calls.kill(kill)
    told(world)

    assert world.arrived() == [("failed",)]
    assert world.outcomes() == ["sent"]


def no_tickets(number: int, code: str = "login_refused") -> AnyEvent:
    failure = Failure(code=code, message="Enter a new password.", retryable=True)
    meta = Meta(event_id=f"x-{number}", occurred_at=NOON, correlation_id="x")
    return Event(meta=meta, data=TicketingFailedV1(failure=failure, failed_at=NOON))


def test_operators_hear_once_a_day_of_each_cause_that_tickets_fail() -> None:
    world = NotifyWorld()
    world.hear(no_tickets(1), no_tickets(1), no_tickets(2), no_tickets(3, "forbidden"))
    world.settle()
    assert len(world.receivers.arrived) == 2

    world.calls.pass_time(86_400)
    world.hear(no_tickets(4))
    world.settle()
    assert len(world.receivers.arrived) == 3


def test_a_single_ticket_that_cannot_be_written_is_not_told_as_if_it_were_all() -> None:
    world = NotifyWorld()
    event = no_tickets(1)
    single = event.data.model_copy(update={"ticket_id": "k-1", "transfer_id": "t-1"})
    world.hear(Event(meta=event.meta, data=single), no_tickets(2))
    world.settle()

    first, second = (str(each.message.note) for each in world.receivers.arrived)
    assert first.startswith("Ticket k-1 of transfer t-1 cannot be written")
    assert second.startswith("Tickets cannot be written")


def test_without_an_address_of_operators_nobody_is_told() -> None:
    world = NotifyWorld(policy=Policy())
    world.hear(no_tickets(1))
    world.settle()

    assert world.notifications.rows == {}


def test_a_mail_goes_to_the_address_that_counts_now() -> None:
    world = NotifyWorld()
    world.user(email="old@example.com")
    world.hear(Story().failed())
    world.work()
    world.user(email="new@example.com", sequence=2)
    world.settle()

    (mail,) = world.receivers.arrived
    assert mail.target.mails == ("new@example.com",)


def test_an_address_that_is_gone_is_said() -> None:
    world = NotifyWorld()
    world.channel("mine", Kind.EMAIL, owner="jane")
    world.user()
    told(world)

    assert world.outcomes("mine") == ["address_unknown"]
