"""Audiences and LiveLists. Who is told, page by page, and what was told last."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from moto import mock_aws

from services.progress.adapters.dynamodb_audiences import DynamoDbAudiences
from services.progress.adapters.dynamodb_live_lists import DynamoDbLiveLists
from services.progress.domain.audience import EVERYBODY, of_conversation, of_owner, of_transfer
from services.progress.domain.connection import LASTS
from services.progress.domain.errors import StatesNotRead
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.telling import first_told
from services.progress.domain_services.projection import told
from tests.conformance.hooked_table import BEFORE_WRITE, refusal
from tests.conformance.live_stores import PAGE, LiveStores, ids, live_stores, minutes
from tests.conformance.stores import create_table, dynamodb_client
from tests.unit.progress.stories import NOON, SIZE, Story

FIRST = of_transfer("t-1")


@pytest.fixture(params=["in_memory", "moto", "moto_in_small_pages"])
def live(request: pytest.FixtureRequest) -> Iterator[LiveStores]:
    with live_stores(request.param) as opened:
        yield opened


def stored(live: LiveStores, transfer_id: str, owner: str = "jane") -> tuple[Story, KnownTransfer]:
    story = Story(transfer_id, owner)
    known = told(None, story.requested(), "e1")
    assert live.transfers.store(known, None)
    return story, replace(known, version=1)


def stored_after(live: LiveStores, now: KnownTransfer, before: KnownTransfer) -> KnownTransfer:
    assert live.transfers.store(now, before)
    return replace(now, version=before.version + 1)


def test_a_look_shows_a_transfer_with_its_last_telling_and_its_watchers(live: LiveStores) -> None:
    empty = live.audiences.look("t-1", NOON)
    assert (empty.known, empty.told, empty.shards, empty.page.watches) == (None, None, 1, [])
    live.watch("c-1", FIRST)
    _, known = stored(live, "t-1")
    told_now = first_told(known, NOON)
    assert live.audiences.claim(told_now, None)
    look = live.audiences.look("t-1", NOON)
    assert (look.known, look.told, look.shards) == (known, told_now, 1)
    assert ids(look.page.watches) == ["c-1"]
    assert look.page.after is None


def test_watches_come_in_pages_without_those_that_are_over(live: LiveStores) -> None:
    live.watch("b-over", FIRST, at=NOON - LASTS)
    names = [f"c-{number}" for number in range(2 * PAGE)]
    for name in names:
        live.watch(name, FIRST)
    page = live.audiences.look("t-1", NOON).page
    assert (ids(page.watches), page.after) == (names[:PAGE], names[PAGE - 1])
    page = live.audiences.page(FIRST, 0, NOON, names[PAGE - 1])
    assert (ids(page.watches), page.after) == (names[PAGE:], None)
    page = live.audiences.page(FIRST, 0, NOON, names[0], names[2])
    assert ids(page.watches) == names[1:3]
    assert live.audiences.page(FIRST, 1, NOON).watches == []


def test_a_conversation_has_an_audience_for_each_user(live: LiveStores) -> None:
    mine, others = of_conversation("jane", "talk"), of_conversation("bob", "talk")
    [watch] = live.watch("c-1", mine)
    live.watch("c-2", others)
    live.watch("c-3", of_conversation("jane", "talk-2"))
    assert live.audiences.page(mine, 0, NOON).watches == [watch]
    assert live.audiences.keep_shards([mine], NOON, minutes(120)) == {mine: 1}
    assert live.audiences.fall_behind(watch, minutes(1), NOON)
    assert live.audiences.page(mine, 0, NOON).watches[0].is_behind(NOON)
    live.connections.remove("c-1")
    assert live.audiences.page(mine, 0, NOON).watches == []


def test_of_two_that_tell_at_once_one_is_refused(live: LiveStores) -> None:
    _, known = stored(live, "t-1")
    first = replace(first_told(known, NOON), runs="3d7w")
    assert live.audiences.claim(first, None)
    assert not live.audiences.claim(first, None)
    second = replace(first, base=first.seq, seq=first.seq + 1, at=minutes(1), runs=None)
    assert live.audiences.claim(second, first)
    assert not live.audiences.claim(second, first)
    assert live.audiences.look("t-1", NOON).told == second


def test_a_watch_falls_behind_once_and_catches_up(live: LiveStores) -> None:
    [watch] = live.watch("c-1", FIRST)
    assert live.audiences.fall_behind(watch, minutes(2), NOON)
    assert not live.audiences.fall_behind(watch, minutes(3), minutes(1))
    assert live.audiences.watch(FIRST, 0, "c-1", NOON) == replace(watch, behind_until=minutes(2))
    assert live.audiences.fall_behind(watch, minutes(4), minutes(2))
    assert live.audiences.catch_up(FIRST, 0, "c-1")
    assert live.audiences.watch(FIRST, 0, "c-1", NOON) == watch
    assert live.audiences.watch(FIRST, 0, "c-1", NOON + LASTS) is None


def test_a_watch_that_is_no_more_does_not_come_back(live: LiveStores) -> None:
    [watch] = live.watch("c-1", FIRST)
    for _ in range(2):
        live.audiences.leave(watch)
    assert not live.audiences.fall_behind(watch, minutes(2), NOON)
    assert not live.audiences.catch_up(FIRST, 0, "c-1")
    assert live.audiences.watch(FIRST, 0, "c-1", NOON) is None


def test_shards_double_once_for_all_who_find_them_too_few(live: LiveStores) -> None:
    for _ in range(2):
        live.audiences.grow(FIRST, 1, NOON)
    assert live.audiences.shards(FIRST, NOON) == 2
    assert live.audiences.look("t-1", NOON).shards == 2
    live.audiences.grow(FIRST, 2, NOON)
    assert live.audiences.shards(FIRST, NOON) == 4
    assert live.audiences.shards(EVERYBODY, NOON) == 1


def test_shards_are_known_as_long_as_somebody_is_in_them(live: LiveStores) -> None:
    live.audiences.grow(FIRST, 1, NOON)
    almost_over = NOON + timedelta(hours=23)
    until = almost_over + LASTS
    both = [FIRST, EVERYBODY]
    assert live.audiences.shards(FIRST, until) == 1
    assert live.audiences.keep_shards(both, almost_over, until) == {FIRST: 2, EVERYBODY: 1}
    assert live.audiences.shards(FIRST, until) == 2
    live.audiences.grow(FIRST, 1, until + timedelta(days=2))  # forgotten by then
    assert live.audiences.shards(FIRST, until + timedelta(days=2)) == 2


def test_who_finds_the_number_of_shards_busy_is_told_to_ask_again() -> None:
    """All watchers of a transfer may connect anew at once."""
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "progress")
        audiences = DynamoDbAudiences(client, "progress")
        audiences.grow(FIRST, 1, NOON)
        conflict = refusal(["TransactionConflict"])
        client.meta.events.register(BEFORE_WRITE, lambda **_: conflict)
        almost_over = NOON + timedelta(hours=23)
        with pytest.raises(StatesNotRead):
            audiences.keep_shards([FIRST], almost_over, almost_over + LASTS)


def test_who_finds_the_states_busy_is_told_to_ask_again() -> None:
    with mock_aws():
        client = dynamodb_client()
        create_table(client, "progress")
        busy = refusal([], "ThrottlingException")
        client.meta.events.register("before-call.dynamodb.BatchGetItem", lambda **_: busy)
        with pytest.raises(StatesNotRead):
            DynamoDbLiveLists(client, "progress").read_many(["t-1"])


def test_lists_have_what_is_under_way_and_what_ended_within_the_hour(live: LiveStores) -> None:
    stored(live, "t-1")
    stored(live, "t-2", "bob")
    story, known = stored(live, "t-3")
    ended = told(known, story.cancelled(), "e2")
    assert live.transfers.store(ended, known)
    assert sorted(live.lists.ids("jane", minutes(59))) == ["t-1", "t-3"]
    assert sorted(live.lists.ids(None, minutes(59))) == ["t-1", "t-2", "t-3"]
    assert sorted(live.lists.ids("jane", minutes(62))) == ["t-1"]
    assert live.lists.ids("eve", NOON) == []


def test_lists_have_a_transfer_that_moves_for_months_and_is_paused_for_a_year(
    live: LiveStores,
) -> None:
    story, known = stored(live, "t-1")
    for _ in range(4):
        story.at += timedelta(days=30)
        known = stored_after(live, told(known, story.sample(10, size_bytes=SIZE), "e1"), known)
    assert live.transfers.store(told(known, story.paused(), "e1"), known)
    assert live.lists.ids("jane", story.at + timedelta(days=365)) == ["t-1"]


def test_lists_have_what_ended_again_although_its_second_run_was_not_heard_of(
    live: LiveStores,
) -> None:
    story, known = stored(live, "t-1")
    known = stored_after(live, told(known, story.failed(), "e1"), known)
    story.at += timedelta(hours=5)
    story.retried()
    assert live.transfers.store(told(known, story.completed(), "e1"), known)
    assert live.lists.ids("jane", story.at + timedelta(minutes=59)) == ["t-1"]


def test_many_transfers_are_read_at_once(live: LiveStores) -> None:
    for number in range(103):
        stored(live, f"t-{number}")
    wanted = [f"t-{number}" for number in range(1, 120)]
    found = live.lists.read_many([*wanted, wanted[0]])
    assert sorted(found) == sorted(wanted[:102])
    assert found["t-2"].transfer_id == "t-2"
    assert live.audiences.look("t-2", NOON).known == found["t-2"]
    assert live.lists.read_many([]) == {}


def test_an_owners_list_is_no_transfers_audience(live: LiveStores) -> None:
    live.watch("c-1", of_owner("t-1"))
    assert live.audiences.page(FIRST, 0, NOON).watches == []
    assert ids(live.audiences.page(of_owner("t-1"), 0, NOON).watches) == ["c-1"]
