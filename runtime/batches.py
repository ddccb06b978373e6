"""Partial batch failures. A record that fails is reported alone, and no failure is swallowed.

return each_message(event, lambda record: drive(message_of(record, LaneMessage)))
return failures(row.sequence_number for row in rows if row.image["event_id"] in refused)
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from runtime.telemetry import count_one, logger, version_failures

MESSAGES_FAILED = "MessagesFailed"

BatchResponse: TypeAlias = dict[str, list[dict[str, str]]]


def each_message(event: Mapping[str, Any], act: Callable[[SQSRecord], object]) -> BatchResponse:
    """Calls `act` with every record. When it raises, the queue delivers that record again. An error
    that is `retryable` is expected. Any other error counts as MESSAGES_FAILED."""

    def logged(record: SQSRecord) -> object:
        try:
            return act(record)
        except Exception as error:
            count_failure(error, again=came_again(record))
            logger().exception(
                "message failed, back to the queue",
                error=type(error).__name__,
                code=getattr(error, "code", None),
                message_id=record.message_id,
                receives=record.attributes.approximate_receive_count,
            )
            raise

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    with processor(records=event["Records"], handler=logged):
        processor.process()
    failed = processor.response()["batchItemFailures"]
    return failures(str(each["itemIdentifier"]) for each in failed)


def came_again(record: SQSRecord) -> bool:
    """Whether the queue delivered it before. Then perhaps an earlier version failed at it."""
    return int(record.attributes.approximate_receive_count) > 1


def count_failure(error: Exception, *, again: bool) -> None:
    """Counts a message as failed. An error that is `retryable` is expected and does not count.
    What fails `again` is not blamed on the version that runs now."""
    if getattr(error, "retryable", False):
        return
    count_one(MESSAGES_FAILED)
    if not again:
        version_failures().add()


def failures(identifiers: Iterable[str]) -> BatchResponse:
    """The answer of a batch in which these message ids or sequence numbers failed."""
    return {"batchItemFailures": [{"itemIdentifier": each} for each in identifiers]}
