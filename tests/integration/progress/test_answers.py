"""The way of a piece of an answer: queue -> consumer -> queue -> fan_out -> its owner's frames."""

import json
from datetime import UTC, datetime

from contracts.catalogue import encode
from contracts.websocket.server_messages import Answer, Snapshot
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.progress.watched import Watched
from tests.unit.progress.answers import piece

TALK = {"action": "subscribe", "request_id": "r-1", "conversation": "talk"}


def stream(deployed: Watched, *numbers: int) -> None:
    at = datetime.now(UTC)
    events = [encode(piece(number, at, text=f"{number} ")) for number in numbers]
    bodies = [put_by_rule(detail_type, json.loads(detail)) for detail_type, detail in events]
    assert failed(deployed.invoke("consumer", batch(*bodies))) == []


def test_pieces_reach_the_owner_who_watches_and_nobody_else(deployed: Watched) -> None:
    for connection_id, user in (("c=1", "jane"), ("c=2", "bob"), ("c=3", "jane")):
        assert deployed.connect(connection_id, user) == 200
    for connection_id in ("c=1", "c=2"):
        deployed.send(connection_id, TALK)
        [watched] = deployed.told(connection_id)
        assert isinstance(watched, Snapshot)
        assert watched.request_id == "r-1"
    stream(deployed, 1, 0)
    assert failed(deployed.tell()) == []
    assert deployed.told("c=2") == deployed.told("c=3") == []
    found = [each for each in deployed.told("c=1") if isinstance(each, Answer)]
    assert [each.text for each in found] == ["0 ", "1 "]
    assert {each.conversation_id for each in found} == {"talk"}


def test_after_unsubscribe_nothing_comes_and_nothing_is_left(deployed: Watched) -> None:
    deployed.connect("c=1")
    deployed.send("c=1", TALK)
    deployed.send("c=1", TALK | {"action": "unsubscribe"})
    deployed.told("c=1")
    stream(deployed, 0)
    assert failed(deployed.tell()) == []
    assert deployed.told("c=1") == []
    deployed.disconnect("c=1")
    assert deployed.left() == set()


def test_a_connection_that_takes_nothing_in_is_marked_and_no_message_waits_for_it(
    deployed: Watched,
) -> None:
    deployed.connect("c=1")
    deployed.send("c=1", TALK)
    deployed.told("c=1")
    deployed.api.answers["c=1"] = 429
    stream(deployed, 0)
    assert failed(deployed.tell()) == []
    [row] = [each for each in deployed.aws.rows() if each["sk"]["S"] == "W#c=1"]
    assert "behind_until" in row
    deployed.api.answers.clear()
    assert failed(deployed.tell()) == []  # nothing is there
    assert deployed.told("c=1") == []
