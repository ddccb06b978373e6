"""`make redrive` moves the dead letters that AWS can move, and says what to do about the others."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.redrive import OF_SCHEDULE, OF_STREAM, OUTBOX, redriven
from infra.stacks import Stack
from tests.infra.resources import SERVICES, name_of, resources, text_of
from tests.servers.emulator import emulator
from tests.servers.waiting import wait_for

PREFIX = "fileferry-dev-transfer-"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with emulator(tmp_path_factory.mktemp("emulator")) as started:
        yield started.client("sqs")


@pytest.fixture
def sqs(client: Any) -> Iterator[Any]:  # noqa: ANN401 - boto3 client
    yield client
    for url in client.list_queues().get("QueueUrls", []):
        client.delete_queue(QueueUrl=url)


def create(sqs: Any, name: str, dead_letters: str | None = None, receives: int = 1) -> str:  # noqa: ANN401
    attributes = {"VisibilityTimeout": "0"}
    if dead_letters:
        policy = {"deadLetterTargetArn": arn_of(sqs, dead_letters), "maxReceiveCount": receives}
        attributes["RedrivePolicy"] = json.dumps(policy)
    return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def arn_of(sqs: Any, url: str) -> str:  # noqa: ANN401
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


def send(sqs: Any, url: str, *bodies: str) -> None:  # noqa: ANN401
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body)


def bodies(sqs: Any, url: str) -> list[str]:  # noqa: ANN401
    got = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        AttributeNames=["ApproximateReceiveCount"],
    )
    return sorted(each["Body"] for each in got.get("Messages", []))


def test_messages_go_back_to_the_queue_that_gave_them_up(sqs: Any) -> None:  # noqa: ANN401
    dead = create(sqs, f"{PREFIX}events-dlq")
    queue = create(sqs, f"{PREFIX}events", dead)
    send(sqs, queue, "a", "b")
    wait_for(lambda: bodies(sqs, queue) == [], "the queue to give up")
    assert bodies(sqs, dead) == ["a", "b"]
    [line] = redriven(sqs, "transfer", "dev")
    assert line == f"{PREFIX}events-dlq: about 2 on the way back to {PREFIX}events"
    assert bodies(sqs, dead) == []
    assert bodies(sqs, queue) == ["a", "b"]  # received anew, or they would be gone at once


def test_what_a_rule_could_not_deliver_goes_into_the_queue_too(sqs: Any) -> None:  # noqa: ANN401
    dead = create(sqs, f"{PREFIX}events-dlq")
    queue = create(sqs, f"{PREFIX}events", dead, receives=5)
    send(sqs, dead, "of the rule")
    list(redriven(sqs, "transfer", "dev"))
    assert bodies(sqs, queue) == ["of the rule"]


@pytest.mark.parametrize(
    ("purpose", "advice"), [(OUTBOX, OF_STREAM), ("sweep", OF_SCHEDULE), ("an", OF_SCHEDULE)]
)
def test_what_no_queue_gave_up_stays_with_advice(
    sqs: Any,  # noqa: ANN401
    purpose: str,
    advice: str,
) -> None:
    dead = create(sqs, f"{PREFIX}{purpose}-dlq")
    send(sqs, dead, "a")
    [line] = redriven(sqs, "transfer", "dev")
    assert "about 1, not moved" in line
    assert advice in line
    assert f"purge-queue --queue-url {dead}" in line
    assert bodies(sqs, dead) == ["a"]


def test_queues_of_others_and_empty_ones_are_left_alone(sqs: Any) -> None:  # noqa: ANN401
    others = [
        create(sqs, f"fileferry-{name}-dlq") for name in ("prod-transfer-events", "dev-auth-events")
    ]
    for dead in others:
        send(sqs, dead, "not ours")
    create(sqs, f"{PREFIX}lanes-dlq")
    assert list(redriven(sqs, "transfer", "dev")) == [f"{PREFIX}lanes-dlq: empty"]
    assert [bodies(sqs, dead) for dead in others] == [["not ours"], ["not ours"]]


def test_the_local_stack_moves_only_out_of_dead_letter_queues_as_aws_does(sqs: Any) -> None:  # noqa: ANN401
    queue = create(sqs, f"{PREFIX}events")
    with pytest.raises(ClientError, match="Dead Letter Queue"):
        sqs.start_message_move_task(SourceArn=arn_of(sqs, queue))


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_dead_letters_are_those_of_a_queue_of_the_stream_or_of_a_schedule(stack: Stack) -> None:
    """As the command takes it when it says what to do."""
    queues = {each.logical_id: each.properties for each in resources("AWS::SQS::Queue", stack.name)}
    known = {
        name_of(each["RedrivePolicy"]["deadLetterTargetArn"])
        for each in queues.values()
        if "RedrivePolicy" in each
    }
    for rule in resources("AWS::Events::Rule", stack.name):
        if "ScheduleExpression" in rule.properties:
            known |= {name_of(t["DeadLetterConfig"]["Arn"]) for t in rule.properties["Targets"]}
    for mapping in resources("AWS::Lambda::EventSourceMapping", stack.name):
        if "DestinationConfig" in mapping.properties:
            of_stream = name_of(mapping.properties["DestinationConfig"]["OnFailure"]["Destination"])
            assert text_of(queues[of_stream]["QueueName"]).endswith(f"{stack.name}-{OUTBOX}-dlq")
            known.add(of_stream)
    assert known == {
        name for name, each in queues.items() if text_of(each["QueueName"]).endswith("-dlq")
    }
