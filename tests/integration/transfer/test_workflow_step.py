"""The workflow's steps, each as Step Functions calls it, around a lane that moves the bytes."""

import json
from typing import Any

import pytest

from services.transfer.domain.status import Status
from tests.integration.transfer.conftest import CHUNK_BYTES
from tests.integration.transfer.deployed import Deployed

BODY = bytes(range(256)) * 10


def drive_lanes(deployed: Deployed) -> None:
    while (event := deployed.lane_messages())["Records"]:
        assert deployed.invoke("lane_worker", event) == {"batchItemFailures": []}


def failure(deployed: Deployed, step: str, transfer_id: str, **more: object) -> tuple[str, Any]:
    """(errorType, errorMessage read as JSON), as Retry and Catch of the workflow see them."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 - its class's name is what counts
        deployed.step(step, transfer_id, **more)
    return type(raised.value).__name__, json.loads(str(raised.value))


@pytest.mark.parametrize(
    ("move", "size"),
    [("MoveDirect", 0), ("MoveDirect", len(BODY)), ("MoveChunks", 3 * CHUNK_BYTES + 1)],
)
def test_the_steps_bring_a_file_to_the_partner(deployed: Deployed, move: str, size: int) -> None:
    body = deployed.put("reports/day.csv", (BODY * (1 + size // len(BODY)))[:size])
    deployed.register()
    deployed.api("POST", "/api/destinations/acme/test")  # more than one lane asks for a profile
    name = f"{move}-{size}.csv"
    transfer_id = deployed.request("reports/day.csv", target_path=name)
    target = deployed.partner.root / "acme" / name
    assert deployed.step("ValidateRequest", transfer_id) == {}
    assert deployed.step("AuthorizeReader", transfer_id) == {}
    assert deployed.step("InspectSource", transfer_id) == {"size_bytes": size}
    assert deployed.step(move, transfer_id, task_token="token-1") == {}
    drive_lanes(deployed)
    alone = move == "MoveDirect"
    assert deployed.stored(transfer_id).status is (Status.COMMITTING if alone else Status.MOVING)
    assert deployed.stored(transfer_id).lanes == (1 if alone else 3)  # at most
    assert target.exists() is alone
    assert deployed.step("VerifyTarget", transfer_id) == {}
    assert target.exists() is alone
    assert deployed.step("CommitTarget", transfer_id) == {}
    assert target.read_bytes() == body
    assert deployed.step("CleanUp", transfer_id) == {}
    assert deployed.step("StoreOutcome", transfer_id) == {}
    assert deployed.step("Publish", transfer_id) == {}
    told = [each["detail-type"] for each in deployed.heard()]
    for kind in ("TransferRequested.v1", "TransferStarted.v1", "TransferCompleted.v1"):
        assert told.count(kind) == 1
    view = deployed.api("GET", f"/api/transfer/{transfer_id}").body
    assert (view["status"], view["percent"], view["size_bytes"]) == ("completed", 100.0, size)
    assert view["receipt"]["source_checksum"] == "matched"
    assert view["receipt"]["target_path"] == f"/acme/{name}"


def test_a_step_done_twice_changes_nothing(deployed: Deployed) -> None:
    deployed.put("k", BODY)
    deployed.register()
    transfer_id = deployed.request("k", target_path="twice.csv")
    order = ["ValidateRequest", "AuthorizeReader", "InspectSource", "MoveDirect", "lanes"]
    order += ["VerifyTarget", "CommitTarget", "CleanUp", "StoreOutcome", "Publish"]
    for step in order:
        for _ in range(2):
            if step == "lanes":
                drive_lanes(deployed)
            else:
                deployed.step(step, transfer_id, task_token="token-1")
    assert (deployed.partner.root / "acme" / "twice.csv").read_bytes() == BODY
    told = [each["detail-type"] for each in deployed.heard()]
    assert [kind for kind in told if kind != "TransferProgressed.v1"] == [  # as often as it beats
        "TransferRequested.v1",
        "TransferStarted.v1",
        "TransferCompleted.v1",
    ]


@pytest.mark.parametrize(("base", "path"), [(".", "./in.csv"), ("acme/deep", "acme/deep/in.csv")])
def test_a_base_path_may_be_relative_to_the_logins_folder(
    deployed: Deployed, base: str, path: str
) -> None:
    deployed.put("in.csv", BODY)
    deployed.register(base_path=base)
    (deployed.partner.root / "acme" / "deep").mkdir(exist_ok=True)
    assert deployed.api("POST", "/api/destinations/acme/test").body["status"] == "ok"
    transfer_id = deployed.request("in.csv", if_exists="replace")
    deployed.step("InspectSource", transfer_id)
    deployed.step("MoveDirect", transfer_id, task_token="token-1")
    drive_lanes(deployed)
    for step in ("VerifyTarget", "CommitTarget", "CleanUp"):
        deployed.step(step, transfer_id)
    assert deployed.stored(transfer_id).final_path == path
    assert (deployed.partner.root / path).read_bytes() == BODY
    (deployed.partner.root / path).unlink()
    assert not list(deployed.partner.root.rglob(".in.csv.*"))
    assert not list(deployed.partner.root.rglob(".fileferry-*"))


def test_what_cannot_get_better_is_a_permanent_failure_with_its_reason(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("missing.csv")
    deployed.remove("missing.csv")
    kind, told = failure(deployed, "InspectSource", transfer_id)
    assert kind == "PermanentFailure"
    assert (told["code"], told["retryable"]) == ("object_not_found", False)
    assert "'missing.csv'" in told["message"]


def moved(deployed: Deployed, name: str) -> str:
    """A transfer whose lanes have moved everything."""
    deployed.put("k", (BODY * CHUNK_BYTES)[: 3 * CHUNK_BYTES])
    deployed.register(name)
    deployed.api("POST", f"/api/destinations/{name}/test")
    transfer_id = deployed.request("k", name)
    deployed.step("InspectSource", transfer_id)
    deployed.step("MoveChunks", transfer_id, task_token="token-1")
    drive_lanes(deployed)
    return transfer_id


def test_what_may_get_better_is_a_transient_failure_with_its_reason(deployed: Deployed) -> None:
    transfer_id = moved(deployed, "shut")
    deployed.partner.kill()
    try:
        kind, told = failure(deployed, "VerifyTarget", transfer_id)
    finally:
        deployed.partner.start()  # on the same port, for the other tests
    assert kind == "TransientFailure"
    assert (told["code"], told["retryable"]) == ("connection_refused", True)


def test_a_wrong_password_is_told_as_such(deployed: Deployed) -> None:
    transfer_id = moved(deployed, "wrong")
    changed = deployed.api("PATCH", "/api/destinations/wrong", {"password": "not the one"})
    assert changed.status == 200
    kind, told = failure(deployed, "VerifyTarget", transfer_id)
    assert (kind, told["code"]) == ("PermanentFailure", "password_rejected")


def test_a_failure_is_stored_with_its_reason_and_published(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("missing.csv")
    deployed.remove("missing.csv")
    kind, told = failure(deployed, "InspectSource", transfer_id)
    cause = json.dumps({"errorMessage": json.dumps(told), "errorType": kind})
    deployed.step("HandleError", transfer_id, error={"Error": kind, "Cause": cause})
    for step in ("CleanUp", "StoreOutcome", "Publish"):
        deployed.step(step, transfer_id)
    view = deployed.api("GET", f"/api/transfer/{transfer_id}").body
    assert (view["status"], view["failure"]["code"]) == ("failed", "object_not_found")
    *_, last = deployed.heard()
    assert last["detail-type"] == "TransferFailed.v1"
    assert last["detail"]["data"]["failure"].items() <= view["failure"].items()


def test_a_step_for_an_unknown_transfer_says_so(deployed: Deployed) -> None:
    with pytest.raises(Exception, match="no transfer 'nobody'"):
        deployed.step("ValidateRequest", "nobody")


def test_who_steers_a_transfer_that_moves_answers_the_workflow_that_waits(
    deployed: Deployed,
) -> None:
    """The API's function may do that, too."""
    deployed.put("reports/day.csv", BODY)
    deployed.register()
    transfer_id = deployed.request("reports/day.csv")
    for step in ("ValidateRequest", "AuthorizeReader", "InspectSource"):
        deployed.step(step, transfer_id)
    deployed.step("MoveDirect", transfer_id, task_token="token-1")
    assert deployed.stored(transfer_id).status is Status.REQUESTED
    for action in ("pause", "resume", "cancel"):
        assert deployed.api("POST", f"/api/transfer/{transfer_id}/{action}").status == 202
    for step in ("CleanUp", "StoreOutcome"):
        deployed.step(step, transfer_id)
    assert deployed.stored(transfer_id).status is Status.CANCELLED
