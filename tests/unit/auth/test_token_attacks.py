"""No known way to get past the signature of an access token works."""

import hashlib

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from services.auth.domain.errors import TokenRefused
from tests.fakes.auth_secrets import InMemorySigningKeys
from tests.fakes.auth_world import AuthWorld
from tests.unit.auth.forging import Json, encoded, forged, parts_of, refused, signed


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE"])
@pytest.mark.parametrize("signature", ["", "kept"])
def test_a_token_without_a_signature_is_refused(algorithm: str, signature: str) -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    header, payload = parts_of(token)
    kept = token.split(".")[2] if signature else ""
    text = f"{encoded(header | {'alg': algorithm})}.{encoded(payload)}.{kept}"
    assert refused(world, text) == "header of another kind than ours"


def test_a_token_signed_with_a_public_key_as_secret_is_refused() -> None:
    """With RS/HS confusion, whoever knows the public key of an RSA pair could sign."""
    world = AuthWorld()
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header, payload = parts_of(world.log_in().access_token)
    assert refused(world, signed(header, payload, pem)) == "InvalidSignatureError"
    by_private = jwt.encode(payload, private, "RS256", headers={**header, "alg": "RS256"})
    assert refused(world, by_private) == "header of another kind than ours"


@pytest.mark.parametrize(("algorithm", "digest"), [("HS384", "sha384"), ("HS512", "sha512")])
def test_a_token_of_another_algorithm_is_refused_even_with_the_true_key(
    algorithm: str, digest: str
) -> None:
    world = AuthWorld()
    header, payload = parts_of(world.log_in().access_token)
    token = signed(header | {"alg": algorithm}, payload, world.keys.current().key, digest)
    assert refused(world, token) == "header of another kind than ours"


@pytest.mark.parametrize(
    "change", [{"sub": "ada"}, {"roles": ["admin"]}, {"exp": 9_999_999_999}, {"sid": "other"}]
)
def test_a_tampered_payload_is_refused(change: Json) -> None:
    world = AuthWorld()
    header, _, signature = (token := world.log_in().access_token).split(".")
    payload = parts_of(token)[1] | change
    assert refused(world, f"{header}.{encoded(payload)}.{signature}") == "InvalidSignatureError"


def test_every_changed_character_of_the_signature_is_refused() -> None:
    world = AuthWorld()
    head, signature = world.log_in().access_token.rsplit(".", 1)
    for place in range(len(signature) - 1):  # bits of the last one do not count in base64
        other = "A" if signature[place] != "A" else "B"
        refused(world, f"{head}.{signature[:place]}{other}{signature[place + 1 :]}")


@pytest.mark.parametrize("kid", ["unknown", "", "../../dev/null", "' OR 1=1 --", 7, None, ["a"]])
def test_a_token_with_an_unknown_key_is_refused(kid: object) -> None:
    world = AuthWorld()
    reason = refused(world, forged(world, {"kid": kid}))
    assert reason in ("unknown key", "header of another kind than ours", "InvalidTokenError")


def test_a_token_that_brings_its_own_key_is_refused() -> None:
    world = AuthWorld()
    key = b"k" * 32
    header, payload = parts_of(world.log_in().access_token)
    own: list[Json] = [
        {"jwk": {"kty": "oct", "k": encoded(key)}},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"crit": ["exp"]},
        {"zip": "DEF"},
    ]
    for more in own:
        for by in (key, world.keys.current().key):
            assert refused(world, signed(header | more, payload, by))


@pytest.mark.parametrize("kind", ["JWT", "jwt", "at+JWT", "", None, "id+jwt"])
def test_a_token_of_another_type_is_refused(kind: str | None) -> None:
    world = AuthWorld()
    assert refused(world, forged(world, {"typ": kind})) == "header of another kind than ours"


def test_a_refresh_token_is_no_access_token() -> None:
    world = AuthWorld()
    assert refused(world, world.log_in().refresh_token) == "DecodeError"


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "e30.e30.", "\x00", "Ä.Ö.Ü", "e30.e30.e30", "a" * 20_000]
)
def test_what_is_no_token_at_all_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        AuthWorld().authorize(token)


def test_a_rotation_logs_nobody_out_and_the_key_before_the_last_is_refused() -> None:
    world = AuthWorld()
    old = world.log_in().access_token
    world.keys.rotate()
    new = world.log_in().access_token
    assert parts_of(old)[0]["kid"] != parts_of(new)[0]["kid"]
    assert world.authorize(old).user == world.authorize(new).user
    world.keys.rotate()
    assert refused(world, old) == "unknown key"
    assert world.authorize(new)


def test_a_token_signed_with_a_hash_of_the_key_or_with_nothing_is_refused() -> None:
    world = AuthWorld()
    header, payload = parts_of(world.log_in().access_token)
    key = world.keys.current()
    for guess in (b"", b"\0" * 32, key.kid.encode(), hashlib.sha256(key.key).digest()):
        assert refused(world, signed(header, payload, guess)) == "InvalidSignatureError"


def test_a_key_is_not_shown() -> None:
    assert "0000" not in repr(InMemorySigningKeys().current())


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), TypeError("no")])
def test_a_store_of_keys_that_fails_is_not_taken_for_a_bad_token(error: Exception) -> None:
    world = AuthWorld()
    token = world.log_in().access_token
    world.calls.fail("keys.find", error)
    with pytest.raises(type(error)):
        world.authorize(token)


def test_a_header_of_brackets_in_brackets_is_refused() -> None:
    deep = encoded(b"[" * 3_000 + b"]" * 3_000)
    assert refused(AuthWorld(), f"{deep}.e30.AA")
