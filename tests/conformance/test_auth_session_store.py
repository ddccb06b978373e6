"""SessionStore. A change and its events are stored together, and due sessions are found."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import StaleSession
from services.auth.domain.session import MAX_USED, ClientKind
from services.auth.domain.user import LoginMethod
from tests.conformance.auth_stores import NOON, AuthStores, a_session, an_event

LATER = NOON + timedelta(minutes=5)


def test_a_session_comes_back_exactly_as_it_was_stored(auth_stores: AuthStores) -> None:
    full = replace(
        a_session("s2"),
        used_hashes=tuple(f"h{n}" for n in range(MAX_USED)),
        generation=3,
        closed_at=LATER,
        close_reason=CloseReason.REFRESH_REUSED,
    )
    bare = replace(
        a_session("s3"),
        method=LoginMethod.SSO,
        client=ClientKind.API,
        source_ip=None,
        idle_seconds=None,
    )
    for session in (a_session(), full, bare):
        assert auth_stores.sessions.create(session, ()) == session
        assert auth_stores.sessions.read("ann", session.id) == session


def test_there_is_no_session_of_another_id_or_user(auth_stores: AuthStores) -> None:
    auth_stores.sessions.create(a_session(), ())
    assert auth_stores.sessions.read("ann", "s2") is None
    assert auth_stores.sessions.read("bob", "s1") is None


def test_a_save_raises_the_version_and_stores_the_events_with_it(auth_stores: AuthStores) -> None:
    first = auth_stores.sessions.create(a_session(), [an_event("e1")])
    saved = auth_stores.sessions.save(first.refreshed("h2", LATER), [an_event("e2")])
    assert saved == replace(first.refreshed("h2", LATER), version=1)
    assert auth_stores.sessions.read("ann", "s1") == saved
    assert auth_stores.told() == ["e1", "e2"]


def test_a_stale_save_stores_neither_the_session_nor_its_events(auth_stores: AuthStores) -> None:
    first = auth_stores.sessions.create(a_session(), ())
    second = auth_stores.sessions.save(first.refreshed("h2", LATER))
    for late in (first, replace(first, version=2), a_session("never-stored")):
        with pytest.raises(StaleSession):
            auth_stores.sessions.save(
                late.closed(CloseReason.LOGOUT, LATER), [an_event("too-late")]
            )
    with pytest.raises(StaleSession):
        auth_stores.sessions.create(a_session(), [an_event("twice")])
    assert auth_stores.sessions.read("ann", "s1") == second
    assert auth_stores.sessions.read("ann", "never-stored") is None
    assert auth_stores.told() == []


def test_the_open_sessions_of_a_user_are_theirs_and_open(auth_stores: AuthStores) -> None:
    for session in (a_session("s1"), a_session("s2"), a_session("s3"), a_session("s1", "annika")):
        auth_stores.sessions.create(session, [an_event(f"{session.user}-{session.id}")])
    auth_stores.sessions.save(a_session("s2").closed(CloseReason.LOGOUT, LATER))
    found = auth_stores.sessions.open_sessions("ann")
    assert [session.id for session in found] == ["s1", "s3"]
    assert auth_stores.sessions.open_sessions("bob") == []


def test_the_oldest_open_sessions_are_those_beyond_the_latest(auth_stores: AuthStores) -> None:
    for minute in (3, 1, 4, 2, 0):
        at = NOON + timedelta(minutes=minute)
        auth_stores.sessions.create(replace(a_session(f"s{minute}"), opened_at=at), ())
    auth_stores.sessions.save(
        replace(a_session("s1"), opened_at=NOON + timedelta(minutes=1)).closed(
            CloseReason.LOGOUT, LATER
        )
    )

    def beyond(latest: int) -> list[str]:
        return [each.id for each in auth_stores.sessions.open_sessions("ann", but_latest=latest)]

    assert beyond(0) == ["s0", "s2", "s3", "s4"]
    assert beyond(1) == ["s0", "s2", "s3"]
    assert beyond(3) == ["s0"]
    assert beyond(4) == beyond(5) == []


def test_sessions_are_due_at_the_very_moment_they_end_the_oldest_first(
    auth_stores: AuthStores,
) -> None:
    console = a_session("console")
    api = replace(a_session("api"), idle_seconds=None)
    other = replace(a_session("other", "bob"), opened_at=NOON, ends_at=NOON + timedelta(minutes=3))
    for session in (api, console, other):
        auth_stores.sessions.create(session, ())

    def due(after: timedelta) -> list[str]:
        return [session.id for session in auth_stores.sessions.due(NOON + after)]

    tick = timedelta(microseconds=1)
    assert due(timedelta(minutes=3) - tick) == []
    assert due(timedelta(minutes=3)) == ["other"]
    assert due(timedelta(minutes=30) - tick) == ["other"]
    assert due(timedelta(minutes=30)) == ["other", "console"]
    assert due(timedelta(hours=12)) == ["other", "console", "api"]
    auth_stores.sessions.save(console.seen(NOON + timedelta(minutes=29)))
    auth_stores.sessions.save(other.closed(CloseReason.EXPIRED, LATER))
    assert due(timedelta(minutes=30)) == []
    assert due(timedelta(minutes=59)) == ["console"]
