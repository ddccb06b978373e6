"""Who may be told, and what users get by themselves."""

from typing import Any

import pytest

from kernel.caller import Role
from services.notify.domain.channel import Kind, Whose
from tests.fakes.notify_world import NotifyWorld
from tests.unit.progress.stories import Story


def test_own_channels_hear_of_their_owners_transfers_only() -> None:
    world = NotifyWorld()
    world.channel("janes", owner="jane")
    world.channel("bobs", owner="bob")

    world.hear(Story("t-1", "jane").failed())
    world.settle()

    assert [world.arrived(each) for each in ("janes", "bobs")] == [[("failed",)], []]


def test_rights_to_see_all_count_when_it_is_told() -> None:
    world = NotifyWorld()
    world.user("olga", roles=(Role.OPERATOR,))
    world.channel("all", owner="olga", whose=Whose.ALL)

    world.hear(Story("t-1").failed())
    world.user("olga", sequence=2)  # before it is sent
    world.settle()
    world.hear(Story("t-2").failed())
    world.settle()

    assert world.arrived("all") == []
    assert world.outcomes("all") == []


def test_rights_lost_between_the_notification_and_its_sending_count() -> None:
    world = NotifyWorld()
    world.user("olga", roles=(Role.OPERATOR,))
    world.channel("all", owner="olga", whose=Whose.ALL)
    world.hear(Story("t-1").failed())

    world.calls.before("vault.read", lambda: None)
    world.work()  # spreads
    world.user("olga", sequence=2)
    world.settle()

    assert world.arrived("all") == []
    assert world.outcomes("all") == ["rights_lost"]


@pytest.mark.parametrize("more", [{"locked": True}, {"removed": True, "roles": ()}])
def test_locked_and_removed_users_are_told_nothing(more: dict[str, Any]) -> None:
    world = NotifyWorld()
    world.user()
    world.channel("janes", owner="jane")

    world.user(sequence=2, **more)
    world.hear(Story().failed())
    world.settle()

    assert world.receivers.arrived == []


def test_nothing_is_left_of_the_channels_of_a_removed_user() -> None:
    world = NotifyWorld()
    world.user(email="jane@example.com")
    world.channel("janes", owner="jane")
    world.channel("team")

    world.user(sequence=2, removed=True, roles=(), destinations=())

    assert list(world.channels.rows) == ["team"]
    assert list(world.vault.held) == ["s-team"]


def test_a_first_address_makes_a_channel_once() -> None:
    world = NotifyWorld()
    world.user()
    assert world.channels.rows == {}

    world.user(email="jane@example.com", sequence=2)
    (channel,) = world.channels.rows.values()
    world.channels.remove(channel)
    world.user(email="other@example.com", sequence=3)

    assert world.channels.rows == {}
    assert (channel.owner, channel.kind) == ("jane", Kind.EMAIL)


def test_a_user_hears_of_failures_by_mail_by_themselves() -> None:
    world, story = NotifyWorld(), Story()
    world.user(email="jane@example.com")

    world.hear(story.requested(), story.started(), story.failed())
    world.settle()

    (arrival,) = world.receivers.arrived
    assert arrival.target.mails == ("jane@example.com",)
    assert arrival.message.facts[0].owner_name == "Jane"


def test_older_events_of_a_user_change_nothing() -> None:
    world = NotifyWorld()
    world.user(email="new@example.com", sequence=3)
    world.user(email="old@example.com", sequence=2)

    assert world.users.rows["jane"].email == "new@example.com"
