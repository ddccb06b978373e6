"""Which ID tokens are accepted. The adapter checks tokens that are signed with keys of the test."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from services.auth.adapters.pyjwt_id_tokens import LEEWAY_SECONDS, REREAD_SECONDS, PyJwtIdTokens
from services.auth.domain.errors import ProviderError, SsoRefused

ISSUER, CLIENT, NONCE, SECRET = "https://idp.example", "fileferry", "n-1", "client-secret-" * 4
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SHORT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1()}


def shown(key: rsa.RSAPrivateKey, kid: str | None = "k-1", **more: str) -> dict[str, Any]:
    """As the provider's JWKS has it."""
    public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**public, **({"kid": kid} if kid else {}), **more}


def claims(**changes: object) -> dict[str, Any]:
    """Good claims with these changes. None takes a claim away."""
    now = int(time.time())
    usual = {"iss": ISSUER, "sub": "42", "aud": CLIENT, "exp": now + 300, "iat": now}
    every = {**usual, "nonce": NONCE, **changes}
    return {name: value for name, value in every.items() if value is not None}


def signed(
    said: dict[str, Any],
    key: Any = KEY,  # noqa: ANN401 - of any kind
    algorithm: str = "RS256",
    kid: str | None = "k-1",
) -> str:
    return jwt.encode(said, key, algorithm, headers={"kid": kid} if kid else None)


def by_hand(said: dict[str, Any], algorithm: str, secret: bytes | None) -> str:
    """Makes a token that libraries refuse to make."""
    parts = [{"alg": algorithm, "kid": "k-1"}, said]
    text = b".".join(encoded(json.dumps(part).encode()) for part in parts)
    mark = hmac.new(secret, text, hashlib.sha256).digest() if secret is not None else b""
    return (text + b"." + encoded(mark)).decode()


def encoded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@dataclass
class Provider:
    """Its JWKS, with a clock, and how often it was asked for."""

    jwks: Any = field(default_factory=lambda: {"keys": [shown(KEY)]})
    clock: float = 0
    reads: int = 0

    def __post_init__(self) -> None:
        self.tokens = PyJwtIdTokens(ISSUER, CLIENT, self._read, lambda: self.clock)

    def _read(self) -> Any:  # noqa: ANN401
        self.reads += 1
        return self.jwks

    def check(self, token: str) -> dict[str, Any]:
        return self.tokens.claims(token, NONCE)


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "PS256"])
def test_a_good_token_gives_its_claims(provider: Provider, algorithm: str) -> None:
    assert provider.check(signed(claims(), algorithm=algorithm))["sub"] == "42"


@pytest.mark.parametrize("algorithm", CURVES)
def test_elliptic_curves_count_too(provider: Provider, algorithm: str) -> None:
    key = ec.generate_private_key(CURVES[algorithm])
    public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    provider.jwks["keys"].append({**public, "kid": "k-2"})
    assert provider.check(signed(claims(), key, algorithm, "k-2"))["sub"] == "42"


def pem() -> bytes:
    public = KEY.public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form)


FORGED: dict[str, Callable[[], str]] = {
    "without a signature": lambda: by_hand(claims(), "none", None),
    "without a signature, oddly spelt": lambda: by_hand(claims(), "nOnE", None),
    "HS256 with the client's secret": lambda: by_hand(claims(), "HS256", SECRET.encode()),
    "HS256 with the public key": lambda: by_hand(claims(), "HS256", pem()),
    "HS256 with an empty key": lambda: by_hand(claims(), "HS256", b""),
    "RS256 that is an HMAC with the public key": lambda: by_hand(claims(), "RS256", pem()),
    "another key under a known id": lambda: signed(claims(), OTHER_KEY),
    "tampered": lambda: tampered(signed(claims())),
    "no token at all": lambda: "nonsense",
    "an endless token": lambda: "a" * 70_000,
}


def tampered(token: str) -> str:
    head, _, mark = token.split(".")
    body = encoded(json.dumps(claims(sub="1")).encode()).decode()
    return f"{head}.{body}.{mark}"


@pytest.mark.parametrize("forged", FORGED)
def test_a_token_that_the_provider_did_not_sign_is_refused(provider: Provider, forged: str) -> None:
    with pytest.raises(SsoRefused):
        provider.check(FORGED[forged]())


