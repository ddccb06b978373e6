"""The API's answers: origins, versions, repeated requests, headers and problems."""

import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from contracts.problem import Problem
from tests.stack.people import EVERYTHING, Door, new_password
from tests.stack.running import BUCKET, ORIGINS, Running, as_destination

ELSEWHERE = "https://evil.example"


@pytest.fixture(scope="module")
def door(running: Running) -> Door:
    return running.door


@pytest.fixture
def admin(running: Running) -> str:
    return running.people.admin_token


# --- origins -------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("path", ["/api/login", "/api/users/boss", "/api/transfer"])
def test_a_page_of_a_configured_origin_may_ask_and_read(door: Door, path: str, origin: str) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Origin": origin}
    answer = door.call("OPTIONS", path, **asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    allowed = answer.headers["Access-Control-Allow-Headers"].split(",")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "If-Match"} <= set(allowed)
    assert {"POST", "PATCH", "DELETE"} <= set(
        answer.headers["Access-Control-Allow-Methods"].split(",")
    )
    seen = door.call("GET", "/api/health", Origin=origin)
    assert seen.headers["Access-Control-Allow-Origin"] == origin
    assert "ETag" in seen.headers["Access-Control-Expose-Headers"]
    assert "Origin" in seen.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in seen.headers


def test_a_page_of_another_origin_may_neither_read_nor_change(door: Door, admin: str) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Origin": ELSEWHERE}
    assert "Access-Control-Allow-Origin" not in door.call("OPTIONS", "/api/login", **asked).headers
    seen = door.call("GET", "/api/me", admin, Origin=ELSEWHERE)
    assert "Access-Control-Allow-Origin" not in seen.headers
    user = {"user": "made-by-a-page", "name": "Page", "roles": ["admin"]}
    refused = door.call("POST", "/api/users", admin, user, Origin=ELSEWHERE)
    assert (refused.status_code, refused.json()["code"]) == (403, "origin_refused")
    assert door.call("GET", "/api/users/made-by-a-page", admin).status_code == 404


