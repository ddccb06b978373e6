"""Each refresh token is good once. A used one ends its session."""

import base64
from dataclasses import replace
from typing import Any

import pytest

from kernel.caller import Role
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import SessionOver, TokenRefused
from services.auth.domain.refresh_token import RefreshToken
from services.auth.domain.session import MAX_USED, ClientKind
from services.auth.domain_services.close_session import close_session
from services.auth.use_cases.manage_users import UserChanges, change_user
from tests.fakes.auth_world import AuthWorld


def test_each_refresh_gives_new_tokens_of_the_same_session() -> None:
    world = AuthWorld()
    first = world.log_in()
    world.pass_time(3_600)
    second = world.refresh(first.refresh_token)
    third = world.refresh(second.refresh_token)
    tokens = {each.refresh_token for each in (first, second, third)}
    assert len(tokens) == 3
    assert {each.session.id for each in (first, second, third)} == {first.session.id}
    assert world.authorize(third.access_token).session.id == first.session.id
    assert third.session.ends_at == first.session.ends_at


def test_a_used_token_ends_the_session_for_whoever_holds_the_newer_one() -> None:
    world = AuthWorld()
    stolen = world.log_in().refresh_token
    newer = world.refresh(stolen)
    with pytest.raises(TokenRefused) as refused:
        world.refresh(stolen)
    assert refused.value.reason == "used before"
    assert world.close_reasons() == ["refresh_reused"]
    for token in (newer.refresh_token, stolen):
        with pytest.raises(SessionOver):
            world.refresh(token)
    with pytest.raises(SessionOver):
        world.authorize(newer.access_token)
    assert world.close_reasons() == ["refresh_reused"]


def test_a_token_used_many_refreshes_ago_is_still_recognised() -> None:
    world = AuthWorld()
    first = opened = world.log_in()
    for _ in range(MAX_USED):
        opened = world.refresh(opened.refresh_token)
    with pytest.raises(TokenRefused, match="no longer"):
        world.refresh(first.refresh_token)
    assert world.close_reasons() == ["refresh_reused"]


def test_a_session_ends_before_a_used_token_would_have_to_be_forgotten() -> None:
    world = AuthWorld()
    opened = world.log_in()
    for _ in range(MAX_USED):
        opened = world.refresh(opened.refresh_token)
    assert world.authorize(opened.access_token)
    with pytest.raises(SessionOver, match="expired"):
        world.refresh(opened.refresh_token)
    assert world.close_reasons() == ["expired"]


def test_of_two_at_once_exactly_one_wins_and_the_other_counts_as_reuse() -> None:
    world = AuthWorld()
    token = world.log_in().refresh_token
    won = []
    world.calls.before("sessions.save", lambda: won.append(world.refresh(token)))
    with pytest.raises(TokenRefused) as refused:
        world.refresh(token)
    assert (len(won), refused.value.reason) == (1, "used before")
    assert world.close_reasons() == ["refresh_reused"]


def test_a_refresh_that_meets_another_change_of_the_session_goes_on() -> None:
    world = AuthWorld()
    opened = world.log_in()
    world.pass_time(120)
    world.calls.before("sessions.save", lambda: world.authorize(opened.access_token))
    assert world.refresh(opened.refresh_token).session.version == 2


def test_a_refresh_that_meets_the_end_of_the_session_is_refused() -> None:
    world = AuthWorld()
    opened = world.log_in()
    world.calls.before(
        "sessions.save",
        lambda: close_session(opened.session, CloseReason.LOGOUT, ports=world.ports),
    )
    with pytest.raises(SessionOver, match="logout"):
        world.refresh(opened.refresh_token)


def mangled(token: str) -> list[str]:
    user, session, secret = token.split(".")
    other = base64.urlsafe_b64encode(b"ada").decode()
    return [
        "garbage",
        "..",
        f"{user}.{session}.{'0' * 32}",
        f"{user}.{session}.{secret}0",
        f"{user}.{session}.{secret.upper()}A",
        f"{user}.{'0' * 32}.{secret}",
        f"{other}.{session}.{secret}",
        f"{user}==.{session}.{secret}",
        f"{user}.{session}.{secret}\n",
        f"{user}.{session}.{secret}.{secret}",
        f" {token}",
        token.replace(".", ":"),
        f"{'_' * 86}.{session}.{secret}",
        "ÄÖÜ." + token,
        "a" * 1_024,
    ]


def test_garbage_is_refused_and_ends_nobodys_session() -> None:
    world = AuthWorld()
    opened = world.log_in()
    for text in [*mangled(opened.refresh_token), opened.access_token]:
        with pytest.raises(TokenRefused):
            world.refresh(text)
    assert world.close_reasons() == []
    assert world.refresh(opened.refresh_token)


def test_only_one_spelling_of_a_token_is_read() -> None:
    token = RefreshToken("ann", "5e55", "5ec2e7")
    assert RefreshToken.parse(token.text) == token
    # 'ann' is YW5u. The last character of a longer name has bits that decoding ignores.
    longer = RefreshToken("anna", "5e55", "5ec2e7").text
    assert longer.startswith("YW5uYQ.")
    with pytest.raises(TokenRefused):
        RefreshToken.parse(longer.replace("YW5uYQ", "YW5uYR"))
    with pytest.raises(TokenRefused):
        RefreshToken.parse(base64.urlsafe_b64encode(b"a#b").decode() + ".5e55.5ec2e7")


def test_a_refresh_after_the_sessions_end_closes_it() -> None:
    world = AuthWorld()
    opened = world.log_in()
    world.pass_time(43_200)
    with pytest.raises(SessionOver, match="expired"):
        world.refresh(opened.refresh_token)
    assert world.close_reasons() == ["expired"]


def test_an_idle_session_of_the_console_is_not_refreshed() -> None:
    world = AuthWorld()
    opened = world.log_in(client=ClientKind.CONSOLE)
    world.pass_time(1_799)
    opened = world.refresh(opened.refresh_token)
    world.pass_time(1_800)
    with pytest.raises(SessionOver, match="idle"):
        world.refresh(opened.refresh_token)
    assert world.close_reasons() == ["idle"]


def test_new_tokens_carry_the_users_present_roles() -> None:
    world = AuthWorld()
    opened = world.log_in()
    roles = (Role.OPERATOR, Role.AUDITOR)
    change_user(world.caller("ada"), "ann", UserChanges(roles=roles), None, ports=world.ports)
    refreshed = world.refresh(opened.refresh_token)
    assert world.ports.tokens.read(refreshed.access_token, world.clock).roles == roles


@pytest.mark.parametrize("gone", [{"locked": True}, {"removed": True}])
def test_a_user_whose_sessions_are_still_to_be_closed_gets_no_new_tokens(
    gone: dict[str, Any],
) -> None:
    world = AuthWorld()
    opened = world.log_in()
    world.users.save(replace(world.users.read("ann"), **gone))
    with pytest.raises(TokenRefused):
        world.refresh(opened.refresh_token)


def test_locking_ends_the_session_that_a_refresh_would_prolong() -> None:
    world = AuthWorld()
    opened = world.log_in()
    change_user(world.caller("ada"), "ann", UserChanges(locked=True), None, ports=world.ports)
    with pytest.raises(SessionOver, match="user_locked"):
        world.refresh(opened.refresh_token)
