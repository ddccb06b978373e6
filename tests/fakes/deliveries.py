"""Events as a rule puts them into a queue, and as the queue hands them to a function."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

QUEUE_ARN = "arn:aws:sqs:eu-central-1:123456789012:fileferry-test-transfer-events"


def put_by_rule(detail_type: str, detail: object, **more: object) -> str:
    """The body of the message, as EventBridge writes it for a target without a transformer."""
    event = {
        "version": "0",
        "id": "e7f1c3c2-0000-4000-8000-000000000001",
        "detail-type": detail_type,
        "source": "fileferry.transfer",
        "account": "123456789012",
        "time": "2026-11-22T08:15:00Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }
    return json.dumps(event | more)


def batch(*bodies: str, receives: int = 1) -> dict[str, Any]:
    """What the mapping hands to the function. Message ids are m-0, m-1, ..."""
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "receiptHandle": f"r-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": str(receives)},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE_ARN,
            }
            for number, body in enumerate(bodies)
        ]
    }


def failed(answer: Mapping[str, Any]) -> list[str]:
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


@dataclass
class Queue:
    """Answers as boto3's client of SQS does. `waits` are in seconds, by receipt handle."""

    error: Exception | None = None
    refuses: frozenset[str] = frozenset()
    waits: dict[str, int] = field(default_factory=dict)
    urls: set[str] = field(default_factory=set)
    meta: Any = field(
        default_factory=lambda: SimpleNamespace(endpoint_url="https://sqs.eu-central-1.example")
    )

    def change_message_visibility_batch(
        self,
        *,
        QueueUrl: str,
        Entries: Sequence[Mapping[str, Any]],
    ) -> dict[str, Any]:
        if self.error:
            raise self.error
        assert 1 <= len(Entries) <= 10
        assert len({each["Id"] for each in Entries}) == len(Entries)
        self.urls.add(QueueUrl)
        taken = [each for each in Entries if each["ReceiptHandle"] not in self.refuses]
        self.waits |= {each["ReceiptHandle"]: each["VisibilityTimeout"] for each in taken}
        others = [each for each in Entries if each not in taken]
        return {"Failed": [{"Id": e["Id"], "Code": "ReceiptHandleIsInvalid"} for e in others]}
