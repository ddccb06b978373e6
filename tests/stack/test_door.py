"""Logging in, staying logged in, and being thrown out, through the whole running stack."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from contracts.auth_events import LoginFailedV1, SessionClosedV1, SessionOpenedV1
from infra.announce_users import announce_users
from services.auth.domain.attempts import FREE as FREE_TRIES
from services.auth.domain.attempts import LOCK_AFTER
from tests.servers.waiting import wait_for
from tests.stack.listening import Heard, listening
from tests.stack.people import EVERYTHING, NOTHING, Door, People, Person
from tests.stack.running import Running
from tests.stack.world import wish

# The gateway keeps the authorizer's answer for a token so long, as contracts.openapi tells it.
KEPT_SECONDS = 30.0
SLACK_SECONDS = 3.0


@pytest.fixture(scope="module")
def door(running: Running) -> Door:
    return running.door


@pytest.fixture(scope="module")
def people(running: Running) -> People:
    return running.people


def log_in(door: Door, name: str, password: str) -> httpx.Response:
    door.secrets.add("password", password)
    return door.call("POST", "/api/login", body={"user": name, "password": password})


def without_request_id(problem: Any) -> Any:  # noqa: ANN401
    return {name: value for name, value in problem.items() if name != "request_id"}


def test_a_login_opens_the_api_and_says_who_one_is(door: Door, people: People) -> None:
    ann = people.create("ann", "user", "operator", grants=EVERYTHING)
    tokens = door.tokens(ann, client="console")
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in_seconds"] == 3600
    me = door.call("GET", "/api/me", tokens["access_token"]).json()
    assert (me["user"], me["roles"], me["grants"]) == ("ann", ["user", "operator"], EVERYTHING)
    assert me["session"]["client"] == "console"
    assert me["session"]["idle_seconds"] == 1800


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(
    door: Door, people: People
) -> None:
    people.create("bea")
    answers = [log_in(door, name, "not-the-password") for name in ("bea", "nobody-at-all")]
    assert [answer.status_code for answer in answers] == [401, 401]
    told = [without_request_id(answer.json()) for answer in answers]
    assert told[0] == told[1]
    assert told[0]["code"] == "login_refused"


def test_who_fails_again_and_again_has_to_wait_even_with_the_right_password(
    door: Door, people: People
) -> None:
    """A name that nobody has is treated the same. Otherwise this would tell who exists."""
    carl = people.create("carl")
    names = ("carl", "no-carl")
    for name in names:
        tries = [log_in(door, name, "not-the-password") for _ in range(FREE_TRIES)]
        assert [each.status_code for each in tries] == [401] * FREE_TRIES

    def tried_once_more(name: str) -> bool:
        return log_in(door, name, "not-the-password").status_code == 401

    for name in names:  # a second later one more try is free, and costs two seconds
        wait_for(lambda name=name: tried_once_more(name), "the end of the wait", 10)  # type: ignore[misc]
        refused = log_in(door, name, carl.password)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 2
        assert refused.json()["code"] == "too_many_attempts"
    wait_for(
        lambda: log_in(door, "carl", carl.password).status_code == 200, "the end of the wait", 10
    )
    assert log_in(door, "carl", "not-the-password").status_code == 401  # counted anew


def test_guesses_from_elsewhere_keep_nobody_from_where_they_logged_in_before(
    door: Door, people: People
) -> None:
    """MiniStack takes the address from X-Forwarded-For. On AWS it is the connection's."""
    dave = people.create("dave")
    door.secrets.add("password", dave.password)

    def log_in_from(address: str, password: str) -> int:
        body = {"user": "dave", "password": password}
        return door.call("POST", "/api/login", body=body, X_Forwarded_For=address).status_code

    assert log_in_from("192.0.2.1", dave.password) == 200
    guesses: list[int] = []
    while 429 not in guesses:  # the first waits are short, and a machine may be slower
        guesses.append(log_in_from("192.0.2.2", "not-the-password"))
        assert len(guesses) < LOCK_AFTER
    assert guesses == [401] * (len(guesses) - 1) + [429]
    assert len(guesses) > FREE_TRIES
    assert log_in_from("192.0.2.2", dave.password) == 429
    assert log_in_from("192.0.2.1", dave.password) == 200


def test_a_refresh_token_works_once_and_a_second_use_throws_everybody_out(
    door: Door, people: People
) -> None:
    def refresh(token: str) -> httpx.Response:
        return door.call("POST", "/api/refresh", body={"refresh_token": token})

    first = door.tokens(people.create("dora"))
    second = refresh(first["refresh_token"])
    assert second.status_code == 200, second.text
    third = refresh(second.json()["refresh_token"])
    assert door.call("GET", "/api/me", second.json()["access_token"]).status_code == 200
    assert refresh(first["refresh_token"]).status_code == 401
    assert refresh(third.json()["refresh_token"]).status_code == 401
    # never sent before, so the gateway has nothing to remember
    assert door.call("GET", "/api/me", third.json()["access_token"]).status_code == 401


