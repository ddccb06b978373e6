"""Channels. An id is given once, and a channel is saved only if nobody changed it meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from services.notify.domain.channel import Dead, Kind, QuietHours, Whose
from services.notify.domain.errors import (
    ChannelChanged,
    ChannelExists,
    ChannelNotFound,
    FieldInvalid,
    IdempotencyConflict,
    TooManyChannels,
)
from services.notify.domain.ports import Channels
from tests.conformance.channel_stores import BACKENDS, NOON, a_channel, a_key, channel_stores

LATER = NOON + timedelta(seconds=1)
QUIET = QuietHours("Europe/Berlin", "22:00", "06:00", ("mon", "sun"), failures_pass=True)


@pytest.fixture(params=BACKENDS)
def channels(request: pytest.FixtureRequest) -> Iterator[Channels]:
    with channel_stores(request.param) as opened:
        yield opened.channels


def test_a_channel_comes_back_exactly_as_it_was_stored(channels: Channels) -> None:
    full = a_channel(
        "full",
        quiet_hours=QUIET,
        dead=Dead("channel_dead", "refused", NOON),
        retired_secret="full-0",
        cautions=("old",),
        last_sent_at=NOON,
    )
    mail = a_channel("mail", None, kind=Kind.EMAIL, secret_id=None, mails=("a@b.example",))
    for channel in (a_channel(), full, mail):
        assert channels.create(channel, 20) == channel
        assert channels.read(channel.id) == channel
    assert channels.read("unknown") is None


def test_an_id_is_given_once_whoever_asks(channels: Channels) -> None:
    first = channels.create(a_channel(), 20)
    for other in (a_channel(owner="bob"), a_channel(owner=None)):
        with pytest.raises(ChannelExists):
            channels.create(other, 20, a_key())
    assert channels.read("team") == first
    assert channels.of_list("bob") == []


def test_a_repeated_key_and_body_give_the_first_channel_as_it_is_now(channels: Channels) -> None:
    first = channels.create(a_channel(), 20, a_key())
    changed = channels.save(replace(first, name="Other"))
    assert channels.create(replace(a_channel(), created_at=LATER), 20, a_key()) == changed
    with pytest.raises(IdempotencyConflict):
        channels.create(a_channel("b"), 20, a_key("another body"))
    assert channels.read("b") is None


def test_a_repeated_key_never_gives_what_has_the_id_now(channels: Channels) -> None:
    channels.remove(channels.create(a_channel(), 20, a_key()))
    with pytest.raises(ChannelNotFound):
        channels.create(a_channel(), 20, a_key())
    bobs = channels.create(replace(a_channel(owner="bob"), created_at=LATER), 20)
    with pytest.raises(ChannelNotFound):
        channels.create(a_channel(), 20, a_key())
    assert channels.read("team") == bobs


def test_each_owner_and_all_shared_ones_have_a_limit_of_their_own(channels: Channels) -> None:
    for name in ("a", "b"):
        channels.create(a_channel(name), 2)
        channels.create(a_channel(f"s{name}", None), 2)
    channels.create(a_channel("bobs", "bob"), 2)
    for more, whose in ((a_channel("c"), "own"), (a_channel("sc", None), "shared")):
        with pytest.raises(TooManyChannels, match=f"2 {whose}"):
            channels.create(more, 2)
    with pytest.raises(ChannelExists):
        channels.create(a_channel("a"), 2)
    gone = channels.read("a")
    assert gone is not None
    for _ in range(2):  # removed twice, it frees one place
        channels.remove(gone)
    channels.create(a_channel("c"), 2)
    with pytest.raises(TooManyChannels):
        channels.create(a_channel("d"), 2)


def test_a_save_raises_the_version_and_can_take_everything_away(channels: Channels) -> None:
    full = a_channel(quiet_hours=QUIET, dead=Dead("x", "y", NOON), slack_channel="C1")
    first = channels.create(full, 20)
    bare = replace(first, quiet_hours=None, dead=None, slack_channel=None, rules=first.rules[:1])
    assert channels.save(bare) == replace(bare, version=1)
    assert channels.read("team") == replace(bare, version=1)


def test_a_message_that_is_sent_during_a_change_is_remembered(channels: Channels) -> None:
    first = channels.create(a_channel(), 20)
    channels.mark_sent("team", LATER)
    channels.save(replace(first, name="Other"))
    stored = channels.read("team")
    assert stored is not None
    assert (stored.name, stored.last_sent_at, stored.version) == ("Other", LATER, 1)
    channels.mark_sent("unknown", LATER)
    assert channels.read("unknown") is None


def test_a_stale_save_or_removal_changes_nothing(channels: Channels) -> None:
    first = channels.create(a_channel(), 20)
    second = channels.save(replace(first, name="second"))
    with pytest.raises(ChannelChanged):
        channels.save(replace(first, name="third"))
    with pytest.raises(ChannelChanged):
        channels.remove(first)
    assert channels.read("team") == second


def test_a_later_channel_of_the_same_id_is_not_the_one_that_was_read(channels: Channels) -> None:
    old = channels.create(a_channel(), 20)
    channels.remove(old)
    with pytest.raises(ChannelChanged):
        channels.save(old)
    anew = channels.create(replace(old, created_at=LATER), 20)
    for act in (channels.save, channels.remove):
        with pytest.raises(ChannelChanged):
            act(old)
    assert channels.read("team") == anew


def test_pages_have_ones_own_and_the_shared_ones_by_id(channels: Channels) -> None:
    for name, owner in (("c", "ann"), ("a", None), ("e", "ann"), ("b", "bob"), ("d", None)):
        channels.create(a_channel(name, owner), 20)
    pages: list[str] = []
    cursor = None
    while not pages or cursor is not None:
        page = channels.page("ann", 2, cursor)
        pages.append("".join(channel.id for channel in page.items))
        cursor = page.cursor
    assert pages == ["ac", "de"]
    with pytest.raises(FieldInvalid, match="cursor"):
        channels.page("bob", 2, channels.page("ann", 2, None).cursor)


def test_a_channel_moves_to_those_that_tell_of_everybodys(channels: Channels) -> None:
    first = channels.create(a_channel(), 20)
    channels.create(a_channel("shared", None), 20)
    assert [each.id for each in channels.concerned("bob", None, 9)] == ["shared"]
    channels.save(replace(first, whose=Whose.ALL))
    found = channels.concerned("bob", None, 9)
    assert [each.id for each in found] == ["shared", "team"]
    assert [each.id for each in channels.concerned("bob", found[0].place, 9)] == ["team"]
    assert [each.id for each in channels.of_list("ann")] == ["team"]
