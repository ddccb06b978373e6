"""FileFerry's REST API over a World, in the process: what the agent calls instead of the network.

It takes what the contracts take, keeps idempotency keys, and remembers each request that is no GET.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bench.agent.reads import Refused, as_asked, one_of, read
from bench.agent.world import NOW, World, Write
from contracts.contract import Published
from contracts.route import Route
from contracts.routes import ROUTES
from contracts.ticket_api import TicketView
from contracts.transfer_views import TransferView
from runtime.address_guard import AddressGuard
from runtime.guarded_http import AnswerLost, GuardedHttp, HttpAnswer
from runtime.rest_api import RestApi
from services.agent.adapters.http_access import HttpAccess

TOKEN = SecretStr("token-of-the-user")
URL = "http://fileferry.example"
STEERED = {  # what may be steered so, and what it is then
    "pause": (("requested", "moving"), "paused"),
    "resume": (("paused",), "moving"),
    "cancel": (("requested", "moving", "paused", "verifying"), "cancelled"),
    "retry": (("failed",), "requested"),
}


class RestDouble(GuardedHttp):
    """`loses_next`: the next write is done, and its answer never arrives."""

    def __init__(self, world: World) -> None:
        super().__init__(AddressGuard.of([]))
        self.world = world
        self.loses_next = False
        self._kept: dict[str, HttpAnswer] = {}

    def access(self) -> HttpAccess:
        return HttpAccess(RestApi(self, URL))

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        seconds: float = math.inf,
    ) -> HttpAnswer:
        assert url.startswith(f"{URL}/api/"), url
        assert headers["Authorization"] == f"Bearer {TOKEN.get_secret_value()}"
        parts = urlsplit(url.removeprefix(URL))
        route, values = _route(method, parts.path)
        key = headers.get("Idempotency-Key")
        if method == "GET" and route is not None:
            self.world.reads.append(route.operation_id)
            return _answered(200, lambda: read(self.world, route, values, parts.query))
        if key is not None and key in self._kept:
            return self._kept[key]
        status = route.status if route else 404
        answer = _answered(status, lambda: self._write(route, values, body))
        told = json.loads(body or b"{}")
        operation = route.operation_id if route else "unknown"
        self.world.writes.append(Write(method, parts.path, operation, told, key, answer.status))
        if key is not None and answer.status < 400:
            self._kept[key] = answer
        if self.loses_next:
            self.loses_next = False
            raise AnswerLost("fileferry.example", "it closed the connection too early")
        return answer

    def _write(
        self, route: Route | None, values: Mapping[str, str], body: bytes | None
    ) -> Published:
        if route is None:
            raise Refused(404, "no_route", "There is nothing at this address.")
        asked = as_asked(route.request, json.loads(body or b"{}"))
        operation = route.operation_id
        if operation == "start_transfer":
            return self._start(asked)
        if operation == "request_ticket":
            return self._ticket(asked)
        action = operation.removesuffix("_transfer")
        if action in STEERED:
            return self._steer(action, one_of(self.world.transfers, values["id"]))
        raise Refused(403, "role_missing", f"Nobody confirmed {operation}.")

    def _start(self, asked: Any) -> TransferView:  # noqa: ANN401 - of any route
        source = asked.source
        key = source.key or source.prefix
        files = self.world.files.get(source.bucket, {})
        if source.key is not None and source.key not in files:
            raise Refused(404, "object_not_found", "There is no such object any more.")
        wanted = getattr(source, "etag", None)
        if wanted is not None and files[source.key].etag != wanted:
            raise Refused(409, "source_changed", "The object has another ETag now.")
        one_of(self.world.destinations, asked.destination_id)
        id_ = f"tr-new-{len(self.world.transfers)}"
        self.world.transfer(id_, key, asked.destination_id, "requested", at=NOW)
        return self.world.transfers[id_]

    def _steer(self, action: str, transfer: TransferView) -> TransferView:
        states, then = STEERED[action]
        if transfer.status not in states:
            raise Refused(409, "state_refused", f"It is {transfer.status}.")
        run = transfer.run + (action == "retry")
        now = transfer.model_copy(update={"status": then, "run": run})
        self.world.transfers[transfer.id] = now
        return now

    def _ticket(self, asked: Any) -> TicketView:  # noqa: ANN401 - of any route
        number = f"INC00200{sum(map(len, self.world.tickets.values())):02}"
        self.world.ticket(asked.transfer_id, number)
        return self.world.tickets[asked.transfer_id or ""][-1]


def _route(method: str, path: str) -> tuple[Route | None, Mapping[str, str]]:
    for route in ROUTES:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(route.path))
        found = re.fullmatch(pattern, path)
        if found and route.method == method:
            return route, {name: unquote(value) for name, value in found.groupdict().items()}
    return None, {}


def _answered(status: int, do: Callable[[], Published]) -> HttpAnswer:
    try:
        return HttpAnswer(status, {}, do().model_dump_json(by_alias=True).encode())
    except Refused as refused:
        problem = {"code": refused.code, "detail": refused.detail, "status": refused.status}
        return HttpAnswer(refused.status, {}, json.dumps(problem).encode())
