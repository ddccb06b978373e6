"""An event goes from outbox row to stream, bus, queue, and one execution of the workflow."""

import json
import time
from typing import Any

from moto.sqs.models import sqs_backends

from kernel.outbox import OutboxEvent
from runtime.redelivery import FIRST_SECONDS
from tests.integration.moto_clients import moto_client
from tests.integration.transfer.deployed import BUS, REGION, Deployed
from tests.unit.runtime.conftest import Lines

NOTHING_FAILED: dict[str, Any] = {"batchItemFailures": []}


def requested_event(deployed: Deployed) -> tuple[str, dict[str, Any]]:
    """(transfer id, the batch that the consumer gets)."""
    deployed.register()
    transfer_id = deployed.request("reports/day.csv")
    assert deployed.invoke("publish_outbox", deployed.outbox()) == NOTHING_FAILED
    batch = deployed.event_messages()
    assert len(batch["Records"]) == 1
    return transfer_id, batch


def test_outbox_rows_reach_the_bus_as_they_were_stored(deployed: Deployed) -> None:
    deployed.register()
    ids = [deployed.request(f"k-{number}") for number in range(12)]
    stored = {event.event_id for each in ids for event in deployed.events.unpublished(each)}
    assert deployed.invoke("publish_outbox", deployed.outbox()) == NOTHING_FAILED
    heard = deployed.heard()
    assert {each["detail"]["meta"]["event_id"] for each in heard} == stored
    assert {each["detail"]["data"]["transfer_id"] for each in heard} == set(ids)
    assert {(each["source"], each["detail-type"]) for each in heard} == {
        ("fileferry.transfer", "TransferRequested.v1")
    }
    assert [list(deployed.events.unpublished(each)) for each in ids] == [[]] * len(ids)


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
    assert list(deployed.events.unpublished(good)) == []
    assert list(deployed.events.unpublished(bad)) == [broken]
    assert len(deployed.heard()) == 2


def test_rows_that_come_twice_are_published_once(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("k")
    event = deployed.outbox()
    for _ in range(2):
        assert deployed.invoke("publish_outbox", event) == NOTHING_FAILED
    assert len(deployed.heard()) == 1
    assert list(deployed.events.unpublished(transfer_id)) == []


def test_a_bus_that_is_away_keeps_every_event_for_the_next_try(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("k")
    event = deployed.outbox()
    events = moto_client("events")
    events.remove_targets(Rule="all", EventBusName=BUS, Ids=["heard"])
    events.delete_rule(Name="all", EventBusName=BUS)
    events.delete_event_bus(Name=BUS)
    assert len(deployed.invoke("publish_outbox", event)["batchItemFailures"]) == 1
    assert len(deployed.events.unpublished(transfer_id)) == 1


def test_a_requested_transfer_starts_one_execution_however_often_it_is_told(
    deployed: Deployed,
) -> None:
    transfer_id, batch = requested_event(deployed)
    twice = {"Records": batch["Records"] * 2}
    for _ in range(2):
        assert deployed.invoke("consumer", twice) == NOTHING_FAILED
    assert deployed.executions() == [f"{transfer_id}-1"]


def test_the_same_request_under_another_event_id_starts_no_second_execution(
    deployed: Deployed,
) -> None:
    transfer_id, batch = requested_event(deployed)
    [record] = batch["Records"]
    event = json.loads(record["body"])
    event["detail"]["meta"]["event_id"] = "e-replayed"
    again = {"Records": [record, record | {"body": json.dumps(event | {"replay-name": "r"})}]}
    assert deployed.invoke("consumer", again) == NOTHING_FAILED
    assert deployed.executions() == [f"{transfer_id}-1"]


def test_an_event_whose_handling_failed_comes_again_soon_and_is_handled_then(
    deployed: Deployed,
) -> None:
    transfer_id, batch = requested_event(deployed)
    [record] = batch["Records"]
    machines = moto_client("stepfunctions")
    definition = machines.describe_state_machine(stateMachineArn=deployed.machine_arn)
    machines.delete_state_machine(stateMachineArn=deployed.machine_arn)
    refused = {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
    assert deployed.invoke("consumer", batch) == refused
    assert 0 < seconds_until_it_comes_again(deployed) < 2 * FIRST_SECONDS
    kept = {name: definition[name] for name in ("name", "definition", "roleArn")}
    machines.create_state_machine(**kept)
    assert deployed.invoke("consumer", batch) == NOTHING_FAILED
    assert deployed.executions() == [f"{transfer_id}-1"]


def test_an_event_of_a_transfer_that_is_not_there_is_poison(
    deployed: Deployed, lines: Lines
) -> None:
    _, batch = requested_event(deployed)
    [record] = batch["Records"]
    event = json.loads(record["body"])
    event["detail"]["data"]["transfer_id"] = "t-nobody"
    strange = record | {"messageId": "m-strange", "body": json.dumps(event)}
    told = deployed.invoke("consumer", {"Records": [strange, record]})
    assert told == {"batchItemFailures": [{"itemIdentifier": "m-strange"}]}
    [line] = [each for each in lines() if each.get("code") == "poison_message"]
    assert (line["reason_code"], line["causation_id"]) == (
        "transfer_not_found",
        event["detail"]["meta"]["event_id"],
    )
    assert len(deployed.executions()) == 1


def seconds_until_it_comes_again(deployed: Deployed) -> float:
    name = deployed.events_url.rsplit("/", 1)[1]
    [message] = sqs_backends["123456789012"][REGION].queues[name]._messages
    return float(message.visible_at / 1000 - time.time())
