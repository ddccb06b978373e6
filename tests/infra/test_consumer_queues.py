"""The queue of a consumer gives a message as many tries as the waits between them count on."""

from datetime import timedelta

import pytest

from infra.complete.queues import KEPT_SECONDS
from runtime.dynamodb.inbox import LIFETIME
from runtime.redelivery import MAX_RECEIVES
from tests.infra.resources import TEMPLATES, Resource, name_of, resources, statements

MAPPINGS = [
    mapping
    for mapping in resources("AWS::Lambda::EventSourceMapping")
    if name_of(mapping.properties["FunctionName"]) == "ConsumerFunction"
]


def test_what_was_consumed_is_known_when_a_replayed_message_is_redriven_at_last() -> None:
    [archive] = resources("AWS::Events::Archive")
    parameter = TEMPLATES[archive.stack]["Parameters"][name_of(archive.properties["RetentionDays"])]
    replayed = timedelta(days=parameter["Default"])
    assert replayed + timedelta(days=1, seconds=2 * KEPT_SECONDS) < LIFETIME


def test_there_is_a_consumer() -> None:
    assert MAPPINGS


@pytest.mark.parametrize("mapping", MAPPINGS, ids=str)
def test_a_message_is_given_up_after_the_tries_of_a_day(mapping: Resource) -> None:
    source = name_of(mapping.properties["EventSourceArn"])
    [queue] = [
        each for each in resources("AWS::SQS::Queue", mapping.stack) if each.logical_id == source
    ]
    assert queue.properties["RedrivePolicy"]["maxReceiveCount"] == MAX_RECEIVES
    assert queue.properties["MessageRetentionPeriod"] == 14 * 86_400


@pytest.mark.parametrize("mapping", MAPPINGS, ids=str)
def test_a_consumer_may_tell_its_queue_when_a_record_may_come_again(mapping: Resource) -> None:
    source = name_of(mapping.properties["EventSourceArn"])
    allowed = [
        statement
        for resource, statement in statements()
        if resource.stack == mapping.stack
        and "sqs:ChangeMessageVisibility" in statement["Action"]
        and isinstance(statement["Resource"], dict)
        and name_of(statement["Resource"]) == source
    ]
    assert allowed
