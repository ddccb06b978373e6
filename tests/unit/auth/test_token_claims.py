"""What a well signed access token must say, and whom it must still stand for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.caller import Role
from services.auth.adapters.jwt_access_tokens import JwtAccessTokens
from services.auth.domain.errors import SessionOver
from services.auth.use_cases.log_out import log_out
from services.auth.use_cases.manage_users import UserChanges, change_user, remove_user
from tests.fakes.auth_world import STAGE, AuthWorld
from tests.unit.auth.forging import Json, forged, parts_of, refused


def test_a_token_signed_by_hand_as_ours_are_is_good() -> None:
    """Otherwise the attacks below could be refused for the wrong reason."""
    world = AuthWorld()
    assert world.authorize(forged(world)).user.name == "ann"
    assert parts_of(world.log_in().access_token)[0] == {
        "alg": "HS256",
        "typ": "at+jwt",
        "kid": world.keys.current().kid,
    }


@pytest.mark.parametrize(("seconds", "good"), [(3_600, True), (3_659, True), (3_661, False)])
def test_an_expired_token_is_refused_a_minute_later_at_the_latest(
    seconds: float, good: bool
) -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    world.pass_time(seconds)
    if good:
        assert world.authorize(token)
    else:
        assert refused(world, token) == "expired"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
@pytest.mark.parametrize(("seconds", "good"), [(59, True), (61, False)])
def test_a_token_that_is_not_valid_yet_is_refused_unless_clocks_may_differ_so_much(
    claim: str, seconds: int, good: bool
) -> None:
    world = AuthWorld()
    token = forged(world, **{claim: int(world.clock.timestamp()) + seconds})
    if good:
        assert world.authorize(token)
    else:
        assert refused(world, token) == "not valid yet"


@pytest.mark.parametrize("issuer", ["fileferry-prod", "", ["fileferry-test"], "fileferry-test "])
def test_a_token_of_another_issuer_is_refused(issuer: object) -> None:
    world = AuthWorld()
    assert refused(world, forged(world, iss=issuer))


@pytest.mark.parametrize(
    "audience", ["fileferry-prod-api", "", ["fileferry-test-api", "other"], ["fileferry-test-api"]]
)
def test_a_token_for_another_audience_is_refused(audience: object) -> None:
    world = AuthWorld()
    assert refused(world, forged(world, aud=audience))


def test_a_token_of_another_stage_is_refused_even_if_the_key_were_the_same() -> None:
    world = AuthWorld()
    claims = world.ports.tokens.read(world.log_in().access_token, world.clock)
    assert refused(world, JwtAccessTokens(world.keys, "prod").issue(claims))
    assert world.authorize(JwtAccessTokens(world.keys, STAGE).issue(claims))


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf", "iss", "aud", "sub", "jti", "sid", "roles"])
def test_a_token_without_one_of_our_claims_is_refused(claim: str) -> None:
    world = AuthWorld()
    assert refused(world, forged(world, **{claim: None}))


@pytest.mark.parametrize("value", ["4102444800", 4_102_444_800.5, True, 10**30, -(10**30), []])
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_times_of_other_kinds_are_refused(claim: str, value: object) -> None:
    world = AuthWorld()
    assert refused(world, forged(world, **{claim: value}))


@pytest.mark.parametrize(
    "claims", [{"sub": ""}, {"sub": 7}, {"sid": ["s"]}, {"roles": ["root"]}, {"roles": 1}]
)
def test_claims_of_other_kinds_are_refused(claims: Json) -> None:
    world = AuthWorld()
    assert refused(world, forged(world, **claims))


def removed(world: AuthWorld) -> None:
    remove_user(world.caller("ada"), "ann", None, ports=world.ports)


def locked(world: AuthWorld) -> None:
    change_user(world.caller("ada"), "ann", UserChanges(locked=True), None, ports=world.ports)


def logged_out(world: AuthWorld) -> None:
    [session] = world.sessions.open_sessions("ann")
    log_out(world.caller("ann", session.id), ports=world.ports)


@pytest.mark.parametrize("end", [removed, locked, logged_out])
def test_a_token_of_a_removed_or_locked_user_or_a_closed_session_is_refused(
    end: Callable[[AuthWorld], None],
) -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    end(world)
    with pytest.raises(SessionOver):
        world.authorize(token)


@pytest.mark.parametrize(
    ("gone", "reason"), [({"locked": True}, "user locked"), ({"removed": True}, "user removed")]
)
def test_a_locked_or_removed_user_is_refused_before_their_sessions_are_closed(
    gone: dict[str, Any], reason: str
) -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    world.users.save(replace(world.users.read("ann"), **gone))
    assert refused(world, token) == reason


def test_a_token_of_one_users_session_names_no_other_user() -> None:
    world = AuthWorld()
    assert refused(world, forged(world, sub="ada")) == "no such session"


def test_what_a_token_says_of_roles_counts_for_nothing() -> None:
    world = AuthWorld()
    assert world.authorize(forged(world, roles=["admin"])).user.roles == (Role.USER,)
