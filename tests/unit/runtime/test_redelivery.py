"""The queue is told when each record may come again. If that fails, its own timeout counts."""

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from botocore.exceptions import ClientError, EndpointConnectionError

from runtime.redelivery import MAX_RECEIVES, Redelivery, backoff_seconds
from tests.fakes.deliveries import Queue, batch
from tests.unit.runtime.conftest import Lines

A_DAY = 86_400
REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ChangeMessage")


def waiting(queue: Queue, count: int) -> Redelivery:
    redelivery = Redelivery(queue)
    for number, record in enumerate(batch(*["body"] * count)["Records"]):
        redelivery.after(number, SQSRecord(record))
    return redelivery


def test_every_record_of_a_large_batch_gets_its_own_wait() -> None:
    queue = Queue()
    redelivery = waiting(queue, 23)
    redelivery.tell_queue()
    assert queue.waits == {f"r-{number}": number for number in range(23)}
    assert redelivery.message_ids == [f"m-{number}" for number in range(23)]
    name = "fileferry-test-transfer-events"
    assert queue.urls == {f"https://sqs.eu-central-1.example/123456789012/{name}"}


def test_nothing_is_asked_of_the_queue_when_all_went_well() -> None:
    Redelivery(Queue(error=AssertionError("asked"))).tell_queue()


@pytest.mark.parametrize(
    "error", [REFUSED, EndpointConnectionError(endpoint_url="https://sqs.example")]
)
def test_a_queue_that_cannot_be_asked_costs_no_answer(error: Exception, lines: Lines) -> None:
    redelivery = waiting(Queue(error=error), 2)
    redelivery.tell_queue()
    assert redelivery.message_ids == ["m-0", "m-1"]
    assert [line["message"] for line in lines()] == ["waits not told to the queue"]


def test_a_wait_that_the_queue_refuses_is_told(lines: Lines) -> None:
    waiting(Queue(refuses=frozenset({"r-1"})), 3).tell_queue()
    [line] = lines()
    assert (line["count"], line["codes"]) == (1, ["ReceiptHandleIsInvalid"])


def test_a_good_message_outlives_an_outage_of_a_day() -> None:
    assert sum(map(backoff_seconds, range(1, MAX_RECEIVES + 1))) > A_DAY
