"""The lint finds what AWS would take in a WebSocket API, and on which messages are lost.

Each mistake is planted into the real stack, beside a service with a socket function.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from infra.complete import complete
from infra.lint.alarms import silent_alarms
from infra.lint.callers import refused_calls
from infra.lint.deployments import Deployment
from infra.lint.judge import ALONE, deploy
from infra.lint.neighbours import missing_neighbours
from infra.lint.options import with_every_option
from infra.lint.sockets import deaf_sockets
from tests.infra.deployments import real_deployments, sub

Mistake = Callable[[Any], None]
PROGRESS = {"Service": {"functions": {"Socket": {"trigger": "socket"}}}}
NAMES = ("account", "keys", "bus", "api", "websocket", "auth", "progress")
ROUTES = {"ConnectRoute", "DisconnectRoute", "DefaultRoute", "SubscribeRoute", "PingRoute"}
URI = (
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
    "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:%s/invocations"
)


@cache
def stage() -> tuple[Deployment, ...]:
    """Those of prod that have to do with the API."""
    own = {each.stack: each for each in with_every_option(real_deployments())}
    template = complete(PROGRESS, "progress", ["progress"])
    values = {"Stage": "prod", "WebSocketApiId": "/fileferry/prod/websocket/api/id"}
    own["progress"] = replace(own["progress"], template=template, values=values)
    return tuple(own[name] for name in NAMES)


def found(stack: str = "", mistake: Mistake | None = None) -> set[tuple[str, str]]:
    """(logical id, message)"""
    wrong = list(stage())
    for index, each in enumerate(wrong):
        if mistake and each.stack == stack:
            written = copy.deepcopy(each.template)
            mistake(written)
            wrong[index] = replace(each, template=written)
    deployed = deploy(wrong)
    everything = [each.expansion for each in deployed]
    [api] = [each for each in deployed if each.expansion.deployment.stack == "websocket"]
    findings = [
        *deaf_sockets(api.expansion),
        *refused_calls(api.expansion, everything),
        *silent_alarms(api.expansion, everything),
        *missing_neighbours(api.expansion, everything, api.stored),
    ]
    return {(each.logical_id, each.message) for each in findings}


def properties(template: Any, logical_id: str) -> Any:  # noqa: ANN401
    return template["Resources"][logical_id]["Properties"]


def changed(logical_id: str, **values: object) -> Mistake:
    return lambda template: properties(template, logical_id).update(values)


def removed(*logical_ids: str) -> Mistake:
    def mistake(template: Any) -> None:  # noqa: ANN401
        for logical_id in logical_ids:
            del template["Resources"][logical_id]
        for resource in template["Resources"].values():
            kept = [each for each in resource.get("DependsOn", []) if each not in logical_ids]
            resource.pop("DependsOn", None)
            resource |= {"DependsOn": kept} if kept else {}

    return mistake


def without(logical_id: str, name: str) -> Mistake:
    return lambda template: properties(template, logical_id).pop(name)


def metric(**values: object) -> Mistake:
    """An alarm of which that is wrong."""
    dimensions = [
        {"Name": "ApiId", "Value": {"Ref": "WebSocketApi"}},
        {"Name": "Stage", "Value": "v1"},
    ]
    watched = {
        "Namespace": "AWS/ApiGateway",
        "MetricName": "ExecutionError",
        "Dimensions": dimensions,
        **values,
    }
    alarm = {
        "AlarmName": sub("fileferry-${Stage}-planted"),
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
    }

    def mistake(template: Any) -> None:  # noqa: ANN401
        planted = {"Type": "AWS::CloudWatch::Alarm", "Properties": {**alarm, **watched}}
        template["Resources"]["ErrorsAlarm"] = planted

    return mistake


MISTAKES: dict[str, tuple[str, Mistake, str, str]] = {
    "a route without a target": (
        *("websocket", without("PingRoute", "Target"), "PingRoute", "leads to no integration"),
    ),
    "a route to a name that is none": (
        *("websocket", changed("PingRoute", Target=sub("integration/${Socket}"))),
        *("PingRoute", "leads to no integration"),
    ),
    "a route to the authorizer": (
        *("websocket", changed("PingRoute", Target=sub("integrations/${Authorizer}"))),
        *("PingRoute", "leads to no integration"),
    ),
    "an integration that no route has": (
        *("websocket", removed(*ROUTES, "UnsubscribeRoute"), "Socket", "No route leads to it"),
    ),
    "anybody may connect": (
        *("websocket", changed("ConnectRoute", AuthorizationType="NONE")),
        *("ConnectRoute", "asks no authorizer"),
    ),
    "connections that nobody sees": (
        *("websocket", removed("ConnectRoute"), "WebSocketApi", "no route $connect"),
    ),
    "connections that stay for ever": (
        *("websocket", removed("DisconnectRoute"), "WebSocketApi", "no route $disconnect"),
    ),
    "unknown actions": (
        *("websocket", removed("DefaultRoute"), "WebSocketApi", "no route $default"),
    ),
    "no stage": ("websocket", removed("V1Stage"), "WebSocketApi", "has no stage"),
    "routes that never reach the stage": (
        *("websocket", without("V1Stage", "AutoDeploy"), "V1Stage", "set AutoDeploy"),
    ),
    "a function that no service has": (
        "websocket",
        changed("Socket", IntegrationUri=sub(URI % "fileferry-${Stage}-progress-sockets:live")),
        *("Socket", "progress-sockets:live, which no stack of the stage makes"),
    ),
    "a function without its alias": (
        "websocket",
        changed("Socket", IntegrationUri=sub(URI % "fileferry-${Stage}-progress-socket")),
        *("Socket", "may not call fileferry-prod-progress-socket:"),
    ),
    "the API may not call its function": (
        *("progress", removed("SocketMayBeCalled"), "Socket", "v1/$connect"),
    ),
    "the API may not call it on one route": (
        "progress",
        changed("SocketMayBeCalled", SourceArn=sub("arn:*:execute-api:*:${WebSocketApiId}/v1/$*")),
        *("Socket", "v1/ping"),
    ),
    "the permission is for the REST API": (
        "auth",
        changed("AuthorizerMayBeCalledBySockets", SourceArn=sub("arn:*:${ApiId}/authorizers/*")),
        *("Authorizer", "auth-authorizer:live"),
    ),
    "the API may not ask its authorizer": (
        *("auth", removed("AuthorizerMayBeCalledBySockets")),
        *("Authorizer", "auth-authorizer:live"),
    ),
    "an alarm on a metric of REST APIs": (
        *("websocket", metric(MetricName="5XXError"), "ErrorsAlarm", "no metric 5XXError"),
    ),
    "an alarm on another stage": (
        "websocket",
        metric(
            Dimensions=[
                {"Name": "ApiId", "Value": {"Ref": "WebSocketApi"}},
                {"Name": "Stage", "Value": "v2"},
            ]
        ),
        *("ErrorsAlarm", "no Stage 'v2'"),
    ),
    "an alarm on the API's name": (
        "websocket",
        metric(Dimensions=[{"Name": "ApiId", "Value": sub("fileferry-${Stage}-websocket")}]),
        *("ErrorsAlarm", "no ApiId 'fileferry-prod-websocket'"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found(name: str) -> None:
    stack, mistake, logical_id, words = MISTAKES[name]
    findings = found(stack, mistake)
    assert any(place == logical_id and words in told for place, told in findings), findings


def test_without_a_mistake_nothing_is_found() -> None:
    assert not found()
    assert not found("websocket", metric())


def test_it_is_part_of_the_lint() -> None:
    assert deaf_sockets in ALONE
