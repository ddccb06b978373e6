"""Clients' messages through the socket's handler: each is answered by a push, and by status 200."""

import json
from typing import Any

import pytest

from contracts.websocket.server_messages import Delta, Error, Gone, Pong, Snapshot, read_message
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.progress.watched import Watched
from tests.unit.progress.stories import AnyEvent, Story

WHOLE = {"action": "subscribe", "transfers": ["t-1"], "request_id": "r-1"}
ALL = {"action": "subscribe", "scope": "all"}


def hear(deployed: Watched, *events: AnyEvent) -> None:
    for event in events:
        detail = event.model_dump(mode="json")
        kind = type(event.data).__name__.removesuffix("V1") + ".v1"
        assert failed(deployed.invoke("consumer", batch(put_by_rule(kind, detail)))) == []


@pytest.fixture
def story(deployed: Watched) -> Story:
    story = Story()
    hear(deployed, story.requested(), story.started())
    deployed.tell()
    return story


def error_of(deployed: Watched) -> Error:
    [message] = deployed.told("c=1")
    assert isinstance(message, Error)
    return message


def test_a_watcher_is_told_what_is_and_then_what_changes(deployed: Watched, story: Story) -> None:
    assert deployed.connect("c=1") == 200
    assert deployed.send("c=1", WHOLE) == 200
    snapshot, rest = deployed.told("c=1")
    assert isinstance(snapshot, Snapshot)
    assert isinstance(rest, Delta)
    assert [snapshot.more, rest.more] == [True, False]
    assert {snapshot.request_id, rest.request_id} == {"r-1"}
    assert snapshot.transfers[0].status == "moving"
    hear(deployed, story.sample(10, chunk_runs="1d9w"))
    assert failed(deployed.tell()) == []
    [whole] = deployed.told("c=1")  # nobody had been told before
    assert isinstance(whole, Snapshot)
    assert whole.transfers[0].percent == 10
    assert whole.transfers[0].chunk_runs == "1d9w"
    assert deployed.send("c=1", {"action": "unsubscribe", "transfers": ["t-1"]}) == 200
    hear(deployed, story.sample(20))
    deployed.tell()
    assert deployed.told("c=1") == []
    assert deployed.disconnect("c=1") == 200
    assert deployed.left() == set()


def test_another_ones_transfer_is_answered_as_one_that_is_not(
    deployed: Watched, story: Story
) -> None:
    deployed.connect("c=1", "bob")
    for transfer_id in ("t-1", "t-9"):
        deployed.send("c=1", {"action": "subscribe", "transfers": [transfer_id]})
        gone, rest = deployed.told("c=1")
        assert isinstance(gone, Gone)
        assert (gone.transfer_ids, gone.code) == ((transfer_id,), "transfer_not_found")
        assert rest.model_dump(exclude={"sent_at"}) == Delta(
            sent_at=rest.sent_at, changes=()
        ).model_dump(exclude={"sent_at"})
    hear(deployed, story.sample(50))
    deployed.tell()
    assert deployed.told("c=1") == []


def test_the_list_of_all_needs_a_role(deployed: Watched, story: Story) -> None:
    deployed.connect("c=1")
    deployed.send("c=1", ALL)
    assert error_of(deployed).code == "role_missing"
    deployed.connect("c-2", "olga", "auditor")
    deployed.send("c-2", ALL)
    snapshot, _ = deployed.told("c-2")
    assert isinstance(snapshot, Snapshot)
    assert [each.transfer_id for each in snapshot.transfers] == [story.transfer_id]


def test_a_ping_is_answered(deployed: Watched) -> None:
    deployed.connect("c=1")
    assert deployed.send("c=1", {"action": "ping", "request_id": "p-1"}) == 200
    [pong] = deployed.told("c=1")
    assert isinstance(pong, Pong)
    assert pong.request_id == "p-1"


@pytest.mark.parametrize("first", [200, 429])
def test_a_ping_on_a_connection_that_was_ended_ends_it(deployed: Watched, first: int) -> None:
    """It is still open: perhaps it could not be ended then. Perhaps it cannot be ended now."""
    deployed.connect("c=1")
    deployed.disconnect("c=1")
    deployed.api.open("c=1")
    if first != 200:
        deployed.api.answers["c=1"] = first
        assert deployed.send("c=1", {"action": "ping"}) == 200
        del deployed.api.answers["c=1"]
    received = deployed.api.received["c=1"]
    assert deployed.send("c=1", {"action": "ping"}) == 200
    [over] = map(read_message, received)
    assert isinstance(over, Error)
    assert (over.code, over.closing) == ("connection_over", True)
    assert "c=1" not in deployed.api.received


WRONG: list[tuple[object, str, str]] = [
    ("{no json", "message_invalid", "'{no json'"),
    ("", "message_invalid", "''"),
    ("[" * 5_000, "message_invalid", "..."),
    ("[1]", "action_unknown", "'[1]'"),
    ({"action": 7}, "action_unknown", "'7'"),
    ({"action": "\x1b[2Jbye"}, "action_unknown", r"'\x1b[2Jbye'"),
    ({"action": "\ud800"}, "action_unknown", r"'\ud800'"),
    ({"action": "x" * 9_000}, "action_unknown", "xxx...'"),
    ({"action": "ping", "\x1b]0;": 1}, "message_invalid", r"\x1b]0;"),
    ({"action": "subscribe"}, "message_invalid", "Give one of: transfers, scope, conv"),
    ({"action": "subscribe", "transfers": ["a b"]}, "message_invalid", "'a b'"),
    ({"action": "subscribe", "scope": "theirs"}, "message_invalid", "'theirs'"),
    ({"action": "ping", "pad": "x" * 40_000}, "message_too_large", "at most 32768"),
]


