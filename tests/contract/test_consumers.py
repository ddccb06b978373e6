"""Every consumer's handler accepts every example of the events it listens to."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from contracts.catalogue import CATALOGUE
from runtime.inbox import Inbox
from services.transfer.handlers import consumer
from tests.contract.examples import Example, examples
from tests.fakes.world import World
from tests.unit.runtime.lambda_context import Invocation
from tests.unit.runtime.service_table import client_with_table


def queued(event: dict[str, Any]) -> dict[str, Any]:
    """As the service's queue delivers it."""
    record = {
        "messageId": "m-1",
        "receiptHandle": "r-1",
        "body": json.dumps(event),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}


def start_the_workflow(event: dict[str, Any]) -> None:
    world, told = World(), event["detail"]["data"]
    asked_for = world.request(b"")
    known = replace(asked_for, id=told["transfer_id"], run=told["run"])
    world.transfers.create(known, [], None)
    with mock_aws():
        inbox = Inbox(client_with_table("t"), "t", "consumer")
        wires = SimpleNamespace(inbox=inbox, ports=world.ports)
        for _ in range(2):  # at least once
            told_of = consumer.handler.__wrapped__(queued(event), Invocation(), wires)  # type: ignore[attr-defined]
            assert told_of == {"batchItemFailures": []}
    assert set(world.workflow.executions) == {(asked_for.id, 1), (known.id, known.run)}


ACCEPTS: dict[tuple[str, str], Callable[[dict[str, Any]], None]] = {
    ("transfer", "TransferRequested.v1"): start_the_workflow,
}


def test_every_consumer_of_the_catalogue_is_tried_here() -> None:
    assert set(ACCEPTS) == {
        (consumer, spec.detail_type) for spec in CATALOGUE for consumer in spec.consumers
    }


@pytest.mark.parametrize(
    ("consumer", "example"),
    [
        (consumer, example)
        for consumer in ACCEPTS
        for example in examples()
        if example[0] == consumer[1]
    ],
    ids=lambda each: "-".join(each[:2]),
)
def test_a_consumer_accepts_an_example(consumer: tuple[str, str], example: Example) -> None:
    ACCEPTS[consumer](
        {
            "source": "fileferry.transfer",
            "detail-type": example.detail_type,
            "detail": json.loads(example.text),
        }
    )
