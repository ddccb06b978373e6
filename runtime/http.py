"""Serves a service's routes of contracts.routes. Decodes the request and encodes the answer.

def build() -> Api:
    wires = wiring.build()
    operations = {"start_transfer": partial(start_transfer, wires), ...}
    return Api(TRANSFER_ROUTES, operations, Problems({...}), wires.settings.cors_origins)

@entrypoint(build)
def handler(event: Event, context: LambdaContext, api: Api) -> dict[str, Any]:
    return api(event, context)
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, CORSConfig, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from contracts.route import Route
from runtime.calls import Answer, Call, call_of
from runtime.path_values import path_values
from runtime.problems import Problems, RequestRefused
from runtime.telemetry import correlation_id, count_one, version_failures

Operation = Callable[[Call[Any]], BaseModel | Answer | None]

NEVER_KEPT = "no-store"  # nor is it compared with what the caller has
HEADERS = {
    "Cache-Control": NEVER_KEPT,
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Vary": "Origin, Authorization",
    "X-Content-Type-Options": "nosniff",
}
KEPT = "private, no-cache"  # the browser keeps it, and asks each time with If-None-Match
JSON = "application/json"
INTERNAL_ERROR = 500  # an error of ours; 502 is a partner's
SERVER_ERRORS = "ServerErrors"  # to Lambda an answered 500 is no error
ASKED_HEADERS = ["Idempotency-Key", "If-Match", "If-None-Match", "X-Correlation-Id"]
TOLD_HEADERS = ["ETag", "Link", "Location", "Retry-After"]


class Api:
    def __init__(
        self,
        routes: Sequence[Route],
        operations: Mapping[str, Operation],
        problems: Problems,
        cors_origins: Sequence[str],
    ) -> None:
        """`operations` has exactly one operation for each of the service's `routes`, by operation
        id."""
        if {route.operation_id for route in routes} != set(operations):
            raise ValueError("The routes and the operations differ.")
        self._problems = problems
        self._origins = list(cors_origins) or [""]  # '' matches no page; Powertools' default is any
        cors = CORSConfig(
            self._origins[0],
            self._origins[1:],
            allow_headers=ASKED_HEADERS,
            expose_headers=TOLD_HEADERS,
            max_age=600,
        )
        self._app = APIGatewayRestResolver(cors=cors)
        self._app.exception_handler(Exception)(self._problem)
        for route in routes:
            self._serve(route, operations[route.operation_id])

    def __call__(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        return self._app.resolve(event, context)

    def _serve(self, route: Route, operation: Operation) -> None:
        def serve(**path: str) -> Response[str]:
            event = self._app.current_event
            if route.method != "GET":
                self._require_origin(event)
            given = operation(call_of(event, route, path_values(path)))
            answer = given if isinstance(given, Answer) else Answer(given)
            return _response(route, answer, event.headers.get("If-None-Match"))

        self._app.route(route.path.replace("{", "<").replace("}", ">"), route.method)(serve)

    def _require_origin(self, event: APIGatewayProxyEvent) -> None:
        """Browsers send simple requests of a page elsewhere without a preflight. So this refuses
        requests from other origins."""
        origin = event.headers.get("Origin")
        host = event.headers.get("Host")
        own = [f"https://{host}", f"http://{host}"]  # the API's own page, where it can be tried
        if origin and origin not in [*self._origins, *own]:
            reason = f"{origin!r} may not change anything here."
            raise RequestRefused(403, "origin_refused", reason)

    def _problem(self, error: Exception) -> Response[str]:
        event = self._app.current_event
        if isinstance(error, NotFoundError):
            error = RequestRefused(404, "no_route", "There is nothing at this address.")
        request_id = event.request_context.request_id or correlation_id()
        problem = self._problems.of(error, event.path, request_id)
        if problem.status == INTERNAL_ERROR:
            count_one(SERVER_ERRORS)
            version_failures().add()
        headers = dict(HEADERS)
        if problem.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if (seconds := getattr(error, "retry_after_seconds", None)) is not None:
            headers["Retry-After"] = str(seconds)
        text = problem.model_dump_json(exclude_none=True) + "\n"
        return Response(problem.status, "application/problem+json", text, headers)


def _response(route: Route, answer: Answer, known: str | None) -> Response[str]:
    """`known` is If-None-Match, that is the versions that the caller has already."""
    status = answer.status or route.status
    text, media = answer.body, route.media or JSON
    if isinstance(text, BaseModel):  # the newline at the end is for people at terminals
        text, media = f"{text.model_dump_json()}\n", JSON
    headers = dict(HEADERS)
    if answer.version is not None:
        headers["ETag"] = f'"{answer.version}"'
    elif route.method == "GET" and status == 200 and "Cache-Control" not in answer.headers:
        digest = hashlib.sha256((text or "").encode()).hexdigest()
        headers["ETag"] = f'W/"{digest[:32]}"'
    if route.method == "GET" and "ETag" in headers:
        headers["Cache-Control"] = KEPT
    headers |= answer.headers
    kept = route.method == "GET" and headers["Cache-Control"] != NEVER_KEPT
    if kept and _matches(known, headers.get("ETag", "")):
        return Response(304, None, "", headers)
    return Response(status, media if text else None, text or "", headers)


def _matches(known: str | None, tag: str) -> bool:
    """A weak comparison with each tag of the list (RFC 9110, If-None-Match)."""
    tags = [each.strip().removeprefix("W/") for each in (known or "").split(",")]
    return bool(tag) and tag.removeprefix("W/") in tags
