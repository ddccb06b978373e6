"""Changing one's own password."""

import pytest

from kernel.caller import Role
from services.auth.domain.errors import (
    LoginRefused,
    NoPassword,
    SessionOver,
    WeakPassword,
    WrongPassword,
)
from services.auth.domain.user import LoginMethod
from services.auth.use_cases.change_password import NewOwnPassword, change_password
from services.auth.use_cases.end_sessions import end_own_sessions
from tests.fakes.auth_world import ADDRESS, PASSWORD, AuthWorld

NEW = "staple battery horse"


def test_the_new_password_is_good_the_old_one_not_and_only_this_session_goes_on() -> None:
    world = AuthWorld()
    this, other = world.log_in(), world.log_in()
    caller = world.caller("ann", this.session.id)
    change_password(caller, NewOwnPassword(PASSWORD, NEW), ports=world.ports)
    assert world.authorize(this.access_token)
    assert world.refresh(this.refresh_token)
    with pytest.raises(SessionOver):
        world.authorize(other.access_token)
    with pytest.raises(SessionOver):
        world.refresh(other.refresh_token)
    with pytest.raises(LoginRefused):
        world.log_in()
    assert world.log_in(password=NEW)
    assert world.close_reasons() == ["password_changed"]


def test_a_wrong_current_password_changes_nothing_and_is_told_as_a_failed_login() -> None:
    world = AuthWorld()
    caller, wish = world.caller("ann"), NewOwnPassword("a wrong guess", NEW, ADDRESS)
    for _ in range(2):
        with pytest.raises(WrongPassword):
            change_password(caller, wish, ports=world.ports)
    kind, told = world.told()[-1]
    assert (kind, told["user"], told["method"]) == ("LoginFailed.v1", "ann", "password")
    assert (told["reason"], told["failures"], told["source_ip"]) == ("wrong_password", 2, ADDRESS)
    assert world.log_in()


@pytest.mark.parametrize(
    "new", [PASSWORD, "\uff43" + PASSWORD[1:], "It is ann.smith 26", "It is \uff41nn.smith 26"]
)
def test_the_same_password_or_one_with_the_name_in_it_is_refused(new: str) -> None:
    world = AuthWorld()
    world.add("ann.smith", Role.USER)
    with pytest.raises(WeakPassword):
        change_password(world.caller("ann.smith"), NewOwnPassword(PASSWORD, new), ports=world.ports)
    assert world.log_in("ann.smith")


def test_a_user_of_single_sign_on_has_no_password_to_change() -> None:
    world = AuthWorld()
    world.add("sso-only", Role.USER, login=LoginMethod.SSO, password_hash=None)
    with pytest.raises(NoPassword):
        change_password(world.caller("sso-only"), NewOwnPassword("x", NEW), ports=world.ports)


def test_a_user_who_was_locked_a_moment_ago_changes_nothing() -> None:
    world = AuthWorld()
    world.add("locked", Role.USER, locked=True)
    with pytest.raises(SessionOver):
        change_password(world.caller("locked"), NewOwnPassword(PASSWORD, NEW), ports=world.ports)


def test_a_session_that_was_ended_a_moment_ago_is_not_revived_by_being_kept() -> None:
    world = AuthWorld()
    thief = world.log_in()
    end_own_sessions(world.caller("ann"), ports=world.ports)
    caller = world.caller("ann", thief.session.id)
    with pytest.raises(SessionOver):
        change_password(caller, NewOwnPassword(PASSWORD, NEW), ports=world.ports)
    assert world.log_in()


def test_passwords_are_not_printed() -> None:
    assert repr(NewOwnPassword(PASSWORD, NEW)) == "NewOwnPassword(source_ip=None)"
