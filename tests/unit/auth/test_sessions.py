"""Sessions from their login to their end. They are used, idle, over, or closed by somebody."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from kernel.caller import Role
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import RoleMissing, SessionOver, UserNotFound
from services.auth.domain.session import ClientKind, Session
from services.auth.domain_services.close_session import close_session
from services.auth.domain_services.open_session import OpenedSession
from services.auth.domain_services.read_me import read_me
from services.auth.use_cases.end_sessions import end_own_sessions, end_sessions_of
from services.auth.use_cases.log_out import log_out
from services.auth.use_cases.sweep_sessions import sweep_sessions
from tests.fakes.auth_world import AuthWorld


def always() -> bool:
    return True


def sweep(world: AuthWorld) -> int:
    return sweep_sessions(always, ports=world.ports)


def stored(world: AuthWorld, opened: OpenedSession) -> Session:
    session = world.sessions.read(opened.session.user, opened.session.id)
    assert session is not None
    return session


def test_a_session_in_use_is_written_once_a_minute_at_most() -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    for _ in range(180):
        world.pass_time(1)
        world.authorize(token)
    assert world.calls.counts["sessions.save"] == 3


def test_a_console_in_use_stays_logged_in_and_an_idle_one_is_refused_at_once() -> None:
    world = AuthWorld()
    opened = world.log_in(client=ClientKind.CONSOLE)
    world.pass_time(1_700)
    world.authorize(opened.access_token)
    world.pass_time(1_799)
    token = world.refresh(opened.refresh_token).access_token
    world.pass_time(1_799)
    world.authorize(token)
    world.pass_time(1_800)
    with pytest.raises(SessionOver, match="idle"):
        world.authorize(token)


def test_an_idle_session_is_not_revived_by_a_request_that_was_refused() -> None:
    world = AuthWorld()
    opened = world.log_in(client=ClientKind.CONSOLE)
    world.pass_time(1_800)
    for _ in range(2):
        with pytest.raises(SessionOver):
            world.authorize(opened.access_token)
    assert sweep(world) == 1
    assert world.close_reasons() == ["idle"]


def test_a_session_of_the_api_is_never_idle_but_over_after_its_time() -> None:
    world = AuthWorld()
    opened = world.log_in()
    world.pass_time(43_199)
    opened = world.refresh(opened.refresh_token)
    assert opened.expires_in_seconds == 1
    world.pass_time(1)
    with pytest.raises(SessionOver, match="expired"):
        world.authorize(opened.access_token)


def test_the_sweeper_closes_what_is_idle_or_over_and_nothing_else() -> None:
    world = AuthWorld()
    console = world.log_in(client=ClientKind.CONSOLE)
    api = world.log_in()
    assert sweep(world) == 0
    world.pass_time(1_800)
    assert sweep(world) == 1
    assert stored(world, console).close_reason is CloseReason.IDLE
    assert stored(world, api).is_open
    world.pass_time(43_200)
    assert sweep(world) == 1
    assert sweep(world) == 0
    assert stored(world, api).close_reason is CloseReason.EXPIRED
    assert world.close_reasons() == ["idle", "expired"]


def test_the_sweeper_lets_a_session_live_that_was_used_after_it_was_listed() -> None:
    world = AuthWorld()
    opened = world.log_in(client=ClientKind.CONSOLE)
    world.pass_time(1_800)
    session = stored(world, opened)
    used = replace(session, last_seen_at=world.clock)
    world.calls.before("sessions.save", lambda: world.sessions.save(used))
    assert sweep(world) == 0
    assert stored(world, opened).is_open
    assert world.close_reasons() == []


def test_the_sweeper_stops_when_its_time_is_up_and_goes_on_the_next_time() -> None:
    world = AuthWorld()
    for _ in range(3):
        world.log_in()
    world.pass_time(43_200)
    answers = iter([True, False])
    assert sweep_sessions(lambda: next(answers), ports=world.ports) == 1
    assert sweep(world) == 2


def test_an_event_of_a_session_is_found_by_the_sessions_id() -> None:
    world = AuthWorld()
    opened = world.log_in()
    log_out(world.caller("ann", opened.session.id), ports=world.ports)
    metas = [json.loads(event.detail)["meta"] for event in world.outbox]
    assert {meta["correlation_id"] for meta in metas} == {opened.session.id}
    assert len({meta["event_id"] for meta in metas}) == 2


def test_logging_out_twice_closes_once() -> None:
    world = AuthWorld()
    opened = world.log_in()
    for session_id in (opened.session.id, opened.session.id, "never there"):
        log_out(world.caller("ann", session_id), ports=world.ports)
    assert world.close_reasons() == ["logout"]


def test_a_session_that_changes_while_it_is_closed_is_closed_all_the_same() -> None:
    world = AuthWorld()
    opened = world.log_in()
    changed = world.calls.before("sessions.save", lambda: world.refresh(opened.refresh_token))
    close_session(opened.session, CloseReason.LOGOUT, ports=world.ports)
    assert changed()
    assert stored(world, opened).close_reason is CloseReason.LOGOUT
    assert world.close_reasons() == ["logout"]


def test_two_who_close_a_session_at_once_tell_it_once() -> None:
    world = AuthWorld()
    session = world.log_in().session
    world.calls.before(
        "sessions.save", lambda: close_session(session, CloseReason.IDLE, ports=world.ports)
    )
    close_session(session, CloseReason.LOGOUT, ports=world.ports)
    assert world.close_reasons() == ["idle"]


def test_ending_ones_own_sessions_ends_this_one_too_and_nobody_elses() -> None:
    world = AuthWorld()
    mine, other = world.log_in(), world.log_in()
    adas = world.log_in("ada")
    end_own_sessions(world.caller("ann", mine.session.id), ports=world.ports)
    for opened in (mine, other):
        with pytest.raises(SessionOver):
            world.authorize(opened.access_token)
    assert world.authorize(adas.access_token)
    assert world.close_reasons() == ["logout", "logout"]


def test_an_admin_ends_anothers_sessions_and_nobody_else_does() -> None:
    world = AuthWorld()
    opened = world.log_in()
    for role in (Role.USER, Role.OPERATOR, Role.AUDITOR):
        world.add(f"one.{role}", role)
        with pytest.raises(RoleMissing):
            end_sessions_of(world.caller(f"one.{role}"), "ann", ports=world.ports)
    assert world.authorize(opened.access_token)
    end_sessions_of(world.caller("ada"), "ann", ports=world.ports)
    assert world.close_reasons() == ["closed_by_admin"]
    with pytest.raises(UserNotFound):
        end_sessions_of(world.caller("ada"), "nobody", ports=world.ports)


def test_me_is_the_user_as_they_are_and_the_session_they_call_from() -> None:
    world = AuthWorld()
    opened = world.log_in()
    user, session = read_me(world.caller("ann", opened.session.id), ports=world.ports)
    assert (user, session) == (world.users.read("ann"), opened.session)


def lock(world: AuthWorld) -> None:
    world.users.save(replace(world.users.read("ann"), locked=True))


def remove(world: AuthWorld) -> None:
    world.users.save(world.users.read("ann").remove(world.clock))


def close(world: AuthWorld) -> None:
    [session] = world.sessions.open_sessions("ann")
    close_session(session, CloseReason.LOGOUT, ports=world.ports)


def forget(world: AuthWorld) -> None:
    world.sessions.rows.clear()


@pytest.mark.parametrize("end", [lock, remove, close, forget])
def test_me_is_nobody_when_it_all_ended_while_the_authorizers_answer_was_kept(
    end: Callable[[AuthWorld], None],
) -> None:
    world = AuthWorld()
    caller = world.caller("ann", world.log_in().session.id)
    end(world)
    with pytest.raises(SessionOver):
        read_me(caller, ports=world.ports)
