"""The HTTP routes as two OpenAPI documents: one for readers, one that API Gateway imports.

API Gateway gets no models. Its validator takes draft 4 without anyOf, oneOf or
additionalProperties, so it would let through what the function refuses, and it answers 'Invalid
request body' where the function names field and value.
"""

import json
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.problem import Problem
from contracts.routes import ROUTES, Route

Json = dict[str, Any]

PATH_PARAMETER = {"in": "path", "required": True, "schema": {"type": "string"}}
_FUNCTION = (
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}"
    ":function:fileferry-${Stage}-{service}-api:live"  # the alias a canary deployment shifts
)


def gateway_document() -> Json:
    """OpenAPI 3.0.1 for `AWS::Include`: the template's Stage and pseudo parameters fill it in."""
    paths: Json = {}
    for path, routes in _by_path():
        methods = {route.method.lower(): _gateway_method(route) for route in routes}
        answered = _gateway_call(routes[0], "Tells browsers what they may send")
        paths[path] = {**methods, "options": answered}
    title = {"Fn::Sub": "fileferry-${Stage}"}
    return {"openapi": "3.0.1", "info": {"title": title, "version": "1"}, "paths": paths}


def readers_document() -> Json:
    """OpenAPI 3.1 with every model."""
    schemas, components = _schemas()
    paths: Json = {}
    for path, routes in _by_path():
        paths[path] = {route.method.lower(): _operation(route, schemas) for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "FileFerry", "version": "1", "license": _LICENSE},
        "paths": paths,
        "components": {"schemas": components},
    }


_LICENSE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


def _by_path() -> Iterable[tuple[str, list[Route]]]:
    ordered = sorted(ROUTES, key=lambda route: (route.path, route.method))
    for path, routes in groupby(ordered, key=lambda route: route.path):
        yield path, list(routes)


def _path_parameters(path: str) -> list[Json]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [{"name": name, **PATH_PARAMETER} for name in names]


def _gateway_method(route: Route) -> Json:
    return {"operationId": route.operation_id, **_gateway_call(route, route.summary)}


def _gateway_call(route: Route, summary: str) -> Json:
    function = _FUNCTION.replace("{service}", route.service)
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"{function}/invocations"
    )
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
        components.pop(model.__name__)  # told as parameters
    return {model: schema for (model, _), schema in by_model.items()}, components


def _operation(route: Route, schemas: Mapping[object, Json]) -> Json:
    parameters = _path_parameters(route.path) + _query_parameters(route)
    if route.idempotency_key:
        parameters.append({"name": "Idempotency-Key", "in": "header", "schema": _IDEMPOTENCY_KEY})
    operation: Json = {
        "operationId": route.operation_id,
        "summary": route.summary,
        "parameters": parameters,
        "responses": _responses(route, schemas),
    }
    if route.request:
        content = {"application/json": {"schema": schemas[route.request]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


_IDEMPOTENCY_KEY = {"type": "string", "pattern": "^[!-~]+$", "maxLength": 255}


def _query_parameters(route: Route) -> list[Json]:
    if route.query is None:
        return []
    fields = route.query.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "schema": schema} for name, schema in fields.items()]


def _responses(route: Route, schemas: Mapping[object, Json]) -> Json:
    done: Json = {"description": route.summary}
    if route.response:
        done["content"] = {"application/json": {"schema": schemas[route.response]}}
    read = (400, 413, 415) if route.request else (400,) if route.query else ()
    foreign = () if route.method == "GET" else (403,)  # a page of an origin that is not listed
    problem = {"application/problem+json": {"schema": schemas[Problem]}}
    told = sorted({*route.problems, *read, *foreign, 500})
    refusals = {str(status): {"description": "Problem", "content": problem} for status in told}
    return {str(route.status): done, **refusals}


def text_of(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
