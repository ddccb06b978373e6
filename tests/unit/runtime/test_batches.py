"""One bad record of a batch is reported by itself."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from runtime.batches import each_message, failures
from tests.unit.runtime.conftest import Lines


class LaneBroken(Exception):
    code = "lane_broken"


def queue_event(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSource": "aws:sqs",
            }
            for number, body in enumerate(bodies)
        ]
    }


def act(record: SQSRecord) -> None:
    if record.body == "bad":
        raise LaneBroken


def test_only_failed_messages_are_reported_and_all_are_tried(lines: Lines) -> None:
    seen: list[str] = []

    def see(record: SQSRecord) -> None:
        seen.append(record.body)
        act(record)

    answer = each_message(queue_event("good", "bad", "good", "bad"), see)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-3"}]}
    assert seen == ["good", "bad", "good", "bad"]
    logged = [(line["message_id"], line["error"], line["code"]) for line in lines()]
    assert logged == [("m-1", "LaneBroken", "lane_broken"), ("m-3", "LaneBroken", "lane_broken")]


def test_a_batch_that_fails_as_a_whole_reports_every_message() -> None:
    assert each_message(queue_event("bad"), act) == {
        "batchItemFailures": [{"itemIdentifier": "m-0"}]
    }


def test_a_good_batch_reports_nothing() -> None:
    assert each_message(queue_event("good", "good"), act) == {"batchItemFailures": []}
    assert failures([]) == {"batchItemFailures": []}
