"""LaneQueue and MessageLease. Messages arrive as sent, and stay invisible as long as asked."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from services.transfer.adapters.sqs_lane_queue import SqsLaneQueue, SqsMessageLease
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.ports import LaneQueue, MessageLease
from tests.conformance.clouds import CLOUDS, cloud, new_queue, received
from tests.fakes.outside import CountedMessageLease, InMemoryLaneQueue

FIRST = LaneMessage("t-1", 1, 0, 1)
SECOND = LaneMessage("t-1", 2, 3, 17)


@dataclass
class Queue:
    """`take` gives what can be received now. `delayed` counts what comes later."""

    port: LaneQueue
    take: Callable[[], list[LaneMessage]]
    delayed: Callable[[], int]


@pytest.fixture(params=["in_memory", *CLOUDS])
def queue(request: pytest.FixtureRequest) -> Iterator[Queue]:
    if request.param == "in_memory":
        yield in_memory_queue()
        return
    with cloud(request.param, request) as clients:
        sqs = clients("sqs")
        url = new_queue(sqs)

        def take() -> list[LaneMessage]:
            return [LaneMessage(**json.loads(body)) for body in received(sqs, url)]

        def delayed() -> int:
            name = "ApproximateNumberOfMessagesDelayed"
            answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
            return int(answer["Attributes"][name])

        yield Queue(SqsLaneQueue(sqs, url, "no-such-queue"), take, delayed)


def in_memory_queue() -> Queue:
    fake = InMemoryLaneQueue()

    def take() -> list[LaneMessage]:
        sent = zip(fake.messages, fake.delays, strict=True)
        return [message for message, delay in sent if delay == 0]

    return Queue(fake, take, lambda: sum(1 for delay in fake.delays if delay))


def test_messages_arrive_as_they_were_sent(queue: Queue) -> None:
    for message in (FIRST, SECOND, FIRST):
        queue.port.send(message)
    assert sorted(queue.take(), key=str) == [FIRST, FIRST, SECOND]
    assert queue.delayed() == 0


def test_a_delayed_message_is_held_back(queue: Queue) -> None:
    queue.port.send(FIRST, 900)
    queue.port.send(SECOND)
    assert queue.take() == [SECOND]
    assert queue.delayed() == 1


@pytest.mark.parametrize("kind", CLOUDS)
def test_a_long_lane_has_a_queue_that_no_function_reads(
    kind: str, request: pytest.FixtureRequest
) -> None:
    with cloud(kind, request) as clients:
        sqs = clients("sqs")
        url, long_url = new_queue(sqs), new_queue(sqs)
        port = SqsLaneQueue(sqs, url, long_url)
        port.send(FIRST)
        port.send(replace(SECOND, long=True))
        for each, sent in ((url, FIRST), (long_url, replace(SECOND, long=True))):
            assert [LaneMessage(**json.loads(body)) for body in received(sqs, each)] == [sent]


@dataclass
class Held:
    """One received message. `in_flight` counts those that nobody else can receive now."""

    lease: MessageLease
    delete: Callable[[], object]
    in_flight: Callable[[], int]


@pytest.fixture(params=["counted", *CLOUDS])
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    if request.param == "counted":
        fake = CountedMessageLease()
        yield Held(fake, fake.extended.clear, lambda: 1 if fake.extended[-1] else 0)
        return
    with cloud(request.param, request) as clients:
        sqs = clients("sqs")
        url = new_queue(sqs)
        SqsLaneQueue(sqs, url, "no-such-queue").send(FIRST)
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]
        handle = message["ReceiptHandle"]

        def in_flight() -> int:
            name = "ApproximateNumberOfMessagesNotVisible"
            answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
            return int(answer["Attributes"][name])

        lease = SqsMessageLease(sqs, url, handle)
        yield Held(lease, lambda: sqs.delete_message(QueueUrl=url, ReceiptHandle=handle), in_flight)


def test_a_message_is_invisible_as_long_as_asked(held: Held) -> None:
    held.lease.extend(60)
    assert held.in_flight() == 1
    held.lease.extend(0)
    assert held.in_flight() == 0


def test_a_message_that_is_gone_is_no_error(held: Held) -> None:
    held.lease.extend(60)
    held.delete()
    held.lease.extend(60)
