"""The lane worker turns a queue's message into bytes at the partner. A broken one comes back."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from moto.moto_api import recorder

from services.transfer.domain.status import Status
from tests.integration.transfer.conftest import CHUNK_BYTES
from tests.integration.transfer.deployed import Deployed

Calls = Callable[[], list[tuple[str, dict[str, Any]]]]
BODY = bytes(range(256)) * 1_000  # three chunks


def moving(deployed: Deployed, name: str, body: bytes = BODY) -> str:
    """A transfer whose first lane waits in the queue."""
    deployed.api("POST", "/api/destinations/acme/test")  # more than one lane asks for a profile
    deployed.put(name, body)
    transfer_id = deployed.request(name)
    deployed.step("InspectSource", transfer_id)
    step = "MoveChunks" if len(body) >= CHUNK_BYTES else "MoveDirect"
    deployed.step(step, transfer_id, task_token=f"token of {name}")
    return transfer_id


def at_partner(deployed: Deployed, transfer_id: str) -> bytes:
    """The file, under the name that it has by now."""
    stored = deployed.stored(transfer_id)
    path = stored.part.path if stored.part else stored.final_path or ""
    return (deployed.partner.root / path.lstrip("/")).read_bytes()


def all_turns(deployed: Deployed) -> dict[str, Any]:
    """Of all lanes. The messages of all turns, as they were handed to the worker."""
    seen: list[Any] = []
    while (event := deployed.lane_messages())["Records"]:
        assert deployed.invoke("lane_worker", event) == {"batchItemFailures": []}
        seen += event["Records"]
    return {"Records": seen}


def record_like(record: dict[str, Any], message_id: str, body: str) -> dict[str, Any]:
    return record | {"messageId": message_id, "body": body}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deployed: Deployed) -> Iterator[Calls]:
    """What was sent to Step Functions so far: (action, input)."""
    monkeypatch.setattr(recorder, "_location", str(tmp_path / "calls"))

    def sent() -> list[tuple[str, dict[str, Any]]]:
        found = []
        for line in recorder.download_recording().splitlines():
            call = json.loads(line)
            target = {name.lower(): value for name, value in call["headers"].items()}.get(
                "x-amz-target", ""
            )
            if target.startswith("AWSStepFunctions."):
                text = call["body"]
                body = base64.b64decode(text) if call["body_encoded"] else text
                found.append((target.removeprefix("AWSStepFunctions."), json.loads(body)))
        return found

    recorder.start_recording()
    yield sent
    recorder.stop_recording()


@pytest.mark.parametrize("body", [b"x", BODY], ids=["one_lane", "two_lanes"])
def test_the_lanes_bring_every_byte_to_the_partner_and_answer_the_workflow(
    deployed: Deployed,
    calls: Calls,
    body: bytes,
) -> None:
    deployed.register()
    name = f"lanes-{len(body)}.bin"
    transfer_id = moving(deployed, name, body)
    turns = all_turns(deployed)["Records"]
    stored = deployed.stored(transfer_id)
    assert (len(turns), stored.lanes) == ((1, 1) if body == b"x" else (2, 3))  # two help nearby
    assert (stored.part is None) is (stored.lanes == 1)  # a single lane gives the name, too
    assert at_partner(deployed, transfer_id) == body
    view = deployed.api("GET", f"/api/transfer/{transfer_id}").body
    assert view["bytes_done"] == len(body)
    assert {lane["state"] for lane in view["lanes"]} == {"ended"}
    answers = [told for action, told in calls() if action == "SendTaskSuccess"]
    assert answers
    assert all(told["taskToken"] == f"token of {name}" for told in answers)


def test_a_message_that_comes_twice_moves_nothing_again(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = moving(deployed, "twice.bin")
    event = all_turns(deployed)
    attempts = deployed.api("GET", f"/api/transfer/{transfer_id}").body["attempts"]
    assert deployed.invoke("lane_worker", event) == {"batchItemFailures": []}
    assert deployed.api("GET", f"/api/transfer/{transfer_id}").body["attempts"] == attempts
    assert deployed.lane_messages() == {"Records": []}


@pytest.mark.parametrize("broken", ["{no JSON", '{"transfer_id": "t-1"}', "[]", ""])
def test_a_broken_message_is_reported_alone(deployed: Deployed, broken: str) -> None:
    deployed.register()
    transfer_id = moving(deployed, f"beside-{len(broken)}.bin", b"good")
    [good] = deployed.lane_messages()["Records"]
    event = {"Records": [record_like(good, "broken", broken), good]}
    told = deployed.invoke("lane_worker", event)
    assert told == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    assert at_partner(deployed, transfer_id) == b"good"


def test_a_message_of_an_unknown_transfer_does_nothing(deployed: Deployed) -> None:
    deployed.register()
    moving(deployed, "known.bin", b"good")
    [good] = deployed.lane_messages()["Records"]
    body = json.dumps({"transfer_id": "nobody", "generation": 1, "lane": 0, "turn": 1})
    event = {"Records": [record_like(good, "other", body)]}
    assert deployed.invoke("lane_worker", event) == {"batchItemFailures": []}


def test_a_partner_that_goes_away_gets_another_turn_later(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = moving(deployed, "later.bin", b"good")
    event = deployed.lane_messages()
    deployed.partner.kill()
    try:
        assert deployed.invoke("lane_worker", event) == {"batchItemFailures": []}
    finally:
        deployed.partner.start()  # on the same port, for the other tests
    [lane] = deployed.api("GET", f"/api/transfer/{transfer_id}").body["lanes"]
    assert (lane["state"], lane["turn"], lane["failures"]) == ("queued", 2, 1)
    stored = deployed.stored(transfer_id)
    assert stored.status is Status.REQUESTED
    assert stored.failure is not None
    assert stored.failure.code == "connection_refused"


def test_an_object_that_changed_ends_the_transfer_with_its_reason(
    deployed: Deployed,
    calls: Calls,
) -> None:
    deployed.register()
    transfer_id = moving(deployed, "changed.bin", b"first")
    deployed.put("changed.bin", b"second")
    assert deployed.invoke("lane_worker", deployed.lane_messages()) == {"batchItemFailures": []}
    stored = deployed.stored(transfer_id)
    assert stored.status is Status.FAILING
    assert stored.failure is not None
    assert stored.failure.code == "source_changed"
    [told] = [told for action, told in calls() if action == "SendTaskFailure"]
    assert (told["taskToken"], told["error"]) == ("token of changed.bin", "PermanentFailure")
