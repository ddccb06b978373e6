"""Serves a service's routes of contracts.routes: decodes before and encodes after the operation.

def build() -> Api:
    wires = wiring.build()
    operations = {"start_transfer": partial(start_transfer, wires), ...}
    return Api("transfer", operations, Problems({...}), wires.settings.cors_origins)

@entrypoint(build)
def handler(event: Event, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ValidationError

from contracts.contract import CallHeaders
from contracts.problem import field_errors
from contracts.routes import Route, routes_of
from runtime.problems import Problems, RequestRefused
from runtime.telemetry import correlation_id

B = TypeVar("B")
M = TypeVar("M", bound=BaseModel)

MAX_BODY_BYTES = 262_144  # a private key and ten host keys fit many times
ANONYMOUS = "anonymous"  # the caller while the API has no authorizer
HEADERS = {"Cache-Control": "no-store", "Vary": "Origin", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True)
class Call(Generic[B]):
    """One decoded request; `body` and `query` are the models its route names, else None."""

    body: B
    query: Any
    path: Mapping[str, str]
    caller: str
    correlation_id: str
    idempotency_key: str | None = None

    @property
    def body_hash(self) -> str:
        """Tells a repeated body from another one; secrets do not count in it."""
        text = self.body.model_dump_json() if isinstance(self.body, BaseModel) else ""
        return hashlib.sha256(text.encode()).hexdigest()


Operation = Callable[[Call[Any]], BaseModel | None]


class Api:
    def __init__(
        self,
        service: str,
        operations: Mapping[str, Operation],
        problems: Problems,
        cors_origins: Sequence[str],
    ) -> None:
        """`operations` by operation id, exactly one for each route of `service`."""
        routes = routes_of(service)
        if {route.operation_id for route in routes} != set(operations):
            raise ValueError(f"The routes and the operations of {service} differ.")
        self._problems = problems
        self._origins = list(cors_origins) or [""]  # '' matches no page; Powertools' default is any
        asked = ["Idempotency-Key", "X-Correlation-Id"]
        cors = CORSConfig(self._origins[0], self._origins[1:], allow_headers=asked, max_age=600)
        self._app = APIGatewayRestResolver(cors=cors)
        self._app.exception_handler(Exception)(self._problem)
        for route in routes:
            self._serve(route, operations[route.operation_id])

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        return self._app.resolve(event, context)

    def _serve(self, route: Route, operation: Operation) -> None:
        def serve(**path: str) -> Response[str]:
            answer = operation(self._decode(route, path))
            kind, text = ("application/json", answer.model_dump_json()) if answer else (None, "")
            return Response(route.status, kind, text, dict(HEADERS))

        self._app.route(route.path.replace("{", "<").replace("}", ">"), route.method)(serve)

    def _decode(self, route: Route, path: Mapping[str, str]) -> Call[Any]:
        event = self._app.current_event
        origin = event.headers.get("Origin")
        # a page elsewhere could send simple requests without asking first, also to a loopback API
        if origin and route.method != "GET" and origin not in self._origins:
            raise RequestRefused(403, "origin_refused", f"{origin!r} may not change anything here.")
        sent = event.query_string_parameters or {}
        query = _read(route.query, route.query.model_validate, sent) if route.query else None
        body = self._body(route.request) if route.request else None
        key = {"Idempotency-Key": event.headers.get("Idempotency-Key")}
        headers = _read(CallHeaders, CallHeaders.model_validate, key)
        authorizer = event.raw_event["requestContext"].get("authorizer") or {}
        caller = str(authorizer.get("principalId") or ANONYMOUS)
        return Call(body, query, path, caller, correlation_id(), headers.idempotency_key)

    def _body(self, model: type[M]) -> M:
        event = self._app.current_event
        kind = event.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if kind != "application/json":
            raise RequestRefused(415, "not_json", "Send Content-Type: application/json.")
        text = event.decoded_body or ""
        if len(text.encode()) > MAX_BODY_BYTES:
            raise RequestRefused(413, "body_too_large", f"Send at most {MAX_BODY_BYTES} bytes.")
        return _read(model, model.model_validate_json, text)

    def _problem(self, error: Exception) -> Response[str]:
        event = self._app.current_event
        if isinstance(error, NotFoundError):
            error = RequestRefused(404, "no_route", "There is nothing at this address.")
        request_id = event.request_context.request_id or correlation_id()
        problem = self._problems.of(error, event.path, request_id)
        text = problem.model_dump_json(exclude_none=True)
        return Response(problem.status, "application/problem+json", text, dict(HEADERS))


def _read(model: type[M], read: Callable[[Any], M], sent: object) -> M:
    try:
        return read(sent)
    except ValidationError as error:
        errors = field_errors(error, model)
        raise RequestRefused(400, "request_invalid", "; ".join(map(str, errors)), errors) from None
