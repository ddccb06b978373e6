"""What arrives is decoded into the contracts' models, or refused."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import ValidationError

from contracts.catalogue import UnknownEvent
from contracts.transfer_events import TransferRequestedV1
from runtime.events import MAX_BODY_BYTES, BodyTooLarge, event_of, inserted, message_of
from tests.contract.examples import examples
from tests.fakes.deliveries import put_by_rule


@dataclass(frozen=True)
class Turn:
    transfer_id: str
    lane: int


def delivered(detail_type: str, **changes: object) -> SQSRecord:
    text = next(each.text for each in examples() if each.detail_type == detail_type)
    return SQSRecord({"body": put_by_rule(detail_type, json.loads(text), **changes)})


def test_an_event_of_the_bus_becomes_its_model() -> None:
    received = event_of(delivered("TransferRequested.v1"))
    assert isinstance(received.data, TransferRequestedV1)
    assert received.data.source.bucket == "acme-exports"
    assert received.meta.occurred_at.tzname() == "UTC"


def test_an_event_of_another_kind_is_refused() -> None:
    with pytest.raises(UnknownEvent, match=r"TransferForgotten\.v9"):
        event_of(delivered("TransferRequested.v1", **{"detail-type": "TransferForgotten.v9"}))


def test_an_event_without_a_field_it_must_have_is_refused() -> None:
    event = json.loads(delivered("TransferRequested.v1").body)
    del event["detail"]["data"]["transfer_id"]
    with pytest.raises(ValidationError, match=r"data\.transfer_id"):
        event_of(SQSRecord({"body": json.dumps(event)}))


def test_a_body_larger_than_any_event_is_refused_unread() -> None:
    with pytest.raises(BodyTooLarge):
        event_of(SQSRecord({"body": "x" * (MAX_BODY_BYTES + 1)}))


def test_a_message_becomes_a_dataclass() -> None:
    record = SQSRecord({"body": '{"transfer_id": "t-1", "lane": 2}'})
    assert message_of(record, Turn) == Turn("t-1", 2)


@pytest.mark.parametrize("body", ["no JSON", "{}", '{"transfer_id": "t-1", "lane": "left"}'])
def test_a_message_of_another_shape_is_refused(body: str) -> None:
    with pytest.raises(ValidationError):
        message_of(SQSRecord({"body": body}), Turn)


def test_only_inserted_rows_come_out_of_a_stream_in_order() -> None:
    def record(name: str, number: int) -> dict[str, Any]:
        image = {"sk": {"S": f"OUTBOX#{number}"}, "number": {"N": str(number)}}
        change = {"SequenceNumber": f"s-{number}", "NewImage": image}
        return {"eventName": name, "dynamodb": change}

    removed = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "s-9"}}
    rows = inserted(
        {"Records": [record("INSERT", 2), record("MODIFY", 3), removed, record("INSERT", 1)]}
    )
    assert [row.sequence_number for row in rows] == ["s-2", "s-1"]
    assert rows[0].image == {"sk": "OUTBOX#2", "number": 2}
