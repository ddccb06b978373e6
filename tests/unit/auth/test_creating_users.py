"""Admins make new users. Whoever runs the installation makes the first one."""

from dataclasses import replace

import pytest

from kernel.caller import Grants, Role, SourceGrant
from services.auth.domain.errors import (
    FieldInvalid,
    IdempotencyConflict,
    NoPassword,
    UserExists,
    WeakPassword,
)
from services.auth.domain.user import LoginMethod, User
from services.auth.domain_services.add_user import NewUser, add_user, new_user
from services.auth.use_cases.manage_users import UserChanges
from services.auth.use_cases.read_users import read_user
from tests.fakes.auth_world import PASSWORD, AuthWorld
from tests.unit.auth.administering import KEY, WISH, change, create, remove


def test_a_user_is_created_with_their_grants_and_an_api_key_and_can_log_in() -> None:
    world = AuthWorld()
    grants = Grants((SourceGrant("outgoing", ""),), ("*",))
    user = create(world, grants=grants)
    assert (user.grants, user.login, user.version) == (grants, LoginMethod.PASSWORD, 0)
    assert user.api_key is not None
    assert world.api_keys.keys[user.api_key.id] == ("bob", user.api_key)
    assert world.authorize(world.log_in("bob").access_token).user == user


def test_a_user_without_a_password_is_one_of_single_sign_on() -> None:
    world = AuthWorld()
    user = create(world, password=None)
    assert (user.login, user.password_hash) == (LoginMethod.SSO, None)
    with pytest.raises(NoPassword):
        change(world, "bob", password="an entirely new one")


def test_a_name_is_given_once_and_a_refused_user_leaves_no_api_key() -> None:
    world = AuthWorld()
    keys = dict(world.api_keys.keys)
    with pytest.raises(UserExists):
        create(world, name="ann")
    remove(world, "ann")
    with pytest.raises(UserExists):
        create(world, name="ann")
    assert world.api_keys.keys.keys() <= keys.keys()


def test_a_repeated_creation_gives_the_first_user_with_the_first_api_key() -> None:
    world = AuthWorld()
    first = create(world, KEY)
    keys = dict(world.api_keys.keys)
    assert create(world, KEY) == first
    assert world.api_keys.keys == keys
    with pytest.raises(IdempotencyConflict):
        create(world, replace(KEY, body_hash="other"), name="carol")
    assert world.api_keys.keys == keys


def test_without_a_usage_plan_users_have_no_api_keys() -> None:
    world = AuthWorld()
    world.api_keys.plan = ""
    assert create(world).api_key is None
    remove(world, "bob")


@pytest.mark.parametrize("password", ["bob.smith-2026", "my-Bob.Smith!!"])
def test_a_password_with_the_users_name_in_it_is_refused(password: str) -> None:
    world = AuthWorld()
    with pytest.raises(WeakPassword):
        create(world, name="bob.smith@acme.example", password=password)
    create(world, name="bob", password="kabobs for everybody")  # too short a name to matter
    create(world, name="smith")
    with pytest.raises(WeakPassword):
        change(world, "smith", password="blacksmith-2026")


@pytest.mark.parametrize(
    "password",
    [
        "a\uff41\U0001d41a\U0001d44e\U0001d482\U0001d4ea" * 2,
        "e\u0301" * 6 + "123",
    ],
)
def test_a_password_that_is_weak_in_the_form_in_which_it_is_hashed_is_refused(
    password: str,
) -> None:
    assert len(password) >= 12
    assert len(set(password)) >= 5
    with pytest.raises(WeakPassword):
        create(AuthWorld(), password=password)


def test_grants_that_would_not_fit_into_the_authorizers_answer_are_refused() -> None:
    world = AuthWorld()
    many = Grants(tuple(SourceGrant("outgoing", f"{n}/" + "x" * 200) for n in range(30)))
    with pytest.raises(FieldInvalid, match="grants"):
        create(world, grants=many)
    with pytest.raises(FieldInvalid, match="grants"):
        change(world, "ann", grants=many)
    assert create(world, grants=replace(many, sources=many.sources[:15])).grants.sources


def first_user(world: AuthWorld, wish: NewUser) -> User:
    """As the function create_admin does."""
    return add_user(new_user(wish, ports=world.ports), None, ports=world.ports)


def test_the_first_admin_is_created_by_whoever_may_call_the_function() -> None:
    world = AuthWorld()
    wish = NewUser("root", "Root", (Role.ADMIN,), Grants(), PASSWORD)
    user = first_user(world, wish)
    assert user.api_key is not None
    world.log_in("root")
    assert read_user(world.caller("root"), "ann", ports=world.ports)
    with pytest.raises(UserExists):
        first_user(world, wish)
    with pytest.raises(WeakPassword):
        first_user(world, replace(wish, password="r00t-is-root!"))
    for shown in (wish, WISH, UserChanges(password=PASSWORD)):
        assert PASSWORD not in repr(shown)
