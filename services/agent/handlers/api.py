"""The agent service's REST routes. Each turns a request into one use case and its answer."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import agent_api as http
from contracts.agent_routes import AGENT_ROUTES
from contracts.agent_teams import TEAMS_ROUTES
from runtime.calls import Answer, Call
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.http import Api, Operation
from runtime.problems import Problems
from services.agent import wiring
from services.agent.domain.ports import Ports
from services.agent.domain_services.taking_turns import Sending
from services.agent.handlers import api_proposals, api_teams
from services.agent.handlers.conversation_views import (
    answer_view,
    conversation_view,
    conversations_page,
    health_view,
    messages_page,
)
from services.agent.use_cases.open_conversation import open_conversation
from services.agent.use_cases.read_conversations import list_conversations, read_conversation
from services.agent.use_cases.read_health import read_health
from services.agent.use_cases.send_message import send_message
from services.agent.use_cases.stop_answer import stop_answer

PROBLEMS = Problems({})


def build() -> Api:
    wires = wiring.build()
    ports = wires.ports
    operations: dict[str, Operation] = {
        "read_agent_health": partial(_health, ports),
        "open_conversation": partial(_open, ports),
        "list_conversations": partial(_list, ports),
        "read_conversation": partial(_read, ports),
        "send_message": partial(_send, wires),
        "stop_answer": partial(_stop, ports),
        **api_proposals.operations(ports),
        **api_teams.operations(wires.teams),
    }
    return Api(AGENT_ROUTES + TEAMS_ROUTES, operations, PROBLEMS, wires.settings.cors_origins)


@entrypoint(build)
def handler(event: LambdaEvent, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)


def _health(ports: Ports, call: Call[None]) -> http.AgentHealthView:
    return health_view(read_health(call.caller, ports=ports))


def _open(ports: Ports, call: Call[http.ConversationRequest]) -> Answer:
    opened = open_conversation(call.caller, call.idempotency, call.correlation_id, ports=ports)
    view = conversation_view(opened, ports.now())
    return Answer(view, headers={"Location": f"conversations/{view.id}"})


def _list(ports: Ports, call: Call[None]) -> http.ConversationsPage:
    page = list_conversations(call.caller, call.query.limit, call.query.cursor, ports=ports)
    return conversations_page(page, ports.now())


def _read(ports: Ports, call: Call[None]) -> http.MessagesPage:
    limit, cursor = call.query.limit, call.query.cursor
    found = read_conversation(call.path["id"], call.caller, limit, cursor, ports=ports)
    return messages_page(*found, ports.now())


def _send(wires: wiring.Wiring, call: Call[http.MessageRequest]) -> http.AnswerView:
    sending = Sending(
        conversation_id=call.path["id"],
        text=call.body.text,
        caller=call.caller,
        token=call.token,
        correlation_id=call.correlation_id,
        idempotency=call.idempotency,
    )
    answer = send_message(sending, ports=wires.ports, tools=wires.tools)
    return answer_view(answer, wires.ports.now())


def _stop(ports: Ports, call: Call[None]) -> http.ConversationView:
    stopping = stop_answer(call.path["id"], call.caller, ports=ports)
    return conversation_view(stopping, ports.now())
