"""Whatever clients send is answered or ends their connection, and disturbs nobody else."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from threading import Lock

import pytest
from websockets.exceptions import InvalidStatus

from contracts.websocket.limits import (
    MAX_CONNECTIONS,
    MAX_FRAME_BYTES,
    MAX_SUBSCRIBES,
    MAX_TRANSFERS,
    MAX_WATCHES,
)
from infra.local.log_lines import log_lines
from services.progress.adapters.dynamodb_connections import OPEN
from tests.servers.waiting import wait_for
from tests.stack.live_people import Audience, audience_of
from tests.stack.running import Running
from tests.stack.watching import Watcher, agrees, goes_forwards, opened, ticket

CONNECTS = 300
CALLERS = 30  # threads that connect at once
STORMS = 4  # connections
DEEP = 12_000
TABLE = "fileferry-local-progress"
LOG = "/fileferry/local/progress"
NO_BINARY, TOO_LARGE = 1003, 1009


@pytest.fixture(scope="module")
def audience(running: Running) -> Audience:
    return audience_of(running)


@pytest.fixture
def undisturbed(running: Running, audience: Audience) -> Iterator[None]:
    """Somebody else watches a transfer to its end meanwhile, and no function of the service logs an
    error."""
    began = int(time.time() * 1000)
    with (
        Watcher(running, audience.tokens["auditor"]) as bystander,
        audience.slowly() as (moving, line),
    ):
        bystander.ask(moving)
        bystander.shows(moving, lambda now: now.bytes_done)
        yield
        line.open()
        agrees(bystander.sees(moving, "completed"), audience.becomes(moving, "completed"))
        assert goes_forwards(bystander.told[moving])
        assert bystander.errors() == []
    assert errors_since(running, began) == []


def errors_since(running: Running, since_ms: int) -> list[str]:
    lines = log_lines(running.stack.client("logs"), since_ms, LOG)
    assert lines
    signs = ('"level":"ERROR"', '"level":"CRITICAL"', "Traceback", "Task timed out")
    return [line.text for line in lines if any(sign in line.text for sign in signs)]


def wrong_texts(transfer_id: str) -> dict[str, list[str]]:
    """What a client must not send, by the code of the answer."""
    ask = {"action": "subscribe", "transfers": [transfer_id]}
    position = {"transfer_id": transfer_id, "epoch": "0", "seq": 0}
    return {
        "message_invalid": [
            *(
                "",
                " ",
                "{",
                "hello",
                "{'action': 'ping'}",
                '{"action": "ping"',
                "\x00",
                "\ud800"[:0],
            ),
            *('{"action": "subscribe", "transfers": ["\\ud800"]}', "[" * DEEP, "\ufeff{}"),
            *(
                json.dumps(each)
                for each in (
                    ask | {"scope": "mine"},
                    {"action": "subscribe"},
                    ask | {"transfers": []},
                    ask | {"transfers": [""]},
                    ask | {"transfers": ["a\x00b"]},
                    ask | {"transfers": ["\ud800"]},
                    ask | {"transfers": [7]},
                    ask | {"transfers": {"a": transfer_id}},
                    ask | {"transfers": [str(n) for n in range(MAX_TRANSFERS + 1)]},
                    ask | {"surprise": 1},
                    ask | {"request_id": "\x00"},
                    ask | {"known": [position | {"seq": -1}]},
                    ask | {"known": [position | {"seq": 10**400}]},
                    ask | {"known": [position | {"epoch": "\x1b[2J"}]},
                    ask | {"known": [position] * (MAX_TRANSFERS + 1)},
                    {"action": "subscribe", "scope": "everything"},
                    {"action": "ping", "request_id": "x" * 5_000},
                )
            ),
        ],
        "action_unknown": [
            *('"ping"', "7", "NaN", "null", "[]", "{}", '{"action": null}', '{"action": ["ping"]}'),
            *('{"action": "drop"}', '{"action": "$connect"}', '{"action": "\\u0000"}'),
            *('{"action": "$default"}', '{"action": "Subscribe"}', '{"action": "\\ud800"}'),
            '{"action": "$disconnect"}',
        ],
    }


@pytest.mark.usefixtures("undisturbed")
def test_what_nobody_understands_is_answered_and_the_connection_stays(
    running: Running, audience: Audience
) -> None:
    known = audience.send(0)
    with Watcher(running, audience.tokens["owner"]) as watcher:
        for code, texts in wrong_texts(known).items():
            for text in texts:
                told = watcher.next_to(text)
                error = told.model_dump()
                assert error.get("code") == code, (text[:99], error)
                assert error["closing"] is False
                assert str(error["message"]).isprintable()
        watcher.subscribe(known)
        watcher.sees(known, "completed")


@pytest.mark.usefixtures("undisturbed")
def test_frames_that_no_client_may_send_end_the_connection_or_are_refused(
    running: Running, audience: Audience
) -> None:
    padded = {"action": "ping", "request_id": "p" * MAX_FRAME_BYTES}
    frames: list[tuple[str | bytes, int]] = [
        (b"\x00\xff", NO_BINARY),
        (b'{"action": "ping"}', NO_BINARY),
        (json.dumps(padded), TOO_LARGE),
        ("x" * 128 * 1024, TOO_LARGE),
        ("x" * 129 * 1024, TOO_LARGE),
    ]
    for frame, code in frames:
        with Watcher(running, audience.tokens["owner"]) as watcher:
            watcher.connection.send(frame)
            assert watcher.is_ended() == []
            assert watcher.closed_with == code, (len(frame), watcher.closed_with)
    with Watcher(running, audience.tokens["owner"]) as watcher:
        watcher.connection.send(["x" * (MAX_FRAME_BYTES - 1)] * 4)  # API Gateway takes it
        watcher.until(watcher.errors, "an answer")
        assert watcher.errors() == ["message_too_large"]
        assert watcher.closed_with is None


@pytest.mark.usefixtures("undisturbed")
def test_storms_of_subscriptions_are_answered_each_one(
    running: Running, audience: Audience
) -> None:
    """All are sent before the first is answered, on several connections at once."""
    with ExitStack() as open_ones:
        watchers = [
            open_ones.enter_context(Watcher(running, audience.tokens["owner"]))
            for _ in range(STORMS)
        ]
        asked = [[w.ask("none-such") for _ in range(2 * MAX_SUBSCRIBES)] for w in watchers]
        for watcher, questions in zip(watchers, asked, strict=True):
            for question in questions:
                watcher.until(partial(watcher.answer_to, question), f"answer to {question}")
            assert set(watcher.errors()) <= {"too_many_subscribes", "connection_busy"}
            assert len(watcher.gone()) + len(watcher.errors()) == len(questions)
        assert any(watcher.errors() for watcher in watchers)


def test_a_connection_that_watches_too_much_is_told_so(
    running: Running, audience: Audience
) -> None:
    with Watcher(running, audience.tokens["owner"]) as watcher:
        for start in range(0, MAX_WATCHES, MAX_TRANSFERS):
            watcher.subscribe(*(f"none-{start + n}" for n in range(MAX_TRANSFERS)))
        assert watcher.errors() == []
        watcher.subscribe(scope="mine")
        assert watcher.errors() == ["too_many_subscriptions"]


@pytest.mark.usefixtures("undisturbed")
def test_hundreds_of_connects_are_admitted_or_refused_and_leave_nothing_behind(
    running: Running, audience: Audience
) -> None:
    """The same user, as fast as this machine can. Nobody has more connections than a user may."""
    token = audience.tokens["other"]
    url, signed = ticket(running, token)["url"], {"Authorization": f"Bearer {token}"}
    with ExitStack() as open_ones, ThreadPoolExecutor(CALLERS) as callers:
        adding = Lock()

        def connect(_: int) -> int:
            opening = opened(url, additional_headers=signed)
            try:
                opening.__enter__()
            except InvalidStatus as refused:
                return refused.response.status_code
            with adding:
                open_ones.push(opening)
            return 101

        statuses = list(callers.map(connect, range(CONNECTS)))
    counts = {status: statuses.count(status) for status in set(statuses)}
    assert set(counts) == {101, 429}, counts
    assert counts[101] == MAX_CONNECTIONS
    wait_for(lambda: not connections(running, audience.people["other"].name), "an end of all", 60)
    with Watcher(running, audience.tokens["other"]) as watcher:
        watcher.subscribe(scope="mine")
        assert watcher.errors() == []
        assert connections(running, audience.people["other"].name) == 1


def connections(running: Running, user: str) -> int:
    """Rows that the service keeps of a user's connections."""
    rows = running.stack.client("dynamodb").query(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :open)",
        ExpressionAttributeValues={":pk": {"S": f"U#{user}"}, ":open": {"S": OPEN}},
    )
    return int(rows["Count"])
