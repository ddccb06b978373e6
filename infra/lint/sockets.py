"""WebSocket APIs that AWS takes, and on which connections or messages are then lost."""

from collections.abc import Iterator

from infra.lint.api_calls import integration_of, routes_to, stages_of
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.physical import text_of

WANTED = {
    "$connect": "anybody could connect",
    "$disconnect": "nobody learns that a connection is gone",
    "$default": "a message with an unknown action gets an answer of API Gateway's own",
}


def deaf_sockets(expansion: Expansion) -> Iterator[Finding]:
    for logical_id, message in _problems(expansion):
        yield expansion.finding("socket", logical_id, message)


def _problems(expansion: Expansion) -> Iterator[tuple[str, str]]:
    for logical_id, api in expansion.of_kind("AWS::ApiGatewayV2::Api"):
        if api.get("ProtocolType") == "WEBSOCKET":
            yield from _problems_of_api(expansion, logical_id)
    for logical_id, route in expansion.of_kind("AWS::ApiGatewayV2::Route"):
        if not integration_of(expansion, route):
            yield logical_id, "It leads to no integration of its API: write it as its Target."
        if route.get("RouteKey") == "$connect" and route.get("AuthorizationType") != "CUSTOM":
            yield logical_id, "It asks no authorizer, so anybody may connect: name one."
    for logical_id, _ in expansion.of_kind("AWS::ApiGatewayV2::Integration"):
        if not routes_to(expansion, logical_id):
            yield logical_id, "No route leads to it: remove it, or name it as a Target."
    for logical_id, stage in expansion.of_kind("AWS::ApiGatewayV2::Stage"):
        if stage.get("AutoDeploy") is not True:
            yield (
                logical_id,
                "A deployment never changes, so a changed route would not reach the stage:"
                " set AutoDeploy, and no DeploymentId.",
            )


def _problems_of_api(expansion: Expansion, logical_id: str) -> Iterator[tuple[str, str]]:
    api = {"Ref": logical_id}
    keys = {
        text_of(expansion, route["RouteKey"])
        for _, route in expansion.of_kind("AWS::ApiGatewayV2::Route")
        if route["ApiId"] == api
    }
    for key, consequence in WANTED.items():
        if key not in keys:
            yield logical_id, f"It has no route {key}, so {consequence}: add it."
    if not stages_of(expansion, api):
        yield logical_id, "It has no stage, so nobody reaches it: add one."
