"""Forged, stale and misused tokens at the whole stack, and a signing key that is exchanged."""

import base64
import hmac
import itertools
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from infra.signing_key import rotate
from tests.stack.people import Door
from tests.stack.running import Running

SECRET = "fileferry/local/auth/signing-key"
LEEWAY_SECONDS = 60  # how far clocks may be apart

Forge = Callable[[dict[str, Any], dict[str, Any], str], str]


def current_key(running: Running) -> dict[str, str]:
    vault = running.stack.client("secretsmanager")
    key: dict[str, str] = json.loads(vault.get_secret_value(SecretId=SECRET)["SecretString"])
    running.door.secrets.add("signing key", key["key"])
    return key


def signed(header: dict[str, Any], claims: dict[str, Any], key: str) -> str:
    return jwt.encode(claims, key, header["alg"], headers=header)


def encoded(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def older(seconds: int) -> Forge:
    def forge(header: dict[str, Any], claims: dict[str, Any], key: str) -> str:
        end = int(time.time()) - seconds
        return signed(header, {**claims, "iat": end - 9, "nbf": end - 9, "exp": end}, key)

    return forge


def tampered(header: dict[str, Any], claims: dict[str, Any], key: str) -> str:
    first, _, last = signed(header, claims, key).split(".")
    return f"{first}.{encoded({**claims, 'roles': ['admin']})}.{last}"


def by_hs512(header: dict[str, Any], claims: dict[str, Any], key: str) -> str:
    text = f"{encoded({**header, 'alg': 'HS512'})}.{encoded(claims)}"
    digest = hmac.digest(key.encode(), text.encode(), "sha512")
    return f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


FORGERIES: dict[str, tuple[Forge, int]] = {
    "an honest one, made in the same way": (signed, 200),
    "expired within the leeway": (older(LEEWAY_SECONDS - 30), 200),
    "expired": (older(LEEWAY_SECONDS + 5), 401),
    "no signature": (lambda h, c, k: f"{encoded({**h, 'alg': 'none'})}.{encoded(c)}.", 401),
    "another payload": (tampered, 401),
    "another algorithm": (by_hs512, 401),
    "another key": (lambda h, c, k: signed(h, c, "k" * 43), 401),
    "an unknown kid": (lambda h, c, k: signed({**h, "kid": "nobodys"}, c, k), 401),
    "another audience": (lambda h, c, k: signed(h, {**c, "aud": "fileferry-prod-api"}, k), 401),
    "another user": (lambda h, c, k: signed(h, {**c, "sub": "boss"}, k), 401),
    "no session": (lambda h, c, k: signed(h, {**c, "sid": "none"}, k), 401),
}


@pytest.fixture(scope="module")
def good_token(running: Running) -> str:
    return running.door.token(running.people.create("token-owner"))


@pytest.mark.parametrize("name", FORGERIES)
def test_only_what_we_signed_for_this_session_and_hour_is_let_in(
    running: Running, good_token: str, name: str
) -> None:
    forge, status = FORGERIES[name]
    header = jwt.get_unverified_header(good_token)
    claims = jwt.decode(good_token, options={"verify_signature": False})
    token = forge(header, claims, current_key(running)["key"])
    assert running.door.call("GET", "/api/me", token).status_code == status


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(running: Running) -> None:
    tokens = running.door.tokens(running.people.create("mixer"))
    assert running.door.call("GET", "/api/me", tokens["refresh_token"]).status_code == 401
    body = {"refresh_token": tokens["access_token"]}
    assert running.door.call("POST", "/api/refresh", body=body).status_code == 401


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Basic Ym9zczpib3Nz", "{token}", "Bearer {token} x"]
)
def test_a_header_of_another_form_is_refused(
    running: Running, good_token: str, authorization: str
) -> None:
    sent = authorization.format(token=good_token)
    answer = running.door.call("GET", "/api/me", Authorization=sent)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_new_signing_key_logs_nobody_out_until_the_one_after_it(running: Running) -> None:
    """Processes keep the keys for a while; those of a new deployment stand for them after it."""
    door, stack = running.door, running.stack
    person = running.people.create("rotated")
    lives = itertools.count(43_200, -1)
    next(lives)

    def exchange() -> str:
        rotate(stack.client("secretsmanager"), stack.client("lambda"), "local")
        assert stack.deploy("auth", {"SessionSeconds": str(next(lives))})
        return current_key(running)["kid"]

    def logged_in() -> tuple[str, str]:
        """Two access tokens of a session; the second is not used before it matters."""
        return door.token(person), door.token(person)

    of_first, of_first_unused = logged_in()
    second_kid = exchange()
    assert kid(of_first) != second_kid
    assert me(door, of_first) == 200
    of_second, of_second_unused = logged_in()
    assert kid(of_second) == second_kid
    assert me(door, of_second) == 200
    third_kid = exchange()
    assert third_kid != second_kid
    assert me(door, of_second_unused) == 200
    assert me(door, of_first_unused) == 401
    assert kid(door.token(person)) == third_kid
    # its session goes on: whoever refreshes is not logged out
    tokens = door.tokens(person)
    exchange()
    exchange()
    renewed = door.call("POST", "/api/refresh", body={"refresh_token": tokens["refresh_token"]})
    assert me(door, tokens["access_token"]) == 401
    assert me(door, renewed.json()["access_token"]) == 200
    running.people.log_in_again()


def kid(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def me(door: Door, token: str) -> int:
    return door.call("GET", "/api/me", token).status_code
