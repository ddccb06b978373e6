"""The HTTP routes as two OpenAPI documents: one for readers, one that API Gateway imports.

API Gateway gets no models. Its validator takes draft 4 without anyOf, oneOf or
additionalProperties, so it would let through requests that the function refuses. And it only
answers 'Invalid request body', where the function names field and value.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from contracts.caller import UserName
from contracts.contract import BucketName, CallHeaders, Id, Slug, without_null
from contracts.gateway_responses import gateway_responses
from contracts.problem import Problem, title_of
from contracts.route import Route
from contracts.routes import ROUTES
from contracts.ticket_api import TicketNumber

Json = dict[str, Any]

PATH_PARAMETER = {"in": "path", "required": True, "schema": {"type": "string"}}
# The type of a path parameter, by the part of the path before it. Only readers are told.
NAMED_AFTER = {
    "buckets": BucketName,
    "channels": Slug,
    "conversations": Id,
    "destinations": Slug,
    "proposals": Id,
    "ticket": TicketNumber,
    "transfer": Id,
    "users": UserName,
}
_FUNCTION = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}"
    ":function:fileferry-${Stage}-{name}:live/invocations"  # the alias a canary deployment shifts
)
# The gateway keeps the authorizer's answer for a token that long. So a session that was closed can
# go on for at most that long.
AUTHORIZER_SECONDS = 30
# The caller does not send the key. The authorizer names it, so the gateway counts calls by user.
_SECURITY: Json = {
    "token": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "request",
            "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": AUTHORIZER_SECONDS,
            "authorizerUri": {"Fn::Sub": _FUNCTION.replace("{name}", "auth-authorizer")},
        },
    },
    "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
}
# An allowance alone would not keep anybody out of a route with an authorizer: what neither allows
# nor denies is left to the authorizer. So it is a denial.
_INVOKE: Json = {"Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
_OTHERS: Json = {"NotIpAddress": {"aws:SourceIp": {"Fn::Split": [",", {"Ref": "AllowedCallers"}]}}}
_CALLERS: Json = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", **_INVOKE},
        {"Effect": "Deny", **_INVOKE, "Condition": _OTHERS},
    ],
}


def gateway_document() -> Json:
    """OpenAPI 3.0.1 for `AWS::Include`. The template's Stage and pseudo parameters fill it in."""
    paths: Json = {}
    for path, routes in _by_path():
        methods = {route.method.lower(): _gateway_method(route) for route in routes}
        answered = _gateway_call(routes[0], "Tells browsers what they may send")
        paths[path] = {**methods, "options": answered}
    return {
        "openapi": "3.0.1",
        "info": {"title": {"Fn::Sub": "fileferry-${Stage}"}, "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": _SECURITY},
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
        "x-amazon-apigateway-policy": _CALLERS,
        "x-amazon-apigateway-gateway-responses": gateway_responses(),
    }


def readers_document() -> Json:
    """OpenAPI 3.1 with every model."""
    schemas, components = _schemas()
    paths: Json = {}
    for path, routes in _by_path():
        paths[path] = {route.method.lower(): _operation(route, schemas) for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FileFerry",
            "version": "1",
            "description": _INTRODUCTION,
            "license": _LICENSE,
        },
        "servers": [{"url": ".."}],  # this document is at <server>/api/openapi.json
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"bearer": _BEARER}},
    }


_INTRODUCTION = """Managed file transfer: S3 objects to partners' SFTP and FTPS servers, whole and
proven.

Log in with `POST /api/login` and send the `access_token` as `Authorization: Bearer <token>`. On
this page use *Authorize*. You can only send what an admin granted (`GET /api/me`).

- Refusals are problems (RFC 9457): `code` for programs, `detail` for people.
- Lists come in pages: send `cursor` back until it is null.
- A `POST` that creates takes an `Idempotency-Key`. A repeated one answers what the first one did.
- Each user has 100 calls a minute, each route 20 a second (bursts of 50). A 429 says when to retry.
"""
_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access_token of POST /api/login or POST /api/refresh",
}


def _by_path() -> Iterable[tuple[str, list[Route]]]:
    ordered = sorted(ROUTES, key=lambda route: (route.path, route.method))
    for path, routes in groupby(ordered, key=lambda route: route.path):
        yield path, list(routes)