def test_whoever_is_thrown_out_is_refused_within_half_a_minute(door: Door, people: People) -> None:
    """The gateway keeps the authorizer's answer for a token for 30 seconds. The test waits for all
    ends at once. A token that was not used in that time is refused immediately.
    """
    ends: dict[str, Callable[[Person, str], httpx.Response]] = {
        "logout": lambda p, token: door.call("POST", "/api/logout", token),
        "all-sessions": lambda p, token: door.call("DELETE", "/api/me/sessions", token),
        "by-admin": lambda p, token: admin("DELETE", f"/api/users/{p.name}/sessions"),
        "locked": lambda p, token: admin("PATCH", f"/api/users/{p.name}", {"locked": True}),
        "removed": lambda p, token: admin("DELETE", f"/api/users/{p.name}"),
        "new-password": lambda p, token: admin(
            "PATCH", f"/api/users/{p.name}", {"password": "Another-Password-1"}
        ),
    }

    def admin(method: str, path: str, body: object = None) -> httpx.Response:
        return door.call(method, path, people.admin_token, body)

    used, unused = {}, {}
    for end, act in ends.items():
        person = people.create(f"out-by-{end}")
        tokens = door.tokens(person)
        fresh = door.call("POST", "/api/refresh", body={"refresh_token": tokens["refresh_token"]})
        used[end], unused[end] = tokens["access_token"], fresh.json()["access_token"]
        assert door.call("GET", "/api/me", used[end]).status_code == 200
        assert act(person, used[end]).is_success
        assert door.call("GET", "/api/me", unused[end]).status_code == 401, end
    poor = people.create("no-longer-granted", grants=EVERYTHING)
    token = door.token(poor)
    assert door.call("GET", "/api/destinations/partner", token).status_code == 200
    people.change(poor, grants=NOTHING)

    def all_refused() -> bool:
        statuses = [door.call("GET", "/api/me", each).status_code for each in used.values()]
        gone = door.call("POST", "/api/transfer", token, wish()).status_code == 403
        return gone and statuses == [401] * len(used)

    wait_for(all_refused, "everybody to be refused", KEPT_SECONDS + SLACK_SECONDS)


def test_the_authorizer_itself_refuses_whoever_brings_no_token(running: Running) -> None:
    arn = "arn:aws:execute-api:eu-central-1:000000000000:api/v1/GET/api/me"
    for headers in ({}, {"Authorization": ""}, {"Authorization": "Bearer "}):
        event = {"type": "REQUEST", "methodArn": arn, "httpMethod": "GET", "headers": headers}
        answer = running.stack.client("lambda").invoke(
            FunctionName="fileferry-local-auth-authorizer:live", Payload=json.dumps(event).encode()
        )
        assert answer["FunctionError"]
        assert json.loads(answer["Payload"].read())["errorMessage"] == "Unauthorized"


@pytest.fixture
def heard(running: Running) -> Iterator[Heard]:
    """Hears all events of auth that reach the bus from now on."""
    with listening(running, "auth") as told:
        yield told


def of_user(heard: Heard, user: str, kind: str) -> Any:  # noqa: ANN401
    data = [each["detail"]["data"] for each in heard.so_far() if each["detail-type"] == kind]
    return next((each for each in data if each["user"] == user), None)


def test_openings_ends_and_failed_logins_reach_the_bus(
    heard: Heard, door: Door, people: People
) -> None:
    eve = people.create("eve")
    log_in(door, "eve", "not-the-password")
    token = door.token(eve)
    door.call("POST", "/api/logout", token)
    data = {
        kind: wait_for(lambda kind=kind: of_user(heard, "eve", f"{kind}.v1"), kind)  # type: ignore[misc]
        for kind in ("LoginFailed", "SessionOpened", "SessionClosed")
    }
    failed = LoginFailedV1.model_validate_json(json.dumps(data["LoginFailed"]))
    assert (failed.reason, failed.failures, failed.source_ip) == ("wrong_password", 1, "127.0.0.1")
    opened = SessionOpenedV1.model_validate_json(json.dumps(data["SessionOpened"]))
    closed = SessionClosedV1.model_validate_json(json.dumps(data["SessionClosed"]))
    assert closed.session_id == opened.session_id
    assert closed.reason == "logout"


def test_a_user_is_told_when_they_are_made_and_again_to_services_that_are_new(
    running: Running, heard: Heard, people: People
) -> None:
    people.create("gus")
    added = wait_for(lambda: of_user(heard, "gus", "UserAdded.v1"), "UserAdded")
    assert sum(announce_users(running.stack.client("lambda"), "local")) >= 1
    announced = wait_for(lambda: of_user(heard, "gus", "UserChanged.v1"), "UserChanged")
    for fact in ("name", "email", "roles", "destinations", "sequence"):
        assert announced[fact] == added[fact]


def test_a_session_survives_for_others_when_one_of_them_logs_out(
    door: Door, people: People
) -> None:
    fay: Person = people.create("fay")
    here, there = door.token(fay), door.token(fay)
    assert door.call("POST", "/api/logout", here).status_code == 204
    assert door.call("GET", "/api/me", there).status_code == 200