NOW = int(time.time())
A_DAY = 86_400  # seconds; the tests may run long after they were collected
WRONG: dict[str, dict[str, object]] = {
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash more": {"iss": ISSUER + "/"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "payroll"},
    "no audience": {"aud": None},
    "several audiences without azp": {"aud": [CLIENT, "payroll"]},
    "several audiences, azp another one": {"aud": [CLIENT, "payroll"], "azp": "payroll"},
    "azp another one": {"azp": "payroll"},
    "another nonce": {"nonce": "n-2"},
    "no nonce": {"nonce": None},
    "a nonce that is no text": {"nonce": 1},
    "expired": {"exp": NOW - LEEWAY_SECONDS - 5, "iat": NOW - 600},
    "without an end": {"exp": None},
    "made later than now": {"iat": NOW + LEEWAY_SECONDS + A_DAY},
    "without the time it was made at": {"iat": None},
    "not good yet": {"nbf": NOW + LEEWAY_SECONDS + A_DAY},
    "nobody": {"sub": ""},
    "no subject": {"sub": None},
    "a subject that is too long": {"sub": "4" * 256},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_well_signed_token_with_other_claims_is_refused(provider: Provider, wrong: str) -> None:
    token = signed(claims(**WRONG[wrong]))
    with pytest.raises(SsoRefused):
        provider.check(token)


def test_clocks_may_differ_by_a_minute(provider: Provider) -> None:
    now = int(time.time())
    late = claims(exp=now - LEEWAY_SECONDS + 10, iat=now - 600)
    early = claims(iat=now + LEEWAY_SECONDS - 10, nbf=now + LEEWAY_SECONDS - 10)
    assert [provider.check(signed(each))["sub"] for each in (late, early)] == ["42", "42"]


def test_several_audiences_are_good_when_we_are_the_party(provider: Provider) -> None:
    token = signed(claims(aud=[CLIENT, "payroll"], azp=CLIENT))
    assert provider.check(token)["azp"] == CLIENT


def test_a_short_key_does_not_count(provider: Provider) -> None:
    provider.jwks = {"keys": [shown(SHORT_KEY)]}
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = signed(claims(), SHORT_KEY)
    with pytest.raises(SsoRefused, match="InvalidKeyError"):
        provider.check(token)


@pytest.mark.parametrize("more", [{"use": "enc"}, {"alg": "RS512"}])
def test_a_key_for_something_else_does_not_count(provider: Provider, more: dict[str, str]) -> None:
    provider.jwks = {"keys": [shown(KEY, **more)]}
    with pytest.raises(SsoRefused):
        provider.check(signed(claims()))


def test_a_token_without_key_id_is_good_only_where_there_is_one_key(provider: Provider) -> None:
    token = signed(claims(), kid=None)
    assert provider.check(token)["sub"] == "42"
    provider.jwks = {"keys": [shown(KEY), shown(OTHER_KEY, "k-2")]}
    provider.clock += 2 * 3_600
    with pytest.raises(SsoRefused):
        provider.check(token)


def test_a_new_key_is_found_at_once_and_unknown_ones_do_not_make_us_ask_for_ever(
    provider: Provider,
) -> None:
    provider.check(signed(claims()))
    provider.clock += REREAD_SECONDS + 1
    provider.jwks = {"keys": [shown(KEY), shown(OTHER_KEY, "k-2")]}
    assert provider.check(signed(claims(), OTHER_KEY, kid="k-2"))["sub"] == "42"
    assert provider.reads == 2
    for _ in range(20):
        with pytest.raises(SsoRefused):
            provider.check(signed(claims(), kid="k-3"))
    assert provider.reads == 2


def test_a_key_that_was_taken_back_is_forgotten_within_an_hour(provider: Provider) -> None:
    provider.check(signed(claims()))
    provider.jwks = {"keys": [shown(OTHER_KEY, "k-2")]}
    provider.clock += 3_601
    with pytest.raises(SsoRefused):
        provider.check(signed(claims()))


@pytest.mark.parametrize("jwks", [{}, {"keys": "none"}, {"keys": ["k-1"]}])
def test_a_key_set_that_is_none_is_the_providers_fault(provider: Provider, jwks: object) -> None:
    provider.jwks = jwks
    with pytest.raises(ProviderError):
        provider.check(signed(claims()))


@pytest.mark.parametrize("broken", [{"n": "!!"}, {"n": None}, {"n": 7}, {"e": ""}])
def test_a_key_that_cannot_be_read_refuses_the_token(
    provider: Provider, broken: dict[str, object]
) -> None:
    provider.jwks = {"keys": [{**shown(KEY), **broken}]}
    with pytest.raises(SsoRefused):
        provider.check(signed(claims()))
