"""A change of an address never costs a channel the old one before the new one is stored."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.caller import Caller
from services.notify.domain.channel import CardShape, Channel, Dead, Kind, Secrets, Whose
from services.notify.domain.errors import (
    ChannelChanged,
    ChannelNotFound,
    FieldInvalid,
    NotYours,
    RoleMissing,
    SecretMissing,
    VersionMismatch,
)
from services.notify.domain.places import Place
from services.notify.use_cases.show_channels import list_channels, show_channel
from tests.unit.notify.channel_desk import (
    ADDRESS,
    ADMIN,
    ANN,
    AUDITOR,
    BOB,
    NOBODY,
    NOON,
    OPERATOR,
    Desk,
)

NEW = "https://new.example/s3cr3t"
DEAD = Dead("channel_dead", "refused", NOON)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_new_address_has_a_secret_of_its_own_and_the_old_one_is_deleted(desk: Desk) -> None:
    before = desk.create().channel
    after = desk.change(Place(NEW))
    assert after.secret_id != before.secret_id
    assert desk.vault.held == {after.secret_id: Secrets(address=NEW)}
    assert (after.host, after.version) == ("new.example", 1)


def test_a_webhook_keeps_its_signing_secret_for_life(desk: Desk) -> None:
    signing = desk.create(kind=Kind.WEBHOOK).signing_secret
    desk.change(Place(NEW))
    assert desk.secrets() == Secrets(address=NEW, signing_secret=signing)


def test_a_webhook_whose_secret_is_lost_says_so(desk: Desk) -> None:
    desk.create(kind=Kind.WEBHOOK)
    desk.vault.held.clear()
    with pytest.raises(SecretMissing):
        desk.change(Place(NEW))
    assert desk.vault.held == {}


def test_an_address_that_is_lost_can_be_sent_again(desk: Desk) -> None:
    desk.create()
    desk.vault.held.clear()
    desk.change(Place(NEW))
    assert desk.secrets() == Secrets(address=NEW)


def test_of_two_changes_at_once_one_is_refused_and_its_secret_deleted(desk: Desk) -> None:
    desk.create()
    rival = Place("https://rival.example/x")
    desk.vault.before_next["store"] = lambda: desk.change(rival)
    with pytest.raises(ChannelChanged):
        desk.change(Place(NEW))
    assert desk.stored().host == "rival.example"
    assert list(desk.vault.held) == [desk.stored().secret_id]


def test_a_change_overtaken_by_a_removal_leaves_nothing(desk: Desk) -> None:
    desk.create()
    desk.vault.before_next["store"] = desk.remove
    with pytest.raises(ChannelChanged):
        desk.change(Place(NEW))
    assert (desk.channels.rows, desk.vault.held) == ({}, {})


def test_what_a_change_that_died_left_is_deleted_by_the_next(desk: Desk) -> None:
    desk.create()

    def dies() -> None:
        raise OSError("the function was killed")

    desk.vault.before_next["delete"] = dies
    with pytest.raises(OSError, match="killed"):
        desk.change(Place(NEW))
    assert len(desk.vault.held) == 2
    desk.change(name="Other")
    assert list(desk.vault.held) == [desk.stored().secret_id]


@pytest.mark.parametrize("place", [Place(NEW), Place()])
def test_a_dead_channel_lives_again_with_a_new_address_or_when_told_so(
    desk: Desk, place: Place
) -> None:
    desk.create()
    desk.alter(dead=DEAD)
    assert desk.change(name="Other").dead == DEAD
    changes: dict[str, Any] = {} if place.sent else {"dead": None}
    assert desk.change(place, **changes).dead is None


def test_slack_goes_from_a_webhook_to_a_bot_and_back(desk: Desk) -> None:
    desk.create(kind=Kind.SLACK)
    for half in (Place(bot_token="xoxb-1"), Place(slack_channel="C1")):
        with pytest.raises(FieldInvalid):
            desk.change(half)
    bot = desk.change(Place(bot_token="xoxb-1", slack_channel="C1"))
    assert (bot.host, desk.secrets()) == ("slack.com", Secrets(bot_token="xoxb-1"))
    moved = desk.change(Place(slack_channel="C2"))
    assert (moved.slack_channel, moved.secret_id) == ("C2", bot.secret_id)
    assert desk.change(Place(bot_token="xoxb-2")).slack_channel == "C2"
    back = desk.change(Place(ADDRESS))
    assert (back.slack_channel, desk.secrets()) == (None, Secrets(address=ADDRESS))


@pytest.mark.parametrize(
    ("changes", "place", "named"),
    [
        ({"card_shape": CardShape.CARD}, Place(), "card_shape"),
        ({"whose": Whose.MINE}, Place(), "whose"),
        ({}, Place(mails=()), "mails"),
        ({}, Place(ADDRESS), "address"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(
    desk: Desk, changes: dict[str, Any], place: Place, named: str
) -> None:
    mail = Place(mails=("a@b.example",))
    made = desk.create(kind=Kind.EMAIL, place=mail, shared=True, caller=ADMIN).channel
    with pytest.raises(FieldInvalid) as caught:
        desk.change(place, ADMIN, **changes)
    assert (caught.value.field, desk.stored()) == (named, made)


def test_only_the_version_that_was_read_is_changed_or_removed(desk: Desk) -> None:
    tag = desk.create().channel.tag
    changed = desk.change(name="Other", expected=tag)
    with pytest.raises(VersionMismatch):
        desk.change(name="Late", expected=tag)
    desk.remove()
    desk.pass_time(seconds=1)
    desk.create()
    with pytest.raises(VersionMismatch):
        desk.change(name="Late", expected=changed.tag)


Act = Callable[[Desk, Caller], object]
SHOW: Act = lambda desk, caller: show_channel("team", caller, ports=desk.ports)  # noqa: E731
CHANGE: Act = lambda desk, caller: desk.change(name="Other", caller=caller)  # noqa: E731
REMOVE: Act = lambda desk, caller: desk.remove(caller)  # noqa: E731
NOT_FOUND, ROLE, YOURS, FINE = ChannelNotFound, RoleMissing, NotYours, None
Answers = tuple[type[Exception] | None, ...]
# Ann, and Ann without any role, Bob, an auditor, an operator, an admin
RIGHTS: list[tuple[str, Act, Answers]] = [
    ("own", SHOW, (FINE, FINE, NOT_FOUND, FINE, FINE, FINE)),
    ("own", CHANGE, (FINE, ROLE, NOT_FOUND, YOURS, YOURS, YOURS)),
    ("own", REMOVE, (FINE, FINE, NOT_FOUND, ROLE, FINE, FINE)),
    ("shared", SHOW, (FINE, NOT_FOUND, FINE, FINE, FINE, FINE)),
    ("shared", CHANGE, (ROLE, NOT_FOUND, ROLE, ROLE, FINE, FINE)),
    ("shared", REMOVE, (ROLE, NOT_FOUND, ROLE, ROLE, FINE, FINE)),
]
CALLERS = (ANN, NOBODY, BOB, AUDITOR, OPERATOR, ADMIN)


@pytest.mark.parametrize("column", range(len(CALLERS)))
@pytest.mark.parametrize(("whose", "act", "answers"), RIGHTS)
def test_rights(whose: str, act: Act, answers: Answers, column: int) -> None:
    desk, refusal = Desk(), answers[column]
    desk.create(shared=whose == "shared", caller=OPERATOR if whose == "shared" else ANN)
    if refusal is None:
        act(desk, CALLERS[column])
        return
    with pytest.raises(refusal):
        act(desk, CALLERS[column])
    assert desk.stored().version == 0


def test_a_list_has_ones_own_and_the_shared_ones(desk: Desk) -> None:
    desk.create("anns")
    desk.create("bobs", caller=BOB)
    desk.create("all", shared=True, caller=OPERATOR)

    def listed(caller: Caller) -> list[str]:
        return [each.id for each in list_channels(caller, 10, None, ports=desk.ports).items]

    assert (listed(ANN), listed(ADMIN), listed(NOBODY)) == (["all", "anns"], ["all"], ["anns"])


def test_a_removed_channel_takes_all_its_secrets_along(desk: Desk) -> None:
    made: Channel = desk.create().channel
    desk.vault.held["old"] = Secrets(address="https://old.example/x")
    desk.channels.rows["team"] = replace(made, retired_secret="old")
    desk.remove()
    assert (desk.channels.rows, desk.vault.held) == ({}, {})
    with pytest.raises(ChannelNotFound):
        desk.remove()