def test_a_mistake_is_named_and_the_connection_stays(
    deployed: Watched, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.connect("c=1")
    for body, code, named in WRONG:
        assert deployed.send("c=1", body) == 200
        error = error_of(deployed)
        assert (error.code, error.closing) == (code, False)
        assert named in error.message
        assert error.message.isprintable()
        assert len(error.message) < 1_000
    assert "xception" not in capsys.readouterr().out


def test_a_binary_frame_is_refused(deployed: Watched) -> None:
    deployed.connect("c=1")
    assert deployed.send("c=1", "AAEC", binary=True) == 200
    assert error_of(deployed).code == "binary_message"


def test_a_mistake_is_answered_with_its_request(deployed: Watched) -> None:
    deployed.connect("c=1")
    deployed.send("c=1", {"action": "subscribe", "scope": "x", "request_id": "r-7"})
    assert error_of(deployed).request_id == "r-7"
    deployed.send("c=1", {"action": "ping", "request_id": "no id"})
    assert error_of(deployed).request_id is None


def test_too_much_is_refused(deployed: Watched) -> None:
    deployed.connect("c=1")
    for number in range(2):
        ids = [f"t-{number}-{each}" for each in range(100)]
        deployed.send("c=1", {"action": "subscribe", "transfers": ids})
    deployed.told("c=1")
    deployed.send("c=1", WHOLE)
    assert error_of(deployed).code == "too_many_subscriptions"


@pytest.mark.parametrize("message", [WHOLE, {"action": "ping"}])
def test_what_comes_from_an_ended_connection_ends_it_again(
    deployed: Watched, message: dict[str, Any]
) -> None:
    """A ping, too: who only listens says nothing else, and would listen for ever."""
    deployed.api.open("c=1")
    assert deployed.send("c=1", message) == 200
    assert "c=1" not in deployed.api.received


def told_by_auth(kind: str, **data: Any) -> str:  # noqa: ANN401
    meta = {"event_id": "e-1", "occurred_at": "2026-11-02T12:00:00Z", "correlation_id": "c"}
    return put_by_rule(kind, {"meta": meta, "data": data})


CLOSED = told_by_auth(
    "SessionClosed.v1",
    session_id="s-jane",
    user="jane",
    reason="logout",
    opened_at="2026-11-02T11:00:00Z",
    closed_at="2026-11-02T12:00:00Z",
)


def changed(user: str, *roles: str, sequence: int, **more: object) -> str:
    data: dict[str, Any] = {"roles": roles, "locked": False, "sequence": sequence, **more}
    return told_by_auth("UserChanged.v1", user=user, changed_at="2026-11-02T12:00:00Z", **data)


def test_a_session_that_ends_takes_its_connections_along(deployed: Watched) -> None:
    for name in ("c=1", "c-2"):
        deployed.connect(name)
        deployed.send(name, WHOLE)
    deployed.connect("bobs", "bob")
    texts = deployed.api.received["c=1"]
    assert failed(deployed.invoke("consumer", batch(CLOSED))) == []
    assert json.loads(texts[-1])["code"] == "session_over"
    assert json.loads(texts[-1])["closing"] is True
    assert list(deployed.api.received) == ["bobs"]
    assert deployed.left() == {"CONNECTION", "C#bobs"}
    assert deployed.connect("late") == 401
    assert deployed.left() == {"CONNECTION", "C#bobs"}


def test_changed_roles_end_connections_and_other_grants_names_and_addresses_do_not(
    deployed: Watched,
) -> None:
    deployed.connect("c=1", "olga", "auditor")
    granted = changed("olga", "auditor", sequence=1, destinations=["*"])
    renamed = changed("olga", "auditor", sequence=2, name="Olga O.", email="olga@acme.example")
    announced = changed("olga", "auditor", sequence=2, name="Olga O.", email="olga@acme.example")
    for same in (granted, renamed, announced):
        assert failed(deployed.invoke("consumer", batch(same))) == []
    assert deployed.connect("c-2", "olga", "auditor") == 200
    assert {"c=1", "c-2"} <= deployed.api.received.keys()
    less = changed("olga", "user", sequence=3)
    assert failed(deployed.invoke("consumer", batch(less))) == []
    assert deployed.api.received == {}
    late = changed("olga", "auditor", sequence=2)
    assert failed(deployed.invoke("consumer", batch(late))) == []
    assert deployed.connect("c-2", "olga", "auditor") == 403
    assert deployed.connect("c-3", "olga", "user") == 200
    locked = changed("olga", "user", sequence=4, locked=True)
    assert failed(deployed.invoke("consumer", batch(locked))) == []
    assert deployed.api.received == {}


def test_a_user_has_fifty_connections(deployed: Watched) -> None:
    for number in range(50):
        assert deployed.connect(f"c-{number}") == 200
    assert deployed.connect("one-more") == 429
    deployed.disconnect("c-0")
    assert deployed.connect("one-more") == 200
