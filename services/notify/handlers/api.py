"""The notify service's REST routes. Each turns a request into one use case and its answer."""

from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from contracts import notify_api as http
from contracts.notify_routes import NOTIFY_ROUTES
from runtime.calls import Answer, Call
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.http import Api, Operation
from runtime.problems import Problems
from services.notify import wiring
from services.notify.domain.ports import Ports
from services.notify.handlers import api_channels
from services.notify.handlers.api_views import notification_view
from services.notify.use_cases.list_notifications import list_notifications

PROBLEMS = Problems({})  # every error that is answered has a status of its own


def build() -> Api:
    wires = wiring.build()
    operations: dict[str, Operation] = {
        **api_channels.operations(wires.ports),
        "list_transfer_notifications": partial(_notifications, wires.ports),
    }
    return Api(NOTIFY_ROUTES, operations, PROBLEMS, wires.settings.cors_origins)


@entrypoint(build)
def handler(event: LambdaEvent, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)


def _notifications(ports: Ports, call: Call[None]) -> Answer:
    transfer_id = call.path["id"]
    found = list_notifications(transfer_id, call.caller, ports=ports)
    return Answer(
        http.TransferNotificationsView(
            transfer_id=transfer_id, notifications=tuple(map(notification_view, found))
        )
    )
