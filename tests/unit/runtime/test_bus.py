"""Events that the bus did not take are known by their ids. None gets lost."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from moto import mock_aws

from kernel.outbox import OutboxEvent
from runtime.bus import MAX_BYTES, EventBusPublisher
from tests.unit.runtime.conftest import Lines


def fact(event_id: str, detail: str = '{"n": 1}') -> OutboxEvent:
    return OutboxEvent(event_id, "TransferPaused.v1", detail)


def facts(count: int) -> list[OutboxEvent]:
    return [fact(f"e-{number}", json.dumps({"n": number})) for number in range(count)]


@pytest.fixture
def client() -> Any:  # noqa: ANN401 - boto3 client
    return boto3.client("events", endpoint_url="http://127.0.0.1:9")


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:  # noqa: ANN401
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def publisher(client: Any) -> EventBusPublisher:  # noqa: ANN401
    return EventBusPublisher(client, "fileferry-test", "transfer")


def taken(count: int) -> dict[str, Any]:
    return {"FailedEntryCount": 0, "Entries": [{"EventId": "x"} for _ in range(count)]}


def test_events_reach_a_queue_behind_a_rule_as_they_were_written() -> None:
    with mock_aws():
        bus, queues = boto3.client("events"), boto3.client("sqs")
        bus.create_event_bus(Name="fileferry-test")
        url = queues.create_queue(QueueName="heard")["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        pattern = {"source": ["fileferry.transfer"], "detail-type": ["TransferPaused.v1"]}
        bus.put_rule(Name="r", EventBusName="fileferry-test", EventPattern=json.dumps(pattern))
        target = {"Id": "1", "Arn": arn["Attributes"]["QueueArn"]}
        bus.put_targets(Rule="r", EventBusName="fileferry-test", Targets=[target])

        refused = EventBusPublisher(bus, "fileferry-test", "transfer").publish(facts(25))

        heard: list[Any] = []
        while got := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            heard += [json.loads(message["Body"])["detail"]["n"] for message in got]
            for message in got:
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert refused == []
    assert sorted(heard) == list(range(25))


def test_no_call_holds_more_than_ten_entries(stub: Stubber, publisher: EventBusPublisher) -> None:
    for size in (10, 10, 3):
        entry = {
            "EventBusName": "fileferry-test",
            "Source": "fileferry.transfer",
            "DetailType": "TransferPaused.v1",
            "Detail": ANY,
        }
        stub.add_response("put_events", taken(size), {"Entries": [entry] * size})
    assert publisher.publish(facts(23)) == []


def test_nothing_to_publish_is_no_call(stub: Stubber, publisher: EventBusPublisher) -> None:
    assert publisher.publish([]) == []


def test_an_entry_the_bus_refused_is_named_though_the_call_succeeded(
    stub: Stubber, publisher: EventBusPublisher, lines: Lines
) -> None:
    throttled = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
    entries = [{"EventId": "x"}, throttled, {"EventId": "y"}]
    stub.add_response("put_events", {"FailedEntryCount": 1, "Entries": entries})
    assert publisher.publish(facts(3)) == ["e-1"]
    (line,) = lines()
    assert (line["event_ids"], line["code"]) == (["e-1"], "ThrottlingException")


def test_a_call_that_failed_refuses_its_entries_and_the_next_goes_on(
    stub: Stubber, publisher: EventBusPublisher
) -> None:
    stub.add_client_error("put_events", "InternalException", http_status_code=400)
    stub.add_response("put_events", taken(2))
    assert publisher.publish(facts(12)) == [f"e-{number}" for number in range(10)]


def test_large_entries_do_not_travel_together(stub: Stubber, publisher: EventBusPublisher) -> None:
    large = "x" * (MAX_BYTES // 2)
    stub.add_response("put_events", taken(1), {"Entries": [ANY]})
    stub.add_response("put_events", taken(2), {"Entries": [ANY, ANY]})
    assert publisher.publish([fact("a", large), fact("b", large), fact("c")]) == []


def test_an_entry_too_large_for_the_bus_is_refused_alone(
    stub: Stubber, publisher: EventBusPublisher, lines: Lines
) -> None:
    stub.add_response("put_events", taken(1), {"Entries": [ANY]})
    stub.add_response("put_events", taken(1), {"Entries": [ANY]})
    too_large = fact("b", "ü" * (MAX_BYTES // 2))
    assert publisher.publish([fact("a"), too_large, fact("c")]) == ["b"]
    assert lines()[0]["code"] == "EntryTooLarge"


def test_a_bus_that_cannot_be_reached_refuses_all(lines: Lines) -> None:
    config = boto3.session.Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    nowhere = boto3.client("events", endpoint_url="http://127.0.0.1:9", config=config)
    assert EventBusPublisher(nowhere, "b", "transfer").publish(facts(2)) == ["e-0", "e-1"]
    assert lines()[0]["code"] == "EndpointConnectionError"
