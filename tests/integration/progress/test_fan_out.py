"""From an event to the frames of its watchers, through both queues, in their functions' roles."""

import json

import pytest

from contracts.websocket.server_messages import Delta, Snapshot
from tests.fakes.deliveries import batch, failed
from tests.integration.progress.test_socket import WHOLE, hear
from tests.integration.progress.watched import Watched
from tests.unit.progress.stories import Story


@pytest.fixture
def story(deployed: Watched) -> Story:
    """Its watcher c=1 has been told that it moves."""
    story = Story()
    hear(deployed, story.requested(), story.started())
    deployed.connect("c=1")
    deployed.send("c=1", WHOLE)
    deployed.tell()
    deployed.told("c=1")
    deployed.tell()
    return story


def again(deployed: Watched) -> dict[str, object]:
    """A notice that comes a second time, as after a worker's death."""
    body = json.dumps({"kind": "notice", "transfer_id": "t-1"})
    answer: dict[str, object] = deployed.invoke("fan_out", batch(body, receives=2))
    return answer


def test_a_telling_that_may_not_have_come_is_repeated(deployed: Watched, story: Story) -> None:
    deployed.send("c=1", {"action": "ping"})
    deployed.told("c=1")
    assert failed(again(deployed)) == []
    [whole] = deployed.told("c=1")
    assert isinstance(whole, Snapshot | Delta)


def test_a_watcher_who_is_gone_is_forgotten(deployed: Watched, story: Story) -> None:
    del deployed.api.received["c=1"]
    assert failed(again(deployed)) == []
    assert deployed.left() == set()


def test_a_watcher_who_is_slow_is_told_later(deployed: Watched, story: Story) -> None:
    deployed.api.answers["c=1"] = 429
    assert failed(again(deployed)) == []
    [row] = [each for each in deployed.aws.rows() if each["sk"]["S"] == "W#c=1"]
    assert "behind_until" in row
    assert failed(again(deployed)) == []  # it is left in peace
    deployed.api.answers.clear()
    body = json.dumps({"kind": "catch_up", "audience": "T#t-1", "shard": 0, "connection_id": "c=1"})
    assert failed(deployed.invoke("fan_out", batch(body))) == []
    [whole] = deployed.told("c=1")
    assert isinstance(whole, Snapshot)


def test_what_is_no_message_fails_alone(deployed: Watched, story: Story) -> None:
    body = json.dumps({"kind": "notice", "transfer_id": "t-1"})
    assert failed(deployed.invoke("fan_out", batch("{}", body))) == ["m-0"]
