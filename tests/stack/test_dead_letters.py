"""In an outage, or among messages that are no events, others go on and nothing is lost for good."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.redrive import redriven
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, Running

SECONDS = 60.0
EVENTS = "fileferry-local-transfer-events"
MACHINE = "fileferry-local-transfer"
UNKNOWN = {"source": "fileferry.transfer", "detail-type": "TransferForgotten.v1", "detail": {}}
KEPT_OF_MACHINE = ("name", "definition", "roleArn", "type", "loggingConfiguration")


class Queue:
    def __init__(self, running: Running, name: str) -> None:
        self.sqs = running.stack.client("sqs")
        self.url = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def attribute(self, name: str) -> str:
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return str(found["Attributes"][name])

    @property
    def visible(self) -> int:
        return int(self.attribute("ApproximateNumberOfMessages"))

    @property
    def waiting(self) -> int:
        """Messages that were received, and are neither deleted nor given up."""
        return int(self.attribute("ApproximateNumberOfMessagesNotVisible"))

    @contextmanager
    def giving_up_after(self, receives: int) -> Iterator[None]:
        usual = self.attribute("RedrivePolicy")
        self._redrive(json.dumps(json.loads(usual) | {"maxReceiveCount": receives}))
        try:
            yield
        finally:
            self._redrive(usual)

    def _redrive(self, policy: str) -> None:
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"RedrivePolicy": policy})


@pytest.fixture
def events(running: Running) -> Iterator[Queue]:
    """The queue of transfer's consumer, left empty."""
    queue = Queue(running, EVENTS)
    yield queue
    queue.sqs.purge_queue(QueueUrl=queue.url)


@contextmanager
def no_step_functions(running: Running) -> Iterator[None]:
    machines = running.stack.client("stepfunctions")
    [arn] = [
        each["stateMachineArn"]
        for each in machines.list_state_machines()["stateMachines"]
        if each["name"] == MACHINE
    ]
    was = machines.describe_state_machine(stateMachineArn=arn)
    machines.delete_state_machine(stateMachineArn=arn)
    try:
        yield
    finally:
        kept: dict[str, Any] = {name: was[name] for name in KEPT_OF_MACHINE if name in was}
        assert machines.create_state_machine(**kept)["stateMachineArn"] == arn


def test_what_is_no_event_stops_no_transfer_and_is_told_at_once(
    running: Running, events: Queue
) -> None:
    for body in ("no JSON", json.dumps(UNKNOWN)):
        events.sqs.send_message(QueueUrl=events.url, MessageBody=body)
    running.put("beside-poison.txt", b"whole")
    ended = running.ferry.wait(running.ferry.send(BUCKET, "beside-poison.txt", "partner"), SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    wait_for(lambda: (events.visible, events.waiting) == (0, 2), "both to wait for their next try")
    wait_for(lambda: running.stack.logs().count('"code":"poison_message"') >= 2, "both to be told")


def test_after_an_outage_that_was_too_long_a_redrive_completes_the_transfer(
    running: Running, events: Queue
) -> None:
    dead = Queue(running, f"{EVENTS}-dlq")
    running.put("after-outage.txt", b"whole")
    with events.giving_up_after(1), no_step_functions(running):
        transfer_id = running.ferry.send(BUCKET, "after-outage.txt", "partner")
        wait_for(lambda: dead.visible == 1, "the event to be given up", SECONDS)
    assert running.ferry.state(transfer_id)["status"] == "requested"
    [line] = [each for each in redriven(dead.sqs, "transfer", "local") if EVENTS in each]
    assert line.endswith(f"about 1 on the way back to {EVENTS}")
    ended = running.ferry.wait(transfer_id, SECONDS)
    assert ended["status"] == "completed", ended["failure"]
    wait_for(lambda: (dead.visible, events.visible, events.waiting) == (0, 0, 0), "empty queues")
