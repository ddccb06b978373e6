"""Too many calls of one user, or of all together, are refused."""

import time
from collections.abc import Iterator

import httpx
import pytest

from contracts.problem import Problem
from infra.stacks import find_stack
from tests.servers.waiting import wait_for
from tests.stack.running import Running

LIMITS = {
    name: str(find_stack("api").declared_parameters()[name]["Default"])
    for name in ("ThrottleRate", "ThrottleBurst", "KeyRate", "KeyBurst")
}
BURST = 50
KEY_RATE = 1.67  # calls a second: 100 a minute
STAGE_RATE = 20.0


@pytest.fixture(scope="module")
def tokens(running: Running) -> tuple[str, str]:
    """The tokens of two users. The gateway knows them."""
    found = [running.door.token(running.people.create(name)) for name in ("greedy", "modest")]
    for token in found:
        assert running.door.call("GET", "/api/me", token).status_code == 200
    return found[0], found[1]


@pytest.fixture
def key_limit(running: Running) -> Iterator[None]:
    """The limit of keys is as deployed. That of the stage stays raised."""
    with running.deployed("api", {name: LIMITS[name] for name in ("KeyRate", "KeyBurst")}):
        yield


@pytest.fixture
def stage_limit(running: Running) -> Iterator[None]:
    with running.deployed(
        "api", {name: LIMITS[name] for name in ("ThrottleRate", "ThrottleBurst")}
    ):
        yield


def calls_until_refused(
    running: Running, token: str | None, path: str
) -> tuple[int, float, httpx.Response]:
    """Returns how many calls were served in how many seconds, and the refusal."""
    began = time.monotonic()
    for served in range(10 * BURST):
        answer = running.door.call("GET", path, token)
        if answer.status_code == 429:
            return served, time.monotonic() - began, answer
        assert answer.status_code == 200, answer.text
    raise AssertionError(f"{path} was never refused")


def test_the_limits_are_those_that_were_promised() -> None:
    assert LIMITS["ThrottleRate"] == "20"
    assert {LIMITS["ThrottleBurst"], LIMITS["KeyBurst"]} == {str(BURST)}
    assert 60 * float(LIMITS["KeyRate"]) == pytest.approx(100, abs=0.5)


def refused_as_promised(refusal: httpx.Response) -> None:
    assert refusal.headers["Content-Type"] == "application/problem+json"
    assert int(refusal.headers["Retry-After"]) >= 1
    assert Problem.model_validate_json(refusal.content).code == "too_many_requests"


@pytest.mark.usefixtures("key_limit")
def test_a_user_who_calls_too_often_waits_and_others_do_not(
    running: Running, tokens: tuple[str, str]
) -> None:
    greedy, modest = tokens
    served, seconds, refusal = calls_until_refused(running, greedy, "/api/me")
    assert BURST - 1 <= served <= BURST + 1 + KEY_RATE * seconds
    refused_as_promised(refusal)
    # Another route is refused, too, because the user is counted and not the route.
    assert running.door.call("GET", "/api/history", greedy).status_code == 429
    assert running.door.call("GET", "/api/me", modest).status_code == 200
    assert running.door.call("GET", "/api/health").status_code == 200
    wait_for(
        lambda: running.door.call("GET", "/api/me", greedy).status_code == 200, "the next call", 5
    )


@pytest.mark.usefixtures("stage_limit")
def test_all_together_may_not_call_too_often_either(
    running: Running, tokens: tuple[str, str]
) -> None:
    served, seconds, refusal = calls_until_refused(running, tokens[0], "/api/me")
    assert BURST - 1 <= served <= BURST + 1 + STAGE_RATE * seconds
    refused_as_promised(refusal)
    wait_for(lambda: running.door.call("GET", "/api/me", tokens[1]).status_code == 200, "a call", 5)


@pytest.mark.usefixtures("stage_limit")
def test_ferry_waits_as_long_as_it_is_told(running: Running) -> None:
    """A client that keeps to Retry-After gets every answer."""
    for _ in range(BURST + 20):
        assert running.ferry.call("GET", "/api/me")["user"] == running.people.admin.name
