"""What the HTTP doubles share: faults on the wire, and the log."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

import httpx
import pytest

from tests.doubles.html_page import page
from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.http_double import Double, Running, served
from tests.servers.waiting import wait_for


class Counting(Double):
    """Answers how many it has done."""

    def __init__(self) -> None:
        self.done = 0

    def answer(self, call: Call) -> Answer:
        self.done += 1
        return json_answer(201, {"result": {"done": self.done}})

    def page(self) -> Answer:
        return page("Counting", "Counts", f"<p>{escape(str(self.done))}</p>")

    def summary(self) -> dict[str, Any]:
        return {"done": self.done}


@pytest.fixture
def running() -> Iterator[Running]:
    with served(Counting()) as running:
        yield running


def order(running: Running, *faults: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{running.url}/_double/faults", json=list(faults), trust_env=False)


def post(running: Running, path: str = "/things", seconds: float = 0.4) -> httpx.Response:
    """`seconds` is what httpx waits for the next bytes."""
    return httpx.post(running.url + path, json={"a": 1}, trust_env=False, timeout=seconds)


def done(running: Running) -> int:
    assert isinstance(running.double, Counting)
    return running.double.done


@pytest.mark.parametrize(
    ("kind", "error", "does"),
    [
        ("timeout_before", httpx.ReadTimeout, 0),
        ("timeout_after", httpx.ReadTimeout, 1),
        ("reset_before", httpx.ReadError, 0),
        ("reset_after", httpx.ReadError, 1),
        ("cut", httpx.RemoteProtocolError, 1),
    ],
)
def test_an_answer_is_lost_before_or_after_it_is_done(
    running: Running, kind: str, error: type[Exception], does: int
) -> None:
    order(running, {"kind": kind, "method": "POST"})
    with pytest.raises(error):
        post(running)
    assert done(running) == does
    assert post(running).status_code == 201  # one call was hit


def test_a_call_may_be_done_after_its_client_gave_up(running: Running) -> None:
    order(running, {"kind": "delay", "seconds": 0.3})
    with pytest.raises(httpx.ReadTimeout):
        post(running, seconds=0.05)
    assert done(running) == 0
    wait_for(lambda: done(running) == 1, "what was asked for is done")


def test_answers_are_other_than_they_should_be(running: Running) -> None:
    order(
        running,
        {"kind": "status", "status": 429, "retry_after": 7, "path": "/limited/*"},
        {"kind": "status", "status": 500, "done": True, "path": "/broken"},
        {"kind": "html", "path": "/login"},
        {"kind": "empty", "path": "/empty"},
        {"kind": "malformed_json", "path": "/half"},
        {"kind": "huge", "path": "/huge", "size_bytes": 300_000},
        {"kind": "redirect", "path": "/moved", "location": "http://127.0.0.1:1/"},
    )
    limited = post(running, "/limited/a")
    assert (limited.status_code, limited.headers["retry-after"], done(running)) == (429, "7", 0)
    assert (post(running, "/broken").status_code, done(running)) == (500, 1)
    login = post(running, "/login")
    assert (login.status_code, login.headers["content-type"][:9]) == (200, "text/html")
    assert (post(running, "/empty").content, done(running)) == (b"", 2)
    with pytest.raises(json.JSONDecodeError):
        post(running, "/half").json()
    assert len(post(running, "/huge").content) == 300_000
    moved = post(running, "/moved")
    assert (moved.status_code, moved.headers["location"]) == (307, "http://127.0.0.1:1/")


def test_answers_drip(running: Running) -> None:
    order(
        running,
        {"kind": "slow_body", "seconds": 0.05},
        {"kind": "slow_headers", "seconds": 0.3},
    )
    assert post(running).elapsed.total_seconds() > 20 * 0.05  # bytes come, so nothing times out
    with pytest.raises(httpx.ReadTimeout):
        post(running, seconds=0.15)


def test_a_fault_hits_the_calls_that_it_was_ordered_for(running: Running) -> None:
    order(
        running,
        {"kind": "status", "status": 503, "after": 1, "count": 2, "containing": '"a"'},
        {"kind": "status", "status": 403, "method": "DELETE", "count": None},
    )
    assert [post(running).status_code for _ in range(4)] == [201, 503, 503, 201]
    assert httpx.delete(running.url + "/things", trust_env=False).status_code == 403
    shown = httpx.get(f"{running.url}/_double/faults", trust_env=False).json()["faults"]
    assert [(each["hits"], each["over"]) for each in shown] == [(2, True), (1, False)]
    httpx.delete(f"{running.url}/_double/faults", trust_env=False)
    assert httpx.delete(running.url + "/things", trust_env=False).status_code == 201


def test_a_fault_with_a_field_that_nobody_knows_is_refused(running: Running) -> None:
    answer = order(running, {"kind": "status", "stauts": 500})
    assert (answer.status_code, "stauts" in answer.json()["error"]) == (400, True)


def test_the_log_tells_what_was_asked_said_and_spoilt(running: Running) -> None:
    order(running, {"kind": "reset_after", "after": 1})
    headers = {"Authorization": "Bearer secret"}
    httpx.post(f"{running.url}/a%20b?c=%3D", json={}, headers=headers, trust_env=False)
    with pytest.raises(httpx.ReadError):
        post(running)
    log = httpx.get(f"{running.url}/_double/requests", trust_env=False).json()
    first, second = log["requests"]
    assert (first["path"], first["query"], first["status"]) == ("/a b", {"c": "="}, 201)
    assert first["headers"]["authorization"] == "Bearer ***"
    assert (second["status"], second["done"], second["fault"]) == (None, 201, "reset_after")
    newer = httpx.get(f"{running.url}/_double/requests?since=1", trust_env=False).json()
    assert [each["number"] for each in newer["requests"]] == [2]
