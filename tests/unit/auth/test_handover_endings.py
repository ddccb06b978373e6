"""What ends the session that asked for a code makes the code worthless."""

from collections.abc import Callable

import pytest

from kernel.caller import Caller
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import SessionOver
from services.auth.domain.session import ClientKind
from services.auth.domain_services.close_session import close_session
from services.auth.use_cases.change_password import NewOwnPassword, change_password
from services.auth.use_cases.end_sessions import end_own_sessions, end_sessions_of
from services.auth.use_cases.log_out import log_out
from services.auth.use_cases.manage_users import UserChanges, change_user, remove_user
from services.auth.use_cases.redeem_handover import ENDED, UNKNOWN
from tests.fakes.auth_world import PASSWORD, AuthWorld
from tests.unit.auth.handing_over import asking, code_of, redeem, refused


def logs_out(world: AuthWorld, caller: Caller) -> None:
    log_out(caller, ports=world.ports)


def ends_all(world: AuthWorld, caller: Caller) -> None:
    end_own_sessions(caller, ports=world.ports)


def is_ended(world: AuthWorld, caller: Caller) -> None:
    end_sessions_of(world.caller("ada"), "ann", ports=world.ports)


def changes_password(world: AuthWorld, caller: Caller) -> None:
    """The session that asked goes on."""
    change_password(caller, NewOwnPassword(PASSWORD, "another good phrase"), ports=world.ports)
    assert world.sessions.open_sessions("ann")[0].id == caller.session_id


def is_locked(world: AuthWorld, caller: Caller) -> None:
    change_user(world.caller("ada"), "ann", UserChanges(locked=True), None, ports=world.ports)


def is_locked_and_unlocked(world: AuthWorld, caller: Caller) -> None:
    is_locked(world, caller)
    change_user(world.caller("ada"), "ann", UserChanges(locked=False), None, ports=world.ports)


def is_removed(world: AuthWorld, caller: Caller) -> None:
    remove_user(world.caller("ada"), "ann", None, ports=world.ports)


def is_stolen_from(world: AuthWorld, caller: Caller) -> None:
    session = world.sessions.read("ann", caller.session_id)
    assert session is not None
    close_session(session, CloseReason.REFRESH_REUSED, ports=world.ports)


ENDINGS = [
    logs_out,
    ends_all,
    is_ended,
    changes_password,
    is_locked,
    is_locked_and_unlocked,
    is_removed,
    is_stolen_from,
]
each_ending = pytest.mark.parametrize("ends", ENDINGS, ids=lambda each: each.__name__)


@each_ending
def test_what_ends_the_session_that_asked_makes_its_code_worthless(
    ends: Callable[[AuthWorld, Caller], None],
) -> None:
    world = AuthWorld()
    caller = asking(world)
    code = code_of(world, caller)
    ends(world, caller)
    assert refused(world, code) == ENDED
    assert refused(world, code) == UNKNOWN  # it is used up as well


@each_ending
def test_what_ends_it_while_the_code_is_taken_counts(
    ends: Callable[[AuthWorld, Caller], None],
) -> None:
    world = AuthWorld()
    caller = asking(world)
    code = code_of(world, caller)
    world.calls.before("handovers.take", lambda: ends(world, caller))
    assert refused(world, code) == ENDED


def test_a_lock_while_the_session_is_opened_ends_it() -> None:
    world = AuthWorld()
    caller = asking(world)
    code = code_of(world, caller)
    world.calls.before("sessions.create", lambda: is_locked(world, caller))
    assert refused(world, code) == ENDED
    assert world.sessions.open_sessions("ann") == []


def test_an_idle_session_of_the_console_hands_nothing_over_and_is_not_kept_awake() -> None:
    world = AuthWorld()
    caller = asking(world, ClientKind.CONSOLE)
    world.pass_time(1_700)
    idle, later = code_of(world, caller), asking(world)
    world.pass_time(100)
    assert refused(world, idle) == ENDED
    assert redeem(world, code_of(world, later))
    seen = world.sessions.read("ann", later.session_id)
    assert seen is not None
    assert seen.last_seen_at == seen.opened_at


def test_a_session_that_was_handed_over_outlives_the_one_that_asked_until_all_are_ended() -> None:
    world = AuthWorld()
    caller = asking(world)
    opened = redeem(world, code_of(world, caller))
    log_out(caller, ports=world.ports)
    assert world.authorize(opened.access_token)
    ends_all(world, caller)
    with pytest.raises(SessionOver):
        world.authorize(opened.access_token)
    with pytest.raises(SessionOver):
        world.refresh(opened.refresh_token)
