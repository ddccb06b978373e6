"""What clients of the WebSocket API send. All answers are pushed."""

from contextlib import suppress
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts.caller import Caller
from contracts.contract import Contract
from contracts.websocket.client_messages import Ping, Subscribe, Unsubscribe
from runtime.callers import caller_of
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import logger
from services.progress import wiring
from services.progress.domain.errors import (
    ConnectionBusy,
    ConnectionOver,
    ProgressError,
    Refused,
    Slow,
    StatesNotRead,
)
from services.progress.domain_services.reach import end, say
from services.progress.handlers.client_text import read_client_text, request_id_of
from services.progress.use_cases.answer_ping import answer_ping
from services.progress.use_cases.connect import connect
from services.progress.use_cases.disconnect import disconnect
from services.progress.use_cases.subscribe import subscribe
from services.progress.use_cases.unsubscribe import unsubscribe

OK = {"statusCode": 200}


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    request = event["requestContext"]
    connection_id = request["connectionId"]
    match request["eventType"]:
        case "CONNECT":
            return _begin(connection_id, request["authorizer"]["caller"], wires)
        case "DISCONNECT":
            disconnect(connection_id, ports=wires.ports)
        case _:
            _answer(connection_id, event, wires)
    return OK


def _begin(connection_id: str, caller: str, wires: wiring.Wiring) -> dict[str, Any]:
    """A refusal answers the handshake, because nothing can be pushed yet."""
    found = caller_of(Caller.model_validate_json(caller))
    try:
        connect(connection_id, found, ports=wires.ports)
    except ProgressError as refusal:
        if refusal.status is None:
            raise
        logger().info("connection refused", code=refusal.code)
        return {"statusCode": refusal.status}
    return OK


def _answer(connection_id: str, event: LambdaEvent, wires: wiring.Wiring) -> None:
    try:
        _act(connection_id, read_client_text(event), wires)
    except ConnectionOver as over:
        logger().info("message of an ended connection", code=over.code)
        with suppress(Slow):  # then its next message ends it
            end(connection_id, over, ports=wires.ports)
    except (Refused, ConnectionBusy, StatesNotRead) as refusal:
        logger().info("message refused", code=refusal.code)
        say(connection_id, refusal, request_id_of(event), ports=wires.ports)


def _act(connection_id: str, asked: Contract, wires: wiring.Wiring) -> None:
    match asked:
        case Subscribe():
            subscribe(connection_id, asked, ports=wires.ports)
        case Unsubscribe():
            unsubscribe(connection_id, asked, ports=wires.ports)
        case Ping():
            answer_ping(connection_id, asked, ports=wires.ports)
