"""For every token that the provider signs, the login is refused or right. It is never our error."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from services.auth.domain.errors import SsoRefused
from tests.unit.auth.test_absurd_claims import VALUES
from tests.unit.auth.test_sso_id_tokens import CLIENT, ISSUER, KEY, NONCE, Provider, claims, encoded

CLAIMS = ("iss", "sub", "aud", "exp", "iat", "nbf", "azp", "nonce")
TIMES = [10**400, -1, 10**18, float("nan"), float("inf"), float("-inf"), True, [], {}, "1e999", ""]
NAMES: list[object] = [[], {}, 7, True, 0.5, "\ud800", "x\udfff", "", "n" * 300]


def signed_by_hand(header: object, said: object) -> str:
    """PyJWT would not make most of these."""
    parts = [
        each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, said)
    ]
    text = b".".join(map(encoded, parts))
    return (text + b"." + encoded(RSAAlgorithm(RSAAlgorithm.SHA256).sign(text, KEY))).decode()


def _json(part: object) -> bytes:
    return part if isinstance(part, bytes) else json.dumps(part).encode()


def with_claims(**changes: object) -> str:
    return signed_by_hand({"alg": "RS256", "kid": "k-1"}, {**claims(), **changes})


def judge(token: str) -> None:
    with suppress(SsoRefused):
        found = Provider().check(token)
        assert (found["iss"], found["aud"], found["nonce"]) == (ISSUER, CLIENT, NONCE)
        assert found["sub"] == "42"


def test_a_token_signed_by_hand_as_providers_do_is_good() -> None:
    assert Provider().check(with_claims())["sub"] == "42"


@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", TIMES, ids=lambda each: repr(each)[:20])
def test_a_time_that_is_none_is_refused(claim: str, value: object) -> None:
    with pytest.raises(SsoRefused):
        Provider().check(with_claims(**{claim: value}))


@pytest.mark.parametrize("claim", ["sub", "nonce", "aud", "iss", "azp"])
@pytest.mark.parametrize("value", NAMES, ids=lambda each: repr(each)[:20])
def test_a_name_that_is_none_is_refused(claim: str, value: object) -> None:
    with pytest.raises(SsoRefused):
        Provider().check(with_claims(**{claim: value}))


def test_text_that_is_none_is_refused_wherever_it_stands() -> None:
    with pytest.raises(SsoRefused):
        Provider().check(with_claims(groups=["good", "\ud800"]))


@given(st.dictionaries(st.sampled_from(CLAIMS).filter(lambda name: name != "sub"), VALUES))
def test_any_claims_are_refused_or_change_nothing(changed: dict[str, object]) -> None:
    judge(with_claims(**changed))


@given(st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64"]), VALUES))
def test_any_header_is_refused_or_changes_nothing(header: dict[str, object]) -> None:
    judge(signed_by_hand({"alg": "RS256", "kid": "k-1", **header}, claims()))


@pytest.mark.parametrize("text", [b"[" * 9_000, b"9" * 5_000, b"\xff", b"", b"[]", b"null", b"7"])
def test_json_that_is_no_object_is_refused(text: bytes) -> None:
    for token in (signed_by_hand(text, claims()), signed_by_hand({"alg": "RS256"}, text)):
        with pytest.raises(SsoRefused):
            Provider().check(token)
