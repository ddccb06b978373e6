"""Sessions that a user's row has ended are over, whether or not their own rows could be closed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from services.auth.domain.errors import LoginRefused, NotLoggedIn, SessionOver, StaleSession
from services.auth.domain_services.close_session import CLOSE_TRIES, CLOSED_AT_ONCE
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.change_password import NewOwnPassword, change_password
from services.auth.use_cases.end_sessions import end_own_sessions, end_sessions_of
from services.auth.use_cases.sweep_sessions import sweep_sessions
from tests.fakes.auth_world import PASSWORD, AuthWorld
from tests.unit.auth.administering import change, remove

NEW = "staple battery horse"


class Throttled(Exception):
    """The table refuses a call, and the request ends with this error."""


def own_password(world: AuthWorld) -> None:
    change_password(world.caller("ann"), NewOwnPassword(PASSWORD, NEW), ports=world.ports)


def admins_password(world: AuthWorld) -> None:
    change(world, "ann", password=NEW)


def lock(world: AuthWorld) -> None:
    change(world, "ann", locked=True)


def by_admin(world: AuthWorld) -> None:
    end_sessions_of(world.caller("ada"), "ann", ports=world.ports)


def by_themselves(world: AuthWorld) -> None:
    end_own_sessions(world.caller("ann"), ports=world.ports)


def gone(world: AuthWorld) -> None:
    remove(world, "ann")


ENDS: dict[Callable[[AuthWorld], None], str] = {
    own_password: "password_changed",
    admins_password: "password_changed",
    lock: "user_locked",
    by_admin: "closed_by_admin",
    by_themselves: "logout",
    gone: "user_removed",
}


def unable_to_close(world: AuthWorld, error: Exception, end: Callable[[AuthWorld], None]) -> None:
    """Calls `end` while no session's row can be saved. It saves these rows only to close them."""
    refused = world.calls.refuse("sessions.save", error)
    with suppress(Throttled):
        end(world)
    refused.end()
    assert refused()


def over(world: AuthWorld, opened: OpenedSession) -> None:
    with pytest.raises(NotLoggedIn):
        world.authorize(opened.access_token)
    with pytest.raises(NotLoggedIn):
        world.refresh(opened.refresh_token)


@pytest.mark.parametrize("error", [Throttled(), StaleSession("s")])
@pytest.mark.parametrize("end", ENDS)
def test_a_session_is_over_even_if_its_row_could_not_be_closed(
    end: Callable[[AuthWorld], None], error: Exception
) -> None:
    world = AuthWorld()
    opened = world.log_in()
    unable_to_close(world, error, end)
    assert world.close_reasons() == []
    over(world, opened)


def test_unlocking_revives_no_session() -> None:
    world = AuthWorld()
    opened = world.log_in()
    unable_to_close(world, Throttled(), lock)
    change(world, "ann", locked=False)
    over(world, opened)
    assert world.authorize(world.log_in().access_token)


@pytest.mark.parametrize(("end", "reason"), ENDS.items())
def test_the_sweeper_tells_why_a_session_ended_that_was_left_to_it(
    end: Callable[[AuthWorld], None], reason: str
) -> None:
    world = AuthWorld()
    world.log_in()
    unable_to_close(world, Throttled(), end)
    world.pass_time(43_200)
    sweep_sessions(lambda: True, ports=world.ports)
    assert reason in world.close_reasons()


def test_one_request_closes_no_more_than_it_has_time_for_and_ends_all() -> None:
    """There are more open sessions than may be open today, from a time with a higher limit."""
    world = AuthWorld()
    for _ in range(CLOSED_AT_ONCE + 5):
        world.caller("ann")
    by_admin(world)
    assert len(world.close_reasons()) == CLOSED_AT_ONCE
    user, left = world.users.read("ann"), world.sessions.open_sessions("ann")
    assert [each.ended_by(user) for each in left] == ["closed_by_admin"] * 5


def test_one_session_with_too_many_rivals_keeps_no_other_one_from_being_closed() -> None:
    world = AuthWorld()
    busy, other = world.log_in(), world.log_in()
    first, _ = world.sessions.open_sessions("ann")
    assert first.id == busy.session.id

    def rival() -> None:
        stored = world.sessions.read("ann", busy.session.id)
        assert stored is not None
        world.sessions.save(stored)

    world.calls.before_each("sessions.save", rival)
    by_admin(world)
    assert world.calls.counts["sessions.save"] == CLOSE_TRIES + 1
    [left] = world.sessions.open_sessions("ann")
    assert left.id == busy.session.id
    over(world, other)


def test_a_refresh_that_was_under_way_gives_tokens_that_nobody_takes() -> None:
    world = AuthWorld()
    opened = world.log_in()

    def rival() -> None:
        unable_to_close(world, Throttled(), admins_password)

    world.calls.before("sessions.save", rival)
    over(world, world.refresh(opened.refresh_token))


def test_a_login_with_a_new_password_is_not_ended_by_the_change_it_comes_after() -> None:
    world = AuthWorld()
    late: list[OpenedSession] = []
    world.calls.before("sessions.open_sessions", lambda: late.append(world.log_in(password=NEW)))
    admins_password(world)
    [opened] = late
    assert world.authorize(opened.access_token)


def test_only_the_session_that_changed_the_password_last_is_kept() -> None:
    world = AuthWorld()
    first, second = world.log_in(), world.log_in()
    for opened, (current, new) in zip(
        (first, first), ((PASSWORD, NEW), (NEW, PASSWORD)), strict=True
    ):
        caller = world.caller("ann", opened.session.id)
        change_password(caller, NewOwnPassword(current, new), ports=world.ports)
        assert world.authorize(first.access_token)
        over(world, second)
    third = world.log_in()
    caller = world.caller("ann", third.session.id)
    change_password(caller, NewOwnPassword(PASSWORD, NEW), ports=world.ports)
    over(world, first)
    assert world.authorize(third.access_token)


def test_ending_ones_sessions_ends_the_one_that_was_kept_too() -> None:
    world = AuthWorld()
    kept = world.log_in()
    caller = world.caller("ann", kept.session.id)
    change_password(caller, NewOwnPassword(PASSWORD, NEW), ports=world.ports)
    unable_to_close(world, Throttled(), by_themselves)
    over(world, kept)


def test_ending_sessions_goes_on_when_the_user_changes_at_the_same_moment() -> None:
    world = AuthWorld()
    opened = world.log_in()
    caller = world.caller("ann")

    def rename() -> None:
        world.users.save(replace(world.users.read("ann"), full_name="Ann B."))

    world.calls.before("users.save", rename)
    end_own_sessions(caller, ports=world.ports)
    over(world, opened)
    assert world.users.read("ann").full_name == "Ann B."


def test_a_login_that_was_proven_before_all_sessions_ended_opens_none() -> None:
    world = AuthWorld()
    world.calls.before("passwords.verify", lambda: by_admin(world))
    with pytest.raises(LoginRefused):
        world.log_in()
    assert world.close_reasons() == ["closed_by_admin"]


def test_ending_the_sessions_of_a_user_who_was_just_removed_is_nothing_to_do() -> None:
    world = AuthWorld()
    caller = world.caller("ann")
    remove(world, "ann")
    end_own_sessions(caller, ports=world.ports)
    wish = NewOwnPassword(PASSWORD, NEW)
    with pytest.raises(SessionOver):
        change_password(caller, wish, ports=world.ports)
