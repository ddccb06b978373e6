"""What arrives, decoded: EventBridge events, SQS messages and rows of a DynamoDB stream.

received = from_bus(event, TransferRequestedV1)    # received.meta, received.data
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
from pydantic import TypeAdapter

from contracts.catalogue import parse_as
from contracts.envelope import Data, Event

T = TypeVar("T")


@dataclass(frozen=True)
class StreamRow:
    """A row that was inserted; numbers in `image` are Decimal."""

    sequence_number: str
    image: dict[str, Any]


def from_bus(event: Mapping[str, Any], model: type[Data]) -> Event[Data]:
    """What a rule delivered; raises UnknownEvent for another detail-type, ValidationError."""
    return parse_as(model, event["detail-type"], event["detail"])


def message_of(record: SQSRecord, model: type[T]) -> T:
    """The record's body (JSON) as `model`; raises ValidationError."""
    return TypeAdapter(model).validate_json(record.body)


def inserted(event: Mapping[str, Any]) -> list[StreamRow]:
    """The rows a stream says were inserted, in its order; other changes are left out."""
    return [
        StreamRow(change.sequence_number or "", change.new_image)
        for record in map(DynamoDBRecord, event["Records"])
        if record.event_name is DynamoDBRecordEventName.INSERT and (change := record.dynamodb)
    ]