# --- versions ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/users/boss", "/api/destinations/partner", "/api/users", "/api/openapi.json"]
)
def test_what_did_not_change_is_not_sent_again(door: Door, admin: str, path: str) -> None:
    first = door.call("GET", path, admin)
    assert first.status_code == 200, first.text
    tag = first.headers["ETag"]
    for known in (tag, f'"other", {tag}'):
        again = door.call("GET", path, admin, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    assert door.call("GET", path, admin, If_None_Match='"other"').status_code == 200


def test_a_change_of_an_older_version_is_refused(running: Running, door: Door, admin: str) -> None:
    name = running.people.create("versioned").name
    spare = as_destination("versioned", running.partner)
    assert door.call("POST", "/api/destinations", admin, spare).status_code == 201
    for path in (f"/api/users/{name}", "/api/destinations/versioned"):
        tag = door.call("GET", path, admin).headers["ETag"]
        changed = door.call("PATCH", path, admin, {"name": "First"}, If_Match=tag)
        assert changed.status_code == 200
        assert changed.headers["ETag"] != tag
        late = door.call("PATCH", path, admin, {"name": "Second"}, If_Match=tag)
        assert (late.status_code, late.json()["code"]) == (412, "version_mismatch")
        assert door.call("DELETE", path, admin, If_Match=tag).status_code == 412
        assert door.call("GET", path, admin).json()["name"] == "First"
        assert door.call("DELETE", path, admin, If_Match=changed.headers["ETag"]).is_success


# --- repeated requests ---------------------------------------------------------------------------


def _user(running: Running) -> dict[str, Any]:
    name = f"once-{secrets.token_hex(4)}"
    return {"user": name, "name": "Once", "roles": ["user"], "password": new_password()}


def _destination(running: Running) -> dict[str, Any]:
    return as_destination(f"once-{secrets.token_hex(4)}", running.partner)


def _transfer(running: Running) -> dict[str, Any]:
    key = f"once/{secrets.token_hex(4)}"
    running.put(key, b"content")
    source = {"bucket": BUCKET, "key": key}
    return {"source": source, "destination_id": "partner"}


@pytest.mark.parametrize(
    ("path", "make", "change", "theirs"),
    [
        ("/api/users", _user, {"name": "Twice"}, 409),
        ("/api/destinations", _destination, {"name": "Twice"}, 409),
        ("/api/transfer", _transfer, {"if_exists": "replace"}, 202),
    ],
)
def test_a_repeated_key_gets_the_first_answer_and_another_body_is_refused(
    running: Running,
    path: str,
    make: Callable[[Running], dict[str, Any]],
    change: dict[str, Any],
    theirs: int,
) -> None:
    """`theirs` is what somebody else gets for the same key and body, as keys belong to a user."""
    door, admin, body = running.door, running.people.admin_token, make(running)
    key = secrets.token_hex(8)
    first = door.call("POST", path, admin, body, Idempotency_Key=key)
    again = door.call("POST", path, admin, body, Idempotency_Key=key)
    assert first.is_success, first.text
    assert again.status_code == first.status_code
    name = "user" if path == "/api/users" else "id"
    assert again.json()[name] == first.json()[name]
    other = door.call("POST", path, admin, body | change, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    someone = running.people.create(f"someone-{secrets.token_hex(4)}", "admin", grants=EVERYTHING)
    answer = door.call("POST", path, door.token(someone), body, Idempotency_Key=key)
    assert answer.status_code == theirs
    assert answer.json().get("id") != first.json().get("id") or path == "/api/users"


# --- headers and problems ------------------------------------------------------------------------


def of_functions(door: Door, admin: str) -> list[httpx.Response]:
    return [
        door.call("GET", "/api/me", admin),
        door.call("GET", "/api/health"),
        door.call("GET", "/api/docs"),
        door.call("POST", "/api/login", body={}),
        door.call("GET", "/api/transfer/none-such", admin),
        door.call("DELETE", "/api/users/none-such", admin),
    ]


def of_the_gateway(door: Door) -> list[httpx.Response]:
    return [
        door.call("GET", "/api/me"),
        door.call("GET", "/api/me", "garbage"),
        door.call("GET", "/api/none-such"),
        door.call("GET", "/"),
        door.call("PUT", "/api/me"),
    ]


def test_every_answer_has_the_headers_that_protect_browsers(door: Door, admin: str) -> None:
    for answer in [*of_functions(door, admin), *of_the_gateway(door)]:
        about = f"{answer.request.method} {answer.url}: {answer.status_code}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff", about
        assert answer.headers["Referrer-Policy"] == "no-referrer", about
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"], about
        assert "Origin" in answer.headers["Vary"], about
        policy = answer.headers.get("Content-Security-Policy", "")
        framed = answer.headers.get("X-Frame-Options") == "DENY"
        assert framed or "frame-ancestors 'none'" in policy, about
        if answer.request.method != "GET" or answer.is_error:
            assert answer.headers["Cache-Control"] == "no-store", about
        assert "Server" not in answer.headers, about


def test_the_tokens_of_an_answer_are_kept_nowhere(running: Running, door: Door) -> None:
    person = running.people.create("not-kept")
    body = {"user": person.name, "password": person.password}
    answer = door.call("POST", "/api/login", body=body)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_what_the_gateway_answers_itself_are_problems_too(door: Door) -> None:
    expected = [(401, "unauthorized")] * 2 + [(404, "no_route")] * 3
    for answer, (status, code) in zip(of_the_gateway(door), expected, strict=True):
        assert answer.status_code == status, f"{answer.request.method} {answer.url}"
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = Problem.model_validate_json(answer.content)
        assert (problem.status, problem.code) == (status, code)
        assert problem.request_id
        assert ("WWW-Authenticate" in answer.headers) == (status == 401)
