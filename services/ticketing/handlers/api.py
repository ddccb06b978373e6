"""The ticketing service's REST routes. Each turns a request into one use case and its answer."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import ticket_api as http
from contracts.ticket_routes import TICKET_ROUTES
from runtime.calls import Answer, Call
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.http import Api, Operation
from runtime.problems import Problems
from services.ticketing import wiring
from services.ticketing.domain.ports import Ports
from services.ticketing.handlers.views import health_view, ticket_view
from services.ticketing.use_cases.read_health import read_health
from services.ticketing.use_cases.read_tickets import list_transfer_tickets, read_ticket
from services.ticketing.use_cases.request_ticket import request_ticket

PROBLEMS = Problems({})


def build() -> Api:
    return api_of(wiring.build())


def api_of(wires: wiring.Wiring) -> Api:
    operations: dict[str, Operation] = {
        "request_ticket": partial(_request, wires.ports),
        "read_ticket": partial(_read, wires.ports),
        "read_ticketing_health": partial(_health, wires.ports),
        "list_transfer_tickets": partial(_list, wires.ports),
    }
    return Api(TICKET_ROUTES, operations, PROBLEMS, wires.settings.cors_origins)


@entrypoint(build)
def handler(event: LambdaEvent, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)


def _request(ports: Ports, call: Call[http.TicketRequest]) -> Answer:
    ticket = request_ticket(
        call.body, call.caller, call.idempotency, call.correlation_id, ports=ports
    )
    view = ticket_view(ticket)
    return Answer(view, headers={"Location": f"ticket/{view.number or view.id}"})


def _read(ports: Ports, call: Call[None]) -> http.TicketView:
    return ticket_view(*read_ticket(call.path["number"], call.caller, ports=ports))


def _list(ports: Ports, call: Call[None]) -> http.TransferTicketsView:
    transfer_id = call.path["id"]
    tickets = list_transfer_tickets(transfer_id, call.caller, ports=ports)
    return http.TransferTicketsView(
        transfer_id=transfer_id, tickets=tuple(ticket_view(each) for each in tickets)
    )


def _health(ports: Ports, call: Call[None]) -> http.TicketingHealthView:
    return health_view(read_health(call.caller, ports=ports))
