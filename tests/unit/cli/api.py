"""FileFerry's API as its contracts describe it: what they refuse is refused, what a test has it
answer must be what they promise. It runs within the command's HTTP client."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from contracts.contract import CallHeaders, Published
from contracts.problem import Problem, title_of
from contracts.route import Route
from contracts.routes import ROUTES

TOKEN = "an-access-token"
URL = "https://ferry.example/v1"
PATHS = [
    (route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path))) for route in ROUTES
]


@dataclass(frozen=True)
class Call:
    """What reached the API, after the contract took it."""

    operation: str
    parts: dict[str, str]
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Raw:
    """An answer with headers, or one that is no model."""

    content: str | Published | None = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None


Answer = Published | Raw | httpx.Response | BaseException | None
Operation = Callable[[Call], Answer]


class Api(httpx.MockTransport):
    """`answers` by operation id: an answer, or a function of the call. `calls` has what came."""

    def __init__(self, **answers: Answer | Operation) -> None:
        super().__init__(lambda request: _unread(self._handle(request)))
        self.answers: dict[str, Answer | Operation] = answers
        self.calls: list[Call] = []
        self.token = TOKEN

    def called(self, operation: str) -> list[Call]:
        return [each for each in self.calls if each.operation == operation]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url).startswith(URL), request.url
        path = request.url.raw_path.decode().partition("?")[0].removeprefix("/v1")
        for route, pattern in PATHS:
            found = pattern.fullmatch(path)
            if found and route.method == request.method:
                return self._answer(route, request, found.groupdict())
        return refused(404, "no_route")

    def _answer(
        self, route: Route, request: httpx.Request, parts: dict[str, str]
    ) -> httpx.Response:
        if not route.public and request.headers.get("Authorization") != f"Bearer {self.token}":
            return refused(401, "unauthorized", "Log in.")
        call = _call(route, request, parts)
        self.calls.append(call)
        answer = self.answers[route.operation_id]
        if callable(answer) and not isinstance(answer, Published | Raw | httpx.Response):
            answer = answer(call)
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, httpx.Response) else _response(route, answer)


def _unread(response: httpx.Response) -> httpx.Response:
    """As it comes from a network: nobody has read the content yet."""
    stream = httpx.ByteStream(response.content)
    return httpx.Response(response.status_code, headers=response.headers, stream=stream)


def _call(route: Route, request: httpx.Request, parts: dict[str, str]) -> Call:
    query = dict(parse_qsl(request.url.query.decode(), keep_blank_values=True))
    if route.query is not None:
        route.query.model_validate(query)
    else:
        assert not query, query
    headers = dict(request.headers)
    names = ("Idempotency-Key", "If-Match")
    CallHeaders.model_validate(
        {name: request.headers[name] for name in names if name in request.headers}
    )
    assert route.idempotency_key or "idempotency-key" not in headers
    assert route.if_match or "if-match" not in headers
    if route.request is None:
        assert not request.content
        return Call(route.operation_id, parts, query, None, headers)
    route.request.model_validate_json(request.content)
    return Call(route.operation_id, parts, query, json.loads(request.content), headers)


def _response(route: Route, answer: Published | Raw | None) -> httpx.Response:
    raw = answer if isinstance(answer, Raw) else Raw(answer)
    status = raw.status or route.status
    if isinstance(raw.content, str):
        kind = {"Content-Type": route.media or "text/plain"}
        return httpx.Response(status, text=raw.content, headers={**kind, **raw.headers})
    if raw.content is None:
        return httpx.Response(status, headers=raw.headers)
    assert route.response is not None
    assert isinstance(raw.content, route.response), route
    headers = {"Content-Type": "application/json", **raw.headers}
    return httpx.Response(status, text=raw.content.model_dump_json(), headers=headers)


def refused(
    status: int, code: str, detail: str = "It is refused.", **headers: str
) -> httpx.Response:
    problem = Problem(
        type=f"urn:fileferry:problem:{code}",
        title=title_of(status),
        status=status,
        detail=detail,
        instance="urn:fileferry:request:r-1",
        code=code,
        request_id="r-1",
    )
    return httpx.Response(
        status,
        text=problem.model_dump_json(),
        headers={
            "Content-Type": "application/problem+json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
    )
