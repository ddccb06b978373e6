"""Which logins with a password open a session, which do not, and which events tell of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.caller import Role
from services.auth.domain.errors import LoginRefused
from services.auth.domain.session import ClientKind
from services.auth.domain.user import LoginMethod
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.manage_users import UserChanges, change_user, remove_user
from tests.fakes.auth_world import ADDRESS, PASSWORD, AuthWorld

WRONG = "a wrong guess"


def test_a_login_opens_a_session_whose_tokens_are_good() -> None:
    world = AuthWorld()
    opened = world.log_in()
    assert opened.expires_in_seconds == 3_600
    assert world.authorize(opened.access_token).user.name == "ann"
    assert opened.session.idle_seconds is None
    assert opened.session.ends_at == world.clock + timedelta(hours=12)
    [(kind, told)] = world.told()
    assert kind == "SessionOpened.v1"
    assert told["session_id"] == opened.session.id
    assert (told["user"], told["roles"], told["method"]) == ("ann", ["user"], "password")
    assert (told["client"], told["source_ip"]) == ("api", ADDRESS)


def test_a_session_of_the_console_ends_when_it_is_idle() -> None:
    assert AuthWorld().log_in(client=ClientKind.CONSOLE).session.idle_seconds == 1_800


def test_no_access_token_outlives_its_session() -> None:
    world = AuthWorld(policy=replace(AuthWorld().policy, session_seconds=600))
    assert world.log_in().expires_in_seconds == 600


@pytest.mark.parametrize(
    ("name", "password", "user", "reason"),
    [
        ("ann", WRONG, "ann", "wrong_password"),
        ("hunter2hunter2", WRONG, None, "unknown_user"),
        ("locked", PASSWORD, "locked", "user_locked"),
        ("locked", WRONG, "locked", "user_locked"),
        ("sso-only", PASSWORD, "sso-only", "wrong_password"),
        ("removed", PASSWORD, None, "unknown_user"),
    ],
)
def test_a_refused_login_is_told_with_its_reason_and_never_with_an_unknown_name(
    name: str, password: str, user: str | None, reason: str
) -> None:
    world = AuthWorld()
    world.add("locked", Role.USER, locked=True)
    world.add("sso-only", Role.USER, login=LoginMethod.SSO, password_hash=None)
    world.add("removed", Role.USER)
    remove_user(world.caller("ada"), "removed", None, ports=world.ports)
    world.outbox.clear()
    with pytest.raises(LoginRefused):
        world.log_in(name, password)
    [(kind, told)] = world.told()
    assert kind == "LoginFailed.v1"
    assert (told["user"], told["reason"]) == (user, reason)
    assert (told["failures"], told["retry_at"], told["source_ip"]) == (1, None, ADDRESS)
    assert all(secret not in world.outbox[0].detail for secret in (password, "hunter2"))


def test_the_fifth_failure_tells_how_long_later_tries_are_refused() -> None:
    world = AuthWorld()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            world.log_in(password=WRONG)
    told = world.told()[-1][1]
    assert (told["failures"], told["retry_at"]) == (5, "2026-11-01T00:00:01Z")


def test_a_hash_of_old_parameters_is_replaced_at_the_next_login() -> None:
    world = AuthWorld()
    world.passwords.parameters = "p2"
    with pytest.raises(LoginRefused):
        world.log_in(password=WRONG)
    assert str(world.users.read("ann").password_hash).startswith("p1:")
    world.log_in()
    assert str(world.users.read("ann").password_hash).startswith("p2:")
    version = world.users.read("ann").version
    world.log_in()
    assert world.users.read("ann").version == version


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (UserChanges(locked=True), "user_locked"),
        (UserChanges(password="entirely different"), "password_changed"),
        (None, "user_removed"),
    ],
)
def test_a_login_that_meets_the_locking_of_its_user_leaves_no_open_session(
    changes: UserChanges | None, reason: str
) -> None:
    world = AuthWorld()
    admin = world.caller("ada")

    def lock() -> None:
        if changes is None:
            remove_user(admin, "ann", None, ports=world.ports)
        else:
            change_user(admin, "ann", changes, None, ports=world.ports)

    world.calls.before("sessions.create", lock)
    with pytest.raises(LoginRefused):
        world.log_in()
    assert world.sessions.open_sessions("ann") == []
    assert world.close_reasons() == [reason]


def test_two_right_logins_at_once_are_both_good_when_the_hash_is_made_anew() -> None:
    world = AuthWorld()
    world.passwords.parameters = "p2"
    rivals: list[OpenedSession] = []
    world.calls.before("passwords.verify", lambda: rivals.append(world.log_in()))
    mine = world.log_in()
    [rival] = rivals
    for opened in (mine, rival):
        assert world.authorize(opened.access_token)
    assert world.close_reasons() == []


def test_neither_passwords_nor_tokens_stand_in_what_is_printed_or_told() -> None:
    world = AuthWorld()
    opened = world.log_in()
    with pytest.raises(LoginRefused):
        world.log_in(password=WRONG)
    user = world.users.read("ann")
    shown = repr([opened, opened.session, user, world.users.rows, world.outbox, world.attempts])
    access, refresh = opened.access_token, opened.refresh_token
    secrets = [access, access.split(".")[2], refresh, refresh.split(".")[2], PASSWORD, WRONG]
    secrets += [str(user.password_hash), opened.session.refresh_hash]
    assert user.api_key is not None
    for secret in [*secrets, user.api_key.value]:
        assert secret not in shown
