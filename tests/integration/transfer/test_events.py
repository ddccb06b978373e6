"""The way of an event: outbox row -> stream -> bus -> one execution of the workflow."""

import json
from typing import Any

import boto3
import pytest

from services.transfer.domain.ports import OutboxEvent
from tests.integration.transfer.deployed import BUS, Deployed

NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "m-1"}]}


def consume(deployed: Deployed, event: dict[str, Any]) -> Any:  # noqa: ANN401 - its answer
    record = {
        "messageId": "m-1",
        "receiptHandle": "r-1",
        "body": json.dumps(event),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return deployed.invoke("consumer", {"Records": [record]})


def requested_event(deployed: Deployed) -> tuple[str, dict[str, Any]]:
    """(transfer id, the event as the rule's target gets it)."""
    deployed.register()
    transfer_id = deployed.request("reports/day.csv")
    assert deployed.invoke("publish_outbox", deployed.outbox()) == NOTHING_FAILED
    [event] = deployed.heard()
    return transfer_id, event


def test_outbox_rows_reach_the_bus_as_they_were_stored(deployed: Deployed) -> None:
    deployed.register()
    ids = [deployed.request(f"k-{number}") for number in range(12)]
    stored = {event.event_id for each in ids for event in deployed.transfers.unpublished(each)}
    assert deployed.invoke("publish_outbox", deployed.outbox()) == NOTHING_FAILED
    heard = deployed.heard()
    assert {each["detail"]["meta"]["event_id"] for each in heard} == stored
    assert {each["detail"]["data"]["transfer_id"] for each in heard} == set(ids)
    assert {(each["source"], each["detail-type"]) for each in heard} == {
        ("fileferry.transfer", "TransferRequested.v1")
    }
    assert [list(deployed.transfers.unpublished(each)) for each in ids] == [[]] * len(ids)


def test_a_refused_event_is_reported_by_its_sequence_number_and_stays(deployed: Deployed) -> None:
    deployed.register()
    good, bad = deployed.request("good"), deployed.request("bad")
    broken = OutboxEvent("e-broken", "TransferPaused.v1", "no JSON")
    deployed.transfers.save(deployed.stored(bad), [broken])
    event = deployed.outbox()
    [number] = [
        each["dynamodb"]["SequenceNumber"]
        for each in event["Records"]
        if each["dynamodb"]["NewImage"]["event_id"]["S"] == "e-broken"
    ]
    told = deployed.invoke("publish_outbox", event)
    assert told == {"batchItemFailures": [{"itemIdentifier": number}]}
    assert list(deployed.transfers.unpublished(good)) == []
    assert list(deployed.transfers.unpublished(bad)) == [broken]
    assert len(deployed.heard()) == 2


def test_rows_that_come_twice_are_published_once(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("k")
    event = deployed.outbox()
    for _ in range(2):
        assert deployed.invoke("publish_outbox", event) == NOTHING_FAILED
    assert len(deployed.heard()) == 1
    assert list(deployed.transfers.unpublished(transfer_id)) == []


def test_a_bus_that_is_away_keeps_every_event_for_the_next_try(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("k")
    event = deployed.outbox()
    events = boto3.client("events")
    events.remove_targets(Rule="all", EventBusName=BUS, Ids=["heard"])
    events.delete_rule(Name="all", EventBusName=BUS)
    events.delete_event_bus(Name=BUS)
    assert len(deployed.invoke("publish_outbox", event)["batchItemFailures"]) == 1
    assert len(deployed.transfers.unpublished(transfer_id)) == 1


def test_a_requested_transfer_starts_one_execution_however_often_it_is_told(
    deployed: Deployed,
) -> None:
    transfer_id, event = requested_event(deployed)
    for _ in range(2):
        consume(deployed, event)
    assert deployed.executions() == [f"{transfer_id}-1"]


def test_the_same_request_under_another_event_id_starts_no_second_execution(
    deployed: Deployed,
) -> None:
    transfer_id, event = requested_event(deployed)
    consume(deployed, event)
    event["detail"]["meta"]["event_id"] = "e-replayed"
    consume(deployed, event)
    assert deployed.executions() == [f"{transfer_id}-1"]


def test_an_event_whose_handling_failed_is_handled_when_it_comes_again(deployed: Deployed) -> None:
    transfer_id, event = requested_event(deployed)
    machines = boto3.client("stepfunctions")
    definition = machines.describe_state_machine(stateMachineArn=deployed.machine_arn)
    machines.delete_state_machine(stateMachineArn=deployed.machine_arn)
    assert consume(deployed, event) == FAILED
    kept = {name: definition[name] for name in ("name", "definition", "roleArn")}
    machines.create_state_machine(**kept)
    consume(deployed, event)
    assert deployed.executions() == [f"{transfer_id}-1"]


@pytest.mark.parametrize(
    "change",
    [{"detail-type": "TransferPaused.v1"}, {"detail": {"meta": {}, "data": {}}}],
)
def test_another_event_is_refused(deployed: Deployed, change: dict[str, Any]) -> None:
    _, event = requested_event(deployed)
    assert consume(deployed, event | change) == FAILED
    assert deployed.executions() == []
