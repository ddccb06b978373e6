"""Connections. What a connection watches is stored with it, and goes with it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kernel.caller import Role
from services.progress.domain.audience import EVERYBODY, of_owner, of_transfer
from services.progress.domain.connection import LASTS, ChangedUser, connection_of
from tests.conformance.live_stores import (
    JANE,
    LiveStores,
    ids,
    live_stores,
    minutes,
    told_connection,
)
from tests.unit.progress.stories import NOON

FIRST = of_transfer("t-1")
JUST_BEFORE_ITS_END = NOON + LASTS - (minutes(1) - NOON)


@pytest.fixture(params=["in_memory", "moto", "moto_in_small_pages"])
def live(request: pytest.FixtureRequest) -> Iterator[LiveStores]:
    with live_stores(request.param) as opened:
        yield opened


def test_a_connection_comes_back_as_it_was_stored(live: LiveStores) -> None:
    before = connection_of("c=1", replace(JANE, roles=frozenset({Role.ADMIN})), NOON)
    live.connections.add(before)
    assert live.connections.read("c=1", NOON) == told_connection(before, 0)
    now = before.has_been_asked(NOON).watching({FIRST: (0, 1), EVERYBODY: (3, 4)})
    watches = [now.watch(FIRST, NOON), now.watch(EVERYBODY, NOON, 4)]
    assert live.connections.store(now, before, watches, ())
    assert live.connections.read("c=1", JUST_BEFORE_ITS_END) == told_connection(now, 1)
    assert live.connections.read("c=1", NOON + LASTS) is None
    assert live.audiences.page(FIRST, 0, NOON).watches == [watches[0]]
    assert live.audiences.page(EVERYBODY, 3, NOON).watches == [watches[1]]


def test_of_two_messages_at_once_one_is_told_to_look_again(live: LiveStores) -> None:
    before = connection_of("c-1", JANE, NOON)
    live.connections.add(before)
    now = before.watching({FIRST: (0, 1)})
    assert live.connections.store(now, before, [now.watch(FIRST, NOON)], ())
    other = before.watching({EVERYBODY: (0, 1)})
    assert not live.connections.store(other, before, [other.watch(EVERYBODY, NOON)], ())
    assert live.audiences.page(EVERYBODY, 0, NOON).watches == []


def test_a_connection_that_has_ended_joins_nothing(live: LiveStores) -> None:
    before = connection_of("c-1", JANE, NOON)
    live.connections.add(before)
    live.connections.remove("c-1")
    now = before.watching({FIRST: (0, 1)})
    assert not live.connections.store(now, before, [now.watch(FIRST, NOON)], ())
    assert live.audiences.page(FIRST, 0, NOON).watches == []


def test_a_connection_goes_with_all_its_rows(live: LiveStores) -> None:
    many = [of_transfer(f"t-{number}") for number in range(104)]
    live.watch("c-1", *many)
    live.watch("c-2", many[0])
    live.connections.remove("c-1")
    live.connections.remove("c-1")
    assert live.connections.read("c-1", NOON) is None
    assert ids(live.audiences.page(many[0], 0, NOON).watches) == ["c-2"]
    assert all(live.audiences.page(each, 0, NOON).watches == [] for each in many[1:])
    assert [each.id for each in live.connections.of_user("jane", NOON).connections] == ["c-2"]


def test_what_is_left_is_told_no_more(live: LiveStores) -> None:
    live.watch("c-1", FIRST, of_owner("jane"))
    before = live.connections.read("c-1", NOON)
    assert before is not None
    now = before.without([FIRST])
    changed = now.watch(of_owner("jane"), NOON)
    assert live.connections.store(now, before, [changed], [before.watch(FIRST, NOON)])
    assert live.audiences.page(FIRST, 0, NOON).watches == []
    assert live.audiences.page(of_owner("jane"), 0, NOON).watches == [changed]


def test_the_connections_of_a_user_come_oldest_first_without_those_that_are_over(
    live: LiveStores,
) -> None:
    for number, minute in enumerate((5, 1, 3)):
        live.connections.add(connection_of(f"c-{number}", JANE, minutes(minute)))
    live.connections.add(connection_of("other", replace(JANE, name="bob"), NOON))
    found = live.connections.of_user("jane", minutes(6)).connections
    assert [each.id for each in found] == ["c-1", "c-2", "c-0"]
    assert found[0].session_id == "s-1"
    assert found[0].roles == {Role.USER}
    later = live.connections.of_user("jane", minutes(1) + LASTS).connections
    assert [each.id for each in later] == ["c-2", "c-0"]


def test_a_closed_session_is_known_for_a_while(live: LiveStores) -> None:
    live.connections.bury_session("jane", "s-1", minutes(5))
    assert live.connections.of_user("jane", minutes(4)).closed_sessions == {"s-1"}
    assert live.connections.of_user("jane", minutes(5)).closed_sessions == set()
    assert live.connections.of_user("bob", minutes(4)).closed_sessions == set()


def test_the_newest_change_of_a_user_counts_however_late_the_others_come(live: LiveStores) -> None:
    newer = ChangedUser("jane", frozenset({Role.ADMIN}), True, 7)
    assert live.connections.bury_rights(newer, minutes(5))
    assert live.connections.of_user("jane", minutes(4)).changed == newer
    assert live.connections.of_user("jane", minutes(5)).changed is None
    older = ChangedUser("jane", frozenset(), False, 6)
    assert not live.connections.bury_rights(older, minutes(60))
    assert live.connections.bury_rights(newer, minutes(6))  # the same event, once more
    assert live.connections.of_user("jane", minutes(4)).changed == newer
    newest = ChangedUser("jane", frozenset({Role.USER}), True, 8)
    assert live.connections.bury_rights(newest, minutes(9))
    assert live.connections.of_user("jane", minutes(8)).changed == newest
