"""A decoded request of a route, and the answer to it."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Generic, TypeVar

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent
from pydantic import BaseModel, SecretStr, ValidationError

from contracts import caller as contract
from contracts.contract import CallHeaders
from contracts.problem import field_errors
from contracts.route import Route
from kernel.caller import Caller
from kernel.idempotency import Idempotency
from runtime.callers import caller_of
from runtime.problems import RequestRefused
from runtime.telemetry import correlation_id

B = TypeVar("B")
M = TypeVar("M", bound=BaseModel)

HALVES = re.compile("[\ud800-\udfff]")  # of a surrogate pair
MAX_BODY_BYTES = 262_144  # a private key and ten host keys fit many times


@dataclass(frozen=True)
class Call(Generic[B]):
    """`body` and `query` are the models that the route names. They are None when it names none.

    `if_match` is the version that the caller insists on. None stands for any.
    """

    body: B
    query: Any
    path: Mapping[str, str]
    correlation_id: str
    known_caller: Caller | None = None
    source_ip: str | None = None
    idempotency_key: str | None = None
    if_match: int | None = None
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    known_token: SecretStr | None = field(default=None, repr=False)

    @property
    def token(self) -> SecretStr:
        """The caller's own access token, for what is asked of other services in their name. Raises
        RequestRefused (401) when there is none."""
        if self.known_token is None:
            raise _not_logged_in()
        return self.known_token

    @property
    def caller(self) -> Caller:
        """Raises RequestRefused (401) when there is none. That happens on public routes only."""
        if self.known_caller is None:
            raise _not_logged_in()
        return self.known_caller

    @property
    def idempotency(self) -> Idempotency | None:
        """A key belongs to one caller and one kind of request. So others with the same key never
        clash with it. Secrets do not count in the body's hash."""
        if self.idempotency_key is None:
            return None
        key = f"{self.caller.name}#{type(self.body).__name__}#{self.idempotency_key}"
        text = self.body.model_dump_json() if isinstance(self.body, BaseModel) else ""
        return Idempotency(key, hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True)
class Answer:
    """For an answer that needs more than a model: another status, a version for its ETag, or
    headers. `body` may be text."""

    body: BaseModel | str | None = None
    status: int | None = None
    version: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def call_of(event: APIGatewayProxyEvent, route: Route, path: Mapping[str, str]) -> Call[Any]:
    """Raises RequestRefused, which names each wrong field."""
    caller = _caller_of(event)
    if caller is None and not route.public:
        raise _not_logged_in()
    query = (
        _read(route.query, route.query.model_validate, _query_of(event)) if route.query else None
    )
    body = _body_of(event, route.request) if route.request else None
    names = [each.alias or "" for each in CallHeaders.model_fields.values()]
    meant = {name: event.headers.get(name) for name in names}
    headers = _read(CallHeaders, CallHeaders.model_validate, meant)
    version = (headers.if_match or "*").strip('"')
    return Call(
        body,
        query,
        path,
        correlation_id(),
        caller,
        (event.raw_event["requestContext"].get("identity") or {}).get("sourceIp"),
        headers.idempotency_key,
        None if version == "*" else int(version),
        _cookies_of(event),
        _token_of(event),
    )


def _not_logged_in() -> RequestRefused:
    advice = "Log in with POST /api/login and send the access token."
    return RequestRefused(401, "not_logged_in", advice)


def _caller_of(event: APIGatewayProxyEvent) -> Caller | None:
    """The caller that the authorizer found. A context of any other form is an error of ours."""
    context = event.raw_event["requestContext"].get("authorizer") or {}
    if "caller" not in context:
        return None
    return caller_of(contract.Caller.model_validate_json(context["caller"]))


def _token_of(event: APIGatewayProxyEvent) -> SecretStr | None:
    kind, _, token = event.headers.get("Authorization", "").partition(" ")
    return SecretStr(token.strip()) if kind.lower() == "bearer" and token.strip() else None


def _cookies_of(event: APIGatewayProxyEvent) -> Mapping[str, str]:
    try:
        jar = SimpleCookie(event.headers.get("Cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _query_of(event: APIGatewayProxyEvent) -> Mapping[str, str]:
    """Raises RequestRefused for what would be answered wrongly: of a repeated name only the last
    value counts, and half a surrogate pair can neither be stored nor shown."""
    for name, values in (event.raw_event.get("multiValueQueryStringParameters") or {}).items():
        if len(values) > 1:
            raise RequestRefused(400, "request_invalid", f"{name!a}: Send it once.")
    sent = event.query_string_parameters or {}
    for name, value in sent.items():
        if HALVES.search(name + value):
            raise RequestRefused(400, "request_invalid", f"{name!a}: Send UTF-8.")
    return sent


def _body_of(event: APIGatewayProxyEvent, model: type[M]) -> M:
    kind = event.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestRefused(415, "not_json", "Send Content-Type: application/json.")
    text = event.decoded_body or ""
    if len(text.encode()) > MAX_BODY_BYTES:
        raise RequestRefused(413, "body_too_large", f"Send at most {MAX_BODY_BYTES} bytes.")
    return _read(model, model.model_validate_json, text)


def _read(model: type[M], read: Callable[[Any], M], sent: object) -> M:
    try:
        return read(sent)
    except ValidationError as error:
        errors = field_errors(error, model)
        raise RequestRefused(400, "request_invalid", "; ".join(map(str, errors)), errors) from None
