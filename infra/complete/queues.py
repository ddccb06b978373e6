"""Queues with their dead letters, and who may send to them."""

from infra.complete.encryption import of_queue
from infra.complete.intrinsics import Value, attribute, ref, resource
from infra.complete.names import name_of

KEPT_SECONDS = 14 * 86_400  # the longest that SQS keeps a message
TIMES_VISIBLE = 6  # the visibility timeout in timeouts of the function, as AWS advises


def dead_letters(service: str, stem: str, purpose: str, told: str) -> Value:
    """<stem>DeadLetters. Its alarm (infra/observability) says what was `told`."""
    metadata = {"Told": told}
    made = resource("SQS::Queue", _properties(service, f"{purpose}-dlq"), Metadata=metadata)
    return {f"{stem}DeadLetters": made}


def queue(service: str, stem: str, purpose: str, timeout: int, receives: int) -> Value:
    """<stem>Queue. A message goes to <stem>DeadLetters when it was received that often."""
    properties = _properties(service, purpose) | {
        "VisibilityTimeout": TIMES_VISIBLE * timeout,
        "RedrivePolicy": {
            "deadLetterTargetArn": attribute(f"{stem}DeadLetters"),
            "maxReceiveCount": receives,
        },
    }
    return {f"{stem}Queue": resource("SQS::Queue", properties)}


def rules_may_send(queues: list[str], rules: list[str]) -> Value:
    statement = {
        "Sid": "Rules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": [attribute(each) for each in queues],
        "Condition": {"ArnEquals": {"aws:SourceArn": [attribute(each) for each in rules]}},
    }
    properties = {
        "Queues": [ref(each) for each in queues],
        "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
    }
    return resource("SQS::QueuePolicy", properties)


def _properties(service: str, purpose: str) -> Value:
    return {
        "QueueName": name_of(service, purpose),
        "MessageRetentionPeriod": KEPT_SECONDS,
        **of_queue(),
    }
