"""The adapters' AWS is in moto, and in MiniStack, which runs what moto only stores."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from moto import mock_aws

from tests.conformance.stores import SESSION
from tests.servers.emulator import REGION

CLOUDS = ("moto", "ministack")
Clients = Callable[[str], Any]
_NUMBERS = count(1)


@contextmanager
def cloud(kind: str, request: pytest.FixtureRequest) -> Iterator[Clients]:
    """Clients by service."""
    if kind == "ministack":
        yield request.getfixturevalue("ministack").client
        return
    with mock_aws():
        yield lambda service: SESSION.client(service, region_name=REGION)


def new_name(purpose: str) -> str:
    """A new name. MiniStack lives as long as the session, and no test may meet the leftovers of
    another one."""
    return f"{purpose}-{next(_NUMBERS)}"


def new_queue(sqs: Any) -> str:  # noqa: ANN401 - boto3 has no types
    return str(sqs.create_queue(QueueName=new_name("queue"))["QueueUrl"])


def arn_of(sqs: Any, queue_url: str) -> str:  # noqa: ANN401
    answer = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return str(answer["Attributes"]["QueueArn"])


def received(sqs: Any, queue_url: str) -> list[str]:  # noqa: ANN401
    """Takes all messages that can be received now off the queue, and returns their bodies."""
    bodies: list[str] = []
    while got := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        for message in got:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def create_bucket(s3: Any, name: str) -> None:  # noqa: ANN401
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