def _path_parameters(path: str) -> list[Json]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, **PATH_PARAMETER} for name in names]


def _described_path_parameters(path: str) -> list[Json]:
    parts = path.split("/")
    named = {part[1:-1]: before for before, part in pairwise(parts) if part.startswith("{")}
    return [
        {**each, "schema": TypeAdapter(NAMED_AFTER[named[each["name"]]]).json_schema()}
        for each in _path_parameters(path)
    ]


def _gateway_method(route: Route) -> Json:
    method = {"operationId": route.operation_id, **_gateway_call(route, route.summary)}
    if not route.public:
        method["security"] = [{name: [] for name in _SECURITY}]
    return method


def _gateway_call(route: Route, summary: str) -> Json:
    uri = _FUNCTION.replace("{name}", f"{route.service}-api")
    return {
        "summary": summary,
        "parameters": _path_parameters(route.path),
        "responses": {"default": {"description": "As the function answers"}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            "httpMethod": "POST",
            "passthroughBehavior": "when_no_match",
            "uri": {"Fn::Sub": uri},
        },
    }


def _schemas() -> tuple[Mapping[object, Json], Json]:
    models: set[type[BaseModel]] = {Problem}
    for route in ROUTES:
        models |= {model for model in (route.request, route.response, route.query) if model}
    ordered = sorted(models, key=lambda model: model.__name__)
    by_model, document = models_json_schema(
        [(model, "validation") for model in ordered],
        ref_template="#/components/schemas/{model}",
    )
    components = document["$defs"]
    for model in {route.query for route in ROUTES if route.query}:
        components.pop(model.__name__)  # shown as parameters instead
    return {model: schema for (model, _), schema in by_model.items()}, components


def _operation(route: Route, schemas: Mapping[object, Json]) -> Json:
    operation: Json = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "description": f"Who may: {route.access}",
        "tags": [route.path.split("/")[2]],
        "parameters": [
            *_described_path_parameters(route.path),
            *_query_parameters(route),
            *_header_parameters(route),
        ],
        "responses": _responses(route, schemas),
    }
    if route.public:
        operation["security"] = []
    if route.request:
        content = {"application/json": {"schema": schemas[route.request]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _query_parameters(route: Route) -> list[Json]:
    if route.query is None:
        return []
    model = route.query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in model.get("required", ()),
            "schema": without_null(schema),  # a query string cannot say null
        }
        for name, schema in model["properties"].items()
    ]


def _header_parameters(route: Route) -> list[Json]:
    meant = {"Idempotency-Key": route.idempotency_key, "If-Match": route.if_match}
    fields = CallHeaders.model_json_schema()["properties"]
    return [
        {"name": name, "in": "header", "schema": without_null(fields[name])}
        for name, is_meant in meant.items()
        if is_meant
    ]


def _responses(route: Route, schemas: Mapping[object, Json]) -> Json:
    done: Json = {"description": route.summary}
    content = {"application/json": {"schema": schemas[route.response]}} if route.response else {}
    content |= {route.media: {"schema": {}}} if route.media else {}
    if content:
        done["content"] = content
    if (route.method == "GET" and route.status == 200) or route.etag:
        done["headers"] = {"ETag": {"schema": {"type": "string"}}}
    answers: Json = {str(route.status): done}
    if route.method == "GET" and route.status == 200:
        answers["304"] = {"description": "As If-None-Match says, you have it already"}
    problem = {"application/problem+json": {"schema": schemas[Problem]}}
    for status in sorted(_problems(route)):
        answers[str(status)] = {"description": title_of(status), "content": problem}
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
    return answers


def _problems(route: Route) -> set[int]:
    """The statuses of the route itself, and those that every route of its kind may have."""
    statuses = {*route.problems, 429, 500}
    if route.request or route.query or route.idempotency_key or route.if_match:
        statuses |= {400}
    if route.request:
        statuses |= {413, 415}
    if route.if_match:
        statuses |= {412}
    if not route.public:
        statuses |= {401, 403}  # the gateway's own 403: a user without a valid key
    if route.method != "GET":
        statuses |= {403}  # a page of an origin that is not listed
    return statuses


def text_of(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
