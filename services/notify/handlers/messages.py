"""The worker of the queue of nudges: spreads news, and sends messages."""

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from runtime.batches import BatchResponse, came_again, failures
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.events import message_of
from services.notify import wiring
from services.notify.domain.nudge import Nudge, Send, Spread
from services.notify.handlers.reports import report
from services.notify.use_cases.do_nudges import do_nudges

RESERVE_MS = 35_000  # one more page of channels, or one more message


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    def goes_on() -> bool:
        return context.get_remaining_time_in_millis() > RESERVE_MS

    failed: dict[str, Exception] = {}
    asked: dict[str, Nudge] = {}
    again = {}
    for record in map(SQSRecord, event["Records"]):
        again[record.message_id] = came_again(record)
        try:
            asked[record.message_id] = message_of(record, Send | Spread)  # type: ignore[arg-type]
        except ValidationError as invalid:
            failed[record.message_id] = invalid
    not_done = do_nudges(list(asked.values()), goes_on, ports=wires.ports)
    failed |= {name: not_done[nudge] for name, nudge in asked.items() if nudge in not_done}
    for message_id, error in failed.items():
        report(error, message_id, again=again[message_id])
    return failures(failed)
