"""For every rightly signed token the answer is the right caller or a refusal, never an error."""

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.auth.adapters.jwt_access_tokens import MAX_TOKEN
from services.auth.domain.errors import NotLoggedIn, TokenRefused
from services.auth.domain.refresh_token import RefreshToken
from tests.fakes.auth_world import AuthWorld
from tests.unit.auth.forging import Json, forged, parts_of, refused, signed

CLAIMS = ("iss", "aud", "sub", "jti", "sid", "roles", "iat", "nbf", "exp")
LATEST = 253_402_300_799  # the last second that a datetime can tell
NUMBERS = [10**4_000, 10**18, -(10**18), LATEST, -1, -62_135_596_800, 1e300, 0.5, -0.0]
NUMBERS += [float("nan"), float("inf"), float("-inf"), True, False]
TEXTS = ["", " ", "ANN", "ann ", "ann\n", "\ud800", "\x00", "a" * 3_000, "../ann", "USER#ann"]
OTHERS: list[object] = [[], {}, ["ann"], [["user"]], {"user": 1}, ["root"], [None], "user"]

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("value", [*NUMBERS, *TEXTS, *OTHERS], ids=lambda each: repr(each)[:20])
def test_an_absurd_claim_is_refused_or_changes_nothing(claim: str, value: object) -> None:
    world = AuthWorld()
    judge(world, signed_with(world, {claim: value}))


@given(st.dictionaries(st.sampled_from(CLAIMS) | st.text(), VALUES))
def test_any_claims_are_refused_or_change_nothing(claims: Json) -> None:
    world = AuthWorld()
    judge(world, signed_with(world, claims))


@given(VALUES)
def test_a_payload_that_is_something_else_is_refused(payload: object) -> None:
    world = AuthWorld()
    header, _ = parts_of(world.log_in().access_token)
    text = json.dumps(payload).encode()
    judge(world, signed(header, text, world.keys.current().key))


@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64"]), VALUES, min_size=1))
@example({"kid": "\x1f"})
def test_any_other_header_is_refused(header: Json) -> None:
    world = AuthWorld()
    judge(world, forged(world, header))


@pytest.mark.parametrize("part", [0, 1])
@pytest.mark.parametrize("text", [b"[" * 2_500, b'{"a":' * 500, b"9" * 2_800, b"\xff\xfe", b""])
def test_json_that_cannot_be_read_is_refused(part: int, text: bytes) -> None:
    world = AuthWorld()
    good: list[Json | bytes] = [*parts_of(world.log_in().access_token)]
    good[part] = text
    assert refused(world, signed(good[0], good[1], world.keys.current().key))


@pytest.mark.parametrize("length", [MAX_TOKEN + 1, 1_000_000])
def test_a_token_that_is_too_long_is_not_even_read(length: int) -> None:
    world = AuthWorld()
    token = forged(world, more="x" * length)
    looked_up = world.calls.counts["keys.find"]
    assert refused(world, token) == "too long"
    assert world.calls.counts["keys.find"] == looked_up


@given(st.text(st.characters()) | st.from_regex(r"[A-Za-z0-9_-]{2,86}\.[A-Za-z0-9]{1,9}\.[a-z0-9]"))
def test_any_text_is_a_refresh_token_or_refused(text: str) -> None:
    try:
        assert RefreshToken.parse(text).text == text
    except TokenRefused:
        return


def signed_with(world: AuthWorld, claims: Json) -> str:
    header, payload = parts_of(world.log_in().access_token)
    return signed(header, json.dumps(payload | claims).encode(), world.keys.current().key)


def judge(world: AuthWorld, token: str) -> None:
    """Nothing is looked up that cannot be the key of a row."""
    asked: list[object] = []
    world.calls.observers.append(lambda name, arguments, _: asked.extend(arguments))
    with suppress(NotLoggedIn):
        assert world.authorize(token).user.name == "ann"
    names = [each for each in asked if isinstance(each, str) and each != token]
    assert all(each.isascii() and each.isprintable() and len(each) <= 128 for each in names)
