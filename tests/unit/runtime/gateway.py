"""Requests as API Gateway hands them to a function, and a service that answers all its routes."""

import json
from collections.abc import Mapping
from typing import Any

from contracts.transfer_routes import TRANSFER_ROUTES
from kernel.caller import Caller
from runtime.calls import Call
from runtime.http import Api, Operation
from runtime.problems import Problems
from tests.fakes.callers import ANN, as_context
from tests.unit.runtime.lambda_context import Invocation

ORIGIN = "https://console.example"
JSON_BODY = {"Content-Type": "application/json"}


def request(
    method: str,
    path: str,
    body: object = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    caller: Caller | None = ANN,
) -> dict[str, Any]:
    """`caller` is the one that the authorizer found. It is None on a public route, or when the
    authorizer was not asked."""
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    return {
        "httpMethod": method,
        "path": path,
        "headers": {**(JSON_BODY if body is not None else {}), **(headers or {})},
        "multiValueHeaders": {},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "g-1",
            "stage": "v1",
            "identity": {"sourceIp": "192.0.2.7"},
            "authorizer": as_context(caller) if caller else None,
        },
        "body": text,
        "isBase64Encoded": False,
    }


class Service:
    """Remembers its calls and answers with `answer`. If that is an exception, it is raised."""

    def __init__(self, answer: Any = None, origins: tuple[str, ...] = (ORIGIN,)) -> None:  # noqa: ANN401
        self.answer, self.calls = answer, list[Call[Any]]()
        operations: dict[str, Operation] = {
            route.operation_id: self._operate for route in TRANSFER_ROUTES
        }
        statuses: dict[type[Exception], int] = {PermissionError: 403, OSError: 502}
        self._api = Api(TRANSFER_ROUTES, operations, Problems(statuses), origins)

    def _operate(self, call: Call[Any]) -> Any:  # noqa: ANN401 - the model of any route
        self.calls.append(call)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        return self._api(event, Invocation())

    def sent(self, event: dict[str, Any]) -> Call[Any]:
        """The call that `event` became. Fails when the request was refused."""
        before = len(self.calls)
        answer = self(event)
        assert len(self.calls) == before + 1, answer
        return self.calls[-1]


def header(answer: dict[str, Any], name: str) -> str | None:
    values = answer["multiValueHeaders"].get(name)
    return values[0] if values else None


def problem(answer: dict[str, Any]) -> dict[str, Any]:
    assert header(answer, "Content-Type") == "application/problem+json"
    body: dict[str, Any] = json.loads(answer["body"])
    assert body["status"] == answer["statusCode"]
    return body
