"""Consumes the events on a service's queue. Each record is decoded, dispatched and judged alone.

    CONSUMES: Consumes[Wiring] = {TransferRequestedV1: start_requested}

    @entrypoint(wiring.build)
    def handler(event: Event, context: LambdaContext, wires: Wiring) -> BatchResponse:
        return consume(event, context, CONSUMES, wires)

Events come at least once and in any order. The same event may come twice at the same moment. What
an act writes has to be safe then. See runtime.dynamodb.inbox and runtime.dynamodb.projection. This
becomes of a record:

    consumed    Its message is deleted.
    poison      It is no event of ours, or the act says that it can never work. It is logged as an
                error at once and tried again each minute. After an hour it is in the dead-letter
                queue.
    failed      Anything else went wrong, perhaps an outage. It is tried again with growing waits
                for a day.
    not tried   Two records in a row failed, or no time is left. It goes back to the queue. An error
                with `alone` says nothing about other records, so it does not count here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from contracts.catalogue import UnknownEvent, spec_of
from contracts.contract import Published
from contracts.envelope import Event
from runtime.batches import BatchResponse, came_again, count_failure, failures
from runtime.events import event_of
from runtime.redelivery import POISON_SECONDS, Redelivery, backoff_seconds
from runtime.telemetry import correlate, logger, own_fields

OUTAGE = "outage"
OUTAGE_AFTER = 2  # failures in a row; one may be the record's fault, two are taken for an outage
MAX_RECORDS = 100  # of one invocation; templates ask for ten
RESERVE_MS = 15_000  # one more record, and the answer to the queue after it, may take so long


class InvalidEvent(Exception):
    """The record holds no event of the form that its detail-type stands for."""

    code, retryable = "invalid_event", False


class Wires(Protocol):
    @property
    def sqs(self) -> Any: ...  # noqa: ANN401 - boto3 has no types


W = TypeVar("W", bound=Wires)
Consumes: TypeAlias = Mapping[type[Published], Callable[[Event[Any], W], object]]


def consume(
    event: Mapping[str, Any], context: LambdaContext, consumes: Consumes[W], wires: W
) -> BatchResponse:
    """The answer for ReportBatchItemFailures."""
    records = [SQSRecord(each) for each in event["Records"]]
    redelivery = Redelivery(wires.sqs)
    in_a_row = 0
    for index, record in enumerate(records):
        if reason := _reason_to_stop(index, in_a_row, context):
            _give_back(records[index:], redelivery, reason)
            break
        error = _error_of(record, consumes, wires)
        if error is None:
            in_a_row = 0
            continue
        count_failure(error, again=came_again(record))
        if never_works(error):
            redelivery.after(POISON_SECONDS, record)
        else:
            in_a_row += not getattr(error, "alone", False)
            redelivery.after(backoff_seconds(_receives(record)), record)
    redelivery.tell_queue()
    return failures(redelivery.message_ids)


def never_works(error: Exception) -> bool:
    """Errors of a domain say by their class whether the same may work later. What an act could not
    read (half an answer of a service in trouble) is no fault of the event."""
    return getattr(error, "retryable", True) is False


def _error_of(record: SQSRecord, consumes: Consumes[W], wires: W) -> Exception | None:
    with own_fields(message_id=record.message_id, receives=_receives(record)):
        try:
            _act(record, consumes, wires)
        except Exception as error:
            _log(error)
            return error
    return None


def _act(record: SQSRecord, consumes: Consumes[W], wires: W) -> None:
    try:
        received = event_of(record)
    except ValidationError as invalid:
        raise InvalidEvent(str(invalid)) from invalid
    correlate(received.meta.correlation_id)
    logger().append_keys(causation_id=received.meta.event_id)
    act = consumes.get(type(received.data))
    if act is None:
        known = ", ".join(spec_of(model).detail_type for model in consumes)
        raise UnknownEvent(spec_of(type(received.data)).detail_type, known)
    act(received, wires)


def _log(error: Exception) -> None:
    name, code = type(error).__name__, getattr(error, "code", None)
    if never_works(error):
        logger().exception("poison message", code="poison_message", error=name, reason_code=code)
    else:
        logger().exception("event not consumed, back to the queue", code=code, error=name)


def _reason_to_stop(index: int, in_a_row: int, context: LambdaContext) -> str | None:
    if in_a_row == OUTAGE_AFTER:
        return OUTAGE
    if index >= MAX_RECORDS:
        return "too many records"
    late = index > 0 and context.get_remaining_time_in_millis() < RESERVE_MS
    return "out of time" if late else None  # the first record is tried even in a short time


def _give_back(records: Sequence[SQSRecord], redelivery: Redelivery, reason: str) -> None:
    logger().warning("records not tried", records=len(records), reason=reason)
    for record in records:
        redelivery.after(backoff_seconds(_receives(record)) if reason == OUTAGE else 0, record)


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count)
