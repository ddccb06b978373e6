"""Decodes EventBridge events, SQS messages and rows of a DynamoDB stream.

received = event_of(record)                        # received.meta, received.data
message = message_of(record, LaneMessage)          # any dataclass or pydantic model
for row in inserted(event): row.sequence_number, row.image
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    DynamoDBRecordEventName,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.catalogue import parse
from contracts.envelope import Event

T = TypeVar("T")
MAX_DETAIL_TYPE = 128  # EventBridge's limit
MAX_BODY_BYTES = 512_000  # runtime.bus sends half of this at most


class BodyTooLarge(Exception):
    """The message is larger than any of our events."""

    code, retryable = "body_too_large", False

    def __init__(self, size: int) -> None:
        self.size = size
        super().__init__(f"The message has {size} bytes, an event at most {MAX_BODY_BYTES}.")


class _FromBus(BaseModel):
    """What a rule puts into a queue. EventBridge may add to it, as it adds `replay-name` in a
    replay."""

    model_config = ConfigDict(hide_input_in_errors=True)

    detail_type: str = Field(alias="detail-type", max_length=MAX_DETAIL_TYPE)
    detail: dict[str, Any]


@dataclass(frozen=True)
class StreamRow:
    """A row that was inserted. Numbers in `image` are Decimal."""

    sequence_number: str
    image: dict[str, Any]


def event_of(record: SQSRecord) -> Event[Any]:
    """The event that a rule put into the queue. Raises BodyTooLarge, UnknownEvent, ValidationError.
    None of these errors shows more of the message than its detail-type."""
    size = len(record.body.encode(errors="replace"))
    if size > MAX_BODY_BYTES:
        raise BodyTooLarge(size)
    found = _FromBus.model_validate_json(record.body)
    return parse(found.detail_type, found.detail)


def message_of(record: SQSRecord, model: type[T]) -> T:
    """The record's JSON body as `model`. Raises ValidationError."""
    return TypeAdapter(model).validate_json(record.body)


def inserted(event: Mapping[str, Any]) -> list[StreamRow]:
    """The rows that were inserted according to the stream, in its order. Other changes are left
    out."""
    return [
        StreamRow(change.sequence_number or "", change.new_image)
        for record in map(DynamoDBRecord, event["Records"])
        if record.event_name is DynamoDBRecordEventName.INSERT and (change := record.dynamodb)
    ]
