"""The worker of the queue of Teams: answers what people wrote, and says farewell."""

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.batches import BatchResponse, each_message
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.events import message_of
from runtime.telemetry import correlate
from services.agent import wiring
from services.agent.domain.teams import Farewell, Incoming
from services.agent.use_cases.answer_in_teams import answer_in_teams
from services.agent.use_cases.teams_links import say_farewell


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> BatchResponse:
    def act(record: SQSRecord) -> None:
        message = message_of(record, Incoming | Farewell)  # type: ignore[arg-type]
        if isinstance(message, Farewell):
            say_farewell(message, teams=wires.teams)
            return
        correlate(message.correlation_id)
        answer_in_teams(message, ports=wires.ports, teams=wires.teams, tools=wires.tools)

    return each_message(event, act)
