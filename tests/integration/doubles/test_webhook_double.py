"""The double of a webhook's receiver, and that the doubles of messages run as programs."""

import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.doubles.http_double import served
from tests.doubles.http_program import started
from tests.doubles.standard_webhooks import key_of, signature
from tests.doubles.webhook import SECRET, Receiver

EVENT = {"specversion": "1.0", "id": "m-1", "source": "/ferry", "type": "failed", "data": {"a": 1}}
OTHER = "whsec_" + b64encode(b"another secret of 32 bytes......").decode()


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def receiver(http: httpx.Client) -> Iterator[httpx.Client]:
    """The receiver is new for each test: it remembers ids."""
    with served(Receiver()) as running:
        http.base_url = httpx.URL(running.url)
        yield http


def send(
    receiver: httpx.Client,
    event: object,
    message_id: str = "m-1",
    secret: str = SECRET,
    age: int = 0,
) -> httpx.Response:
    body = json.dumps(event).encode()
    timestamp = str(int(time.time()) - age)
    headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(key_of(secret), message_id, timestamp, body),
    }
    return receiver.post("/hook", content=body, headers=headers)


def messages(receiver: httpx.Client) -> list[dict[str, Any]]:
    answer = receiver.get("/_double/messages")
    found: list[dict[str, Any]] = answer.json()["messages"]
    return found


def test_the_signature_is_that_of_the_specification() -> None:
    """Its own example, and the formula written out."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    signed = b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body
    digest = hmac.digest(b64decode(secret.removeprefix("whsec_")), signed, "sha256")
    made = signature(key_of(secret), "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    assert made == "v1," + b64encode(digest).decode()
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_signed_is_taken_once(receiver: httpx.Client) -> None:
    answers = [send(receiver, EVENT), send(receiver, EVENT), send(receiver, {**EVENT, "data": 2})]
    assert [each.json() for each in answers] == [{"taken": True}] + [{"duplicate": True}] * 2
    assert {each.status_code for each in answers} == {200}
    found = messages(receiver)
    assert [each["taken"] for each in found] == [True, False, False]
    assert [each["same_body"] for each in found] == [True, True, False]
    assert found[0]["event"] == EVENT


@pytest.mark.parametrize(("secret", "age"), [(OTHER, 0), (SECRET, 301), (SECRET, -302)])
def test_what_is_signed_wrongly_or_not_now_is_refused(
    receiver: httpx.Client, secret: str, age: int
) -> None:
    assert send(receiver, EVENT, secret=secret, age=age).status_code == 401
    assert send(receiver, EVENT).json() == {"taken": True}


def test_what_is_not_signed_is_refused(receiver: httpx.Client) -> None:
    assert receiver.post("/hook", json=EVENT).status_code == 401


def test_a_signature_of_an_earlier_secret_may_stand_beside(receiver: httpx.Client) -> None:
    body, now = json.dumps(EVENT).encode(), str(int(time.time()))
    both = [signature(key_of(secret), "m-2", now, body) for secret in (OTHER, SECRET)]
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": "m-2",
        "webhook-timestamp": now,
        "webhook-signature": " ".join(both),
    }
    answer = receiver.post("/hook", content=body, headers=headers)
    assert answer.json() == {"taken": True}


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"id": ""},
        {"source": None},
        {"time": "yesterday"},
        {"time": "2026-02-30T10:00:00Z"},
        {"Bad-Name": "a"},
        {"nested": {"a": 1}},
        {"large": 2**31},
        {"data_base64": "YQ=="},
    ],
)
def test_what_is_no_cloud_event_may_come_again_mended(
    receiver: httpx.Client, change: dict[str, Any]
) -> None:
    assert send(receiver, {**EVENT, **change}).status_code == 400
    assert send(receiver, EVENT).json() == {"taken": True}


def test_its_page_shows_hostile_text_as_text(receiver: httpx.Client) -> None:
    send(receiver, {**EVENT, "subject": "<script>alert(1)</script>\u202e", "data": "</pre><b>"})
    shown = receiver.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "U+202E" in shown
    assert "\u202e" not in shown
    assert "</pre><b>" not in shown


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("tests.doubles.teams", ()),
        ("tests.doubles.slack", ("--seconds", "0")),
        ("tests.doubles.webhook", ("--secret", OTHER)),
    ],
)
def test_it_runs_as_a_program(module: str, options: tuple[str, ...]) -> None:
    with started(module, *options) as program:
        assert program.control("GET", "messages") == {"messages": []}
        assert not any(program.summary().values())
