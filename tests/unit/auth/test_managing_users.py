"""What admins do with users, and what they cannot do to themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.caller import Caller, Grants, Role
from services.auth.domain.errors import (
    LoginRefused,
    OwnAdminRights,
    RoleMissing,
    SessionOver,
    TooManyAttempts,
    UserChanged,
    UserNotFound,
    VersionMismatch,
)
from services.auth.use_cases import manage_users as manage
from services.auth.use_cases.read_users import list_users, read_user
from tests.fakes.auth_world import PASSWORD, AuthWorld
from tests.unit.auth.administering import WISH, change, remove

ACTIONS: list[Callable[[Caller, AuthWorld], object]] = [
    lambda caller, world: manage.create_user(caller, WISH, None, ports=world.ports),
    lambda caller, world: read_user(caller, "ann", ports=world.ports),
    lambda caller, world: list_users(caller, 10, None, ports=world.ports),
    lambda caller, world: change(world, "ann", by=caller, full_name="A"),
    lambda caller, world: manage.remove_user(caller, "ann", None, ports=world.ports),
]


@pytest.mark.parametrize("act", ACTIONS)
def test_only_admins_manage_users(act: Callable[[Caller, AuthWorld], object]) -> None:
    world = AuthWorld()
    world.add("eve", Role.USER, Role.OPERATOR, Role.AUDITOR)
    with pytest.raises(RoleMissing):
        act(world.caller("eve"), world)
    assert sorted(world.users.rows) == ["ada", "ann", "eve"]
    assert world.users.read("ann").version == 0
    act(world.caller("ada"), world)


def test_a_change_is_of_the_fields_given_and_raises_the_version() -> None:
    world = AuthWorld()
    before = world.users.read("ann")
    world.pass_time(5)
    after = change(world, "ann", 0, full_name="Ann B.")
    assert after == replace(before, full_name="Ann B.", updated_at=world.clock, version=1)
    after = change(world, "ann", 1, roles=(Role.AUDITOR,), grants=Grants())
    assert (after.roles, after.grants, after.version) == ((Role.AUDITOR,), Grants(), 2)


def test_roles_and_grants_take_effect_without_a_new_login() -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    change(world, "ann", roles=(Role.OPERATOR,), grants=Grants())
    user = world.authorize(token).user
    assert (user.roles, user.grants) == ((Role.OPERATOR,), Grants())


def test_a_change_of_another_version_than_was_seen_is_refused() -> None:
    world = AuthWorld()
    change(world, "ann", full_name="Ann B.")
    with pytest.raises(VersionMismatch, match=r'"0".*"1"'):
        change(world, "ann", 0, full_name="Ann C.")
    with pytest.raises(VersionMismatch):
        remove(world, "ann", 7)
    remove(world, "ann", 1)


def test_two_changes_at_once_do_not_overwrite_each_other() -> None:
    world = AuthWorld()
    world.calls.before("users.save", lambda: change(world, "ann", full_name="The rival's"))
    with pytest.raises(UserChanged):
        change(world, "ann", full_name="Mine")
    assert world.users.read("ann").full_name == "The rival's"


def test_locking_ends_the_users_sessions_and_unlocking_lets_them_in_again() -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    change(world, "ann", locked=True)
    with pytest.raises(SessionOver):
        world.authorize(token)
    with pytest.raises(LoginRefused):
        world.log_in()
    change(world, "ann", locked=False)
    with pytest.raises(SessionOver):
        world.authorize(token)
    assert world.authorize(world.log_in().access_token)
    assert world.close_reasons() == ["user_locked"]


@pytest.mark.parametrize("changes", [{"password": "an entirely new one"}, {"locked": False}])
def test_whoever_guessed_too_often_is_let_in_again_by_an_admin(changes: dict[str, Any]) -> None:
    world = AuthWorld()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            world.log_in(password="a wrong guess")
    with pytest.raises(TooManyAttempts):
        world.log_in()
    change(world, "ann", **changes)
    assert world.log_in(password=changes.get("password", PASSWORD))


def test_a_password_set_by_an_admin_ends_all_sessions_and_replaces_the_old_one() -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    change(world, "ann", password="an entirely new one")
    with pytest.raises(SessionOver):
        world.authorize(token)
    with pytest.raises(LoginRefused):
        world.log_in()
    assert world.log_in(password="an entirely new one")
    assert world.close_reasons() == ["password_changed"]


def test_an_admin_who_sets_their_own_password_keeps_this_session_only() -> None:
    world = AuthWorld()
    this, other = world.log_in("ada"), world.log_in("ada")
    caller = world.caller("ada", this.session.id)
    change(world, "ada", by=caller, password="an entirely new one")
    assert world.authorize(this.access_token)
    with pytest.raises(SessionOver):
        world.authorize(other.access_token)


def test_a_removed_user_is_gone_with_sessions_and_key_but_the_name_stays_taken() -> None:
    world = AuthWorld()
    world.log_in()
    key = world.users.read("ann").api_key
    assert key is not None
    remove(world, "ann")
    for act in (lambda: world.users.read("ann"), lambda: remove(world, "ann")):
        with pytest.raises(UserNotFound):
            act()
    assert key.id not in world.api_keys.keys
    assert world.close_reasons() == ["user_removed"]
    left = world.users.rows["ann"]
    assert (left.full_name, left.roles, left.grants) == ("ann", (), Grants())
    assert (left.password_hash, left.api_key, left.subject) == (None, None, None)
    page = list_users(world.caller("ada"), 10, None, ports=world.ports)
    assert [user.name for user in page.items] == ["ada"]


@pytest.mark.parametrize("changes", [{"locked": True}, {"roles": (Role.USER, Role.OPERATOR)}])
def test_admins_cannot_lock_or_demote_themselves(changes: dict[str, Any]) -> None:
    world = AuthWorld()
    world.add("other.admin", Role.ADMIN)
    with pytest.raises(OwnAdminRights):
        change(world, "ada", **changes)
    with pytest.raises(OwnAdminRights):
        remove(world, "ada")
    ada = change(world, "ada", roles=(Role.ADMIN, Role.USER), full_name="Ada L.", locked=False)
    assert ada.welcome
    other = world.caller("other.admin")
    assert change(world, "ada", by=other, **changes)
