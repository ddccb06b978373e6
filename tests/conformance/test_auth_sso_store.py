"""SsoStore. A login under way and a code to hand over can each be taken once, and only in time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.auth.domain.session import ClientKind
from services.auth.domain.sso import SsoCode, SsoLogin
from tests.conformance.auth_stores import NOON, AuthStores

LOGIN = SsoLogin(
    state="state-1",
    nonce="nonce",
    verifier="verifier",
    browser_hash="browser",
    client=ClientKind.CONSOLE,
    return_to="https://console.example/login?a=1",
    challenge="challenge",
    begun_at=NOON,
)
CODE = SsoCode("hash-1", "ann", ClientKind.API, "challenge", NOON, generation=3)


@pytest.mark.parametrize("login", [LOGIN, replace(LOGIN, return_to=None, challenge=None)])
def test_a_login_is_taken_once_as_it_was_kept(auth_stores: AuthStores, login: SsoLogin) -> None:
    auth_stores.sso.keep_login(login)
    assert auth_stores.sso.take_login("state-2", NOON) is None
    assert auth_stores.sso.take_login("state-1", NOON) == login
    assert auth_stores.sso.take_login("state-1", NOON) is None


@pytest.mark.parametrize(("seconds", "there"), [(599, True), (600, False)])
def test_a_login_is_there_for_ten_minutes(
    auth_stores: AuthStores, seconds: int, there: bool
) -> None:
    auth_stores.sso.keep_login(LOGIN)
    late = NOON + timedelta(seconds=seconds)
    assert (auth_stores.sso.take_login("state-1", late) is not None) is there
    assert auth_stores.sso.take_login("state-1", NOON) is None


@pytest.mark.parametrize(("seconds", "there"), [(59, True), (60, False)])
def test_a_code_is_taken_once_and_within_a_minute(
    auth_stores: AuthStores, seconds: int, there: bool
) -> None:
    auth_stores.sso.keep_code(CODE)
    assert auth_stores.sso.take_code("hash-2", NOON) is None
    late = NOON + timedelta(seconds=seconds)
    assert auth_stores.sso.take_code("hash-1", late) == (CODE if there else None)
    assert auth_stores.sso.take_code("hash-1", NOON) is None


def test_a_login_is_no_code_of_the_same_name(auth_stores: AuthStores) -> None:
    auth_stores.sso.keep_login(replace(LOGIN, state="hash-1"))
    assert auth_stores.sso.take_code("hash-1", NOON) is None
    auth_stores.sso.keep_code(CODE)
    assert auth_stores.sso.take_login("hash-1", NOON) is not None
    assert auth_stores.sso.take_code("hash-1", NOON) == CODE


def test_what_comes_from_outside_as_a_state_is_no_error(auth_stores: AuthStores) -> None:
    for state in ("ö" * 200, "#", "../..", "\x00", "🚢" * 200):
        assert auth_stores.sso.take_login(state, NOON) is None
