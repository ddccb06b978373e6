"""Hears what a service says on the bus, through a queue and a rule of its own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.stack.running import Running


class Heard:
    def __init__(self, sqs: Any, queue: str) -> None:  # noqa: ANN401
        self._sqs, self._queue = sqs, queue
        self._events: list[Any] = []

    def so_far(self) -> Sequence[Any]:
        """Every delivery, in the order it came."""
        while True:
            answer = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
            messages = answer.get("Messages", ())
            for each in messages:
                self._events.append(json.loads(each["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=each["ReceiptHandle"])
            if not messages:
                return self._events


@contextmanager
def listening(running: Running, service: str) -> Iterator[Heard]:
    events, sqs = running.stack.client("events"), running.stack.client("sqs")
    name = f"heard-of-{service}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    bus = {"EventBusName": "fileferry-local"}
    events.put_rule(Name=name, EventPattern=f'{{"source": ["fileferry.{service}"]}}', **bus)
    target = {"Id": name, "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule=name, Targets=[target], **bus)
    try:
        yield Heard(sqs, queue)
    finally:
        events.remove_targets(Rule=name, Ids=[name], **bus)
        events.delete_rule(Name=name, **bus)
        sqs.delete_queue(QueueUrl=queue)
