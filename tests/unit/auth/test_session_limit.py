"""The number of a user's open sessions is limited. A login ends the oldest ones beyond it."""

import pytest

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import SessionOver, StaleSession
from services.auth.domain.session import MAX_OPEN
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.manage_users import UserChanges, change_user
from tests.fakes.auth_world import AuthWorld


def opened(world: AuthWorld, number: int) -> list[OpenedSession]:
    sessions = []
    for _ in range(number):
        world.pass_time(1)
        sessions.append(world.log_in())
    return sessions


def test_one_login_too_many_ends_the_oldest_session_and_tells_it() -> None:
    world = AuthWorld()
    oldest, second, *_ = opened(world, MAX_OPEN)
    assert world.close_reasons() == []
    world.pass_time(1)
    latest = world.log_in()
    assert world.close_reasons() == ["expired"]
    with pytest.raises(SessionOver):
        world.authorize(oldest.access_token)
    for each in (second, latest):
        assert world.authorize(each.access_token)


def test_the_sessions_of_others_do_not_count() -> None:
    world = AuthWorld()
    mine = world.log_in("ada")
    opened(world, MAX_OPEN + 3)
    assert world.authorize(mine.access_token)
    assert len(world.sessions.open_sessions("ann")) == MAX_OPEN


def test_a_session_that_ended_makes_room() -> None:
    world = AuthWorld()
    first, *_ = opened(world, MAX_OPEN)
    change_user(world.caller("ada"), "ann", UserChanges(locked=True), None, ports=world.ports)
    change_user(world.caller("ada"), "ann", UserChanges(locked=False), None, ports=world.ports)
    told = len(world.close_reasons())
    opened(world, MAX_OPEN)
    assert len(world.close_reasons()) == told
    with pytest.raises(SessionOver):
        world.authorize(first.access_token)


def test_logins_at_once_leave_no_more_open_than_one_after_another() -> None:
    """Each login comes when the one before has opened its session and has not yet looked."""
    world = AuthWorld()
    opened(world, MAX_OPEN)

    def rival(more: int) -> None:
        if more:
            world.calls.before("sessions.open_sessions", lambda: rival(more - 1))
        world.log_in()

    rival(4)
    assert len(world.sessions.open_sessions("ann")) == MAX_OPEN
    assert world.close_reasons() == ["expired"] * 5


def test_a_session_that_cannot_be_closed_now_keeps_nobody_out_and_goes_next_time() -> None:
    world = AuthWorld()
    oldest, *_ = opened(world, MAX_OPEN)
    busy = world.calls.refuse("sessions.save", StaleSession(oldest.session.id))
    opened(world, 1)
    assert len(world.sessions.open_sessions("ann")) == MAX_OPEN + 1
    busy.end()
    opened(world, 1)
    assert len(world.sessions.open_sessions("ann")) == MAX_OPEN
    assert world.close_reasons() == ["expired"] * 2


def test_one_that_is_over_for_another_reason_is_told_with_that_one() -> None:
    world = AuthWorld()
    world.log_in()
    world.users.save(world.users.read("ann").end_sessions(CloseReason.CLOSED_BY_ADMIN))
    opened(world, MAX_OPEN)
    assert world.close_reasons() == ["closed_by_admin"]
