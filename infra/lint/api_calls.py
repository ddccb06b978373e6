"""The calls of functions that the APIs of a stack make."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from infra.lint.expansion import ACCOUNT, Expansion
from infra.lint.literals import texts_in
from infra.lint.physical import text_of
from infra.lint.resolve import Value
from infra.templates import Template

CALLED = re.compile(r":function:([^:/]+)(:[^:/]+)?/invocations$")
INTEGRATION = "integrations/"


@dataclass(frozen=True)
class Call:
    """`alias` begins with a colon, and is empty when there is none. `source` is the ARN that Lambda
    compares with the SourceArn of permissions."""

    logical_id: str
    function: str
    alias: str
    source: str


def api_calls(expansion: Expansion) -> Iterator[Call]:
    for logical_id, api in expansion.of_kind("AWS::ApiGateway::RestApi"):
        yield from _calls_of_document(expansion, logical_id, api.get("Body") or {})
    for logical_id, authorizer in expansion.of_kind("AWS::ApiGatewayV2::Authorizer"):
        source = _source(expansion, authorizer["ApiId"], "authorizers/any")
        yield from _calls(expansion, logical_id, authorizer.get("AuthorizerUri"), source)
    for logical_id, integration in expansion.of_kind("AWS::ApiGatewayV2::Integration"):
        for route in routes_to(expansion, logical_id):
            for stage in stages_of(expansion, integration["ApiId"]):
                end = f"{stage}/{text_of(expansion, route['RouteKey'])}"
                source = _source(expansion, integration["ApiId"], end)
                yield from _calls(expansion, logical_id, integration.get("IntegrationUri"), source)


def routes_to(expansion: Expansion, integration_id: str) -> list[Template]:
    return [
        route
        for _, route in expansion.of_kind("AWS::ApiGatewayV2::Route")
        if integration_of(expansion, route) == integration_id
    ]


def integration_of(expansion: Expansion, route: Template) -> str:
    """The logical id of the integration that the route leads to. Empty when it leads to none."""
    target = text_of(expansion, route.get("Target", ""))
    for logical_id, integration in expansion.of_kind("AWS::ApiGatewayV2::Integration"):
        its = INTEGRATION + text_of(expansion, {"Ref": logical_id})
        if target == its and integration["ApiId"] == route["ApiId"]:
            return logical_id
    return ""


def stages_of(expansion: Expansion, api: Value) -> list[str]:
    return [
        text_of(expansion, stage["StageName"])
        for _, stage in expansion.of_kind("AWS::ApiGatewayV2::Stage")
        if stage["ApiId"] == api
    ]


def _calls_of_document(expansion: Expansion, logical_id: str, body: Template) -> Iterator[Call]:
    schemes = body.get("components", {}).get("securitySchemes")
    authorizers = set(_calls(expansion, logical_id, schemes, ""))
    for call in _calls(expansion, logical_id, body, ""):
        stages = ["authorizers"] if call in authorizers else _rest_stages(expansion, logical_id)
        for stage in stages or ["any"]:
            source = _source(expansion, {"Ref": logical_id}, f"{stage}/any/any")
            yield Call(logical_id, call.function, call.alias, source)


def _rest_stages(expansion: Expansion, logical_id: str) -> list[str]:
    return [
        text_of(expansion, stage["StageName"])
        for _, stage in expansion.of_kind("AWS::ApiGateway::Stage")
        if stage["RestApiId"] == {"Ref": logical_id}
    ]


def _calls(expansion: Expansion, logical_id: str, value: Value, source: str) -> Iterator[Call]:
    found = {CALLED.search(text_of(expansion, text)) for text in texts_in(value)}
    for name, alias in sorted({(match[1], match[2] or "") for match in found if match}):
        yield Call(logical_id, name, alias, source)


def _source(expansion: Expansion, api: Value, end: str) -> str:
    pseudo = expansion.pseudo
    start = f"arn:{pseudo['AWS::Partition']}:execute-api:{pseudo['AWS::Region']}:{ACCOUNT}"
    return f"{start}:{text_of(expansion, api)}/{end}"
