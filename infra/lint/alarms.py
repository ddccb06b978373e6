"""Alarms that would be silent for ever, because what they watch or tell does not exist."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from infra.lint.alarm_limits import limit_problems
from infra.lint.api_calls import stages_of
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.metrics import NAMESPACES, SOCKETS, Namespace
from infra.lint.physical import arns_of, name_of, names_of, text_of, texts_of
from infra.observability.signals import SIGNALS
from infra.templates import Template

METRIC_ALARM = "AWS::CloudWatch::Alarm"
ALARMS = (METRIC_ALARM, "AWS::CloudWatch::CompositeAlarm")
DEPLOYMENT_GROUP = "AWS::CodeDeploy::DeploymentGroup"
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
SCALING = "AWS::ApplicationAutoScaling::ScalingPolicy"
OWN_METRICS = {each.name for each in SIGNALS}
NAMED_ALARM = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*["']?([^"')]+)["']?\s*\)""")


@dataclass(frozen=True)
class Metric:
    namespace: str
    name: str
    dimensions: Mapping[str, str]


def silent_alarms(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    """`stage` has all stacks of the stage. The alarms may name resources of any of them."""
    for logical_id, message in _problems(expansion, stage):
        yield expansion.finding("alarm", logical_id, message)


def _problems(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[tuple[str, str]]:
    alarms = names_of(stage, *ALARMS)
    told = arns_of(stage, "AWS::SNS::Topic")
    # An alarm that sets the number of workers tells nobody. Ref answers with the policy's ARN.
    told |= {logical_id for logical_id, _ in expansion.of_kind(SCALING)}
    for logical_id, properties in expansion.of_kind(*ALARMS):
        for metric in metrics_of(expansion, properties):
            for problem in metric_problems(metric, stage):
                yield logical_id, problem
        actions = [each for name in ACTIONS for each in properties.get(name, [])]
        for action in sorted(set(texts_of(expansion, actions)) - told):
            yield logical_id, f"It tells {action}, which is no topic of the stage: name one."
        for problem in limit_problems(expansion, properties):
            yield logical_id, problem
        rule = text_of(expansion, properties.get("AlarmRule", ""))
        named = set(NAMED_ALARM.findall(rule))
        if "ActionsSuppressor" in properties:
            suppressor = text_of(expansion, properties["ActionsSuppressor"])
            named.add(suppressor.rpartition(":alarm:")[2])
        for name in sorted(named - alarms):
            yield logical_id, f"It names the alarm {name!r}, which does not exist: correct it."
    for logical_id, properties in expansion.of_kind(DEPLOYMENT_GROUP):
        gates = properties.get("AlarmConfiguration", {}).get("Alarms", [])
        names = texts_of(expansion, [each["Name"] for each in gates])
        for name in sorted(set(names) - alarms):
            yield (
                logical_id,
                f"The alarm {name!r}, which is to stop a bad deployment, does not exist:"
                " CodeDeploy takes it for one that is quiet. Correct the name.",
            )


def metrics_of(expansion: Expansion, alarm: Template) -> Iterator[Metric]:
    single = [alarm] if "MetricName" in alarm else []
    several = [
        each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each
    ]
    for each in single + several:
        yield Metric(
            text_of(expansion, each.get("Namespace", "")),
            text_of(expansion, each.get("MetricName", "")),
            {d["Name"]: text_of(expansion, d["Value"]) for d in each.get("Dimensions", [])},
        )


def metric_problems(metric: Metric, stage: Sequence[Expansion]) -> Iterator[str]:
    socket = "ApiId" in metric.dimensions
    namespace = SOCKETS if socket else NAMESPACES.get(metric.namespace)
    if namespace is None and metric.namespace.startswith("AWS/"):
        yield f"{metric.namespace} is not in metrics.py: look its dimensions up and add it."
        return
    if namespace is None:
        yield from _own_metric_problems(metric, stage)
        return
    if metric.name not in namespace.metrics:
        yield f"{metric.namespace} has no metric {metric.name}: correct it, or see metrics.py."
    if metric.dimensions.keys() not in namespace.combinations:
        dimensions = " and ".join(metric.dimensions) or "no dimension"
        yield f"{metric.namespace} publishes nothing under {dimensions}: see metrics.py."
        return
    for dimension, value in metric.dimensions.items():
        known = _values(dimension, metric, namespace, stage)
        if known is not None and value not in known:
            yield (
                f"{metric.namespace}'s {metric.name} has no {dimension} {value!r} on this stage,"
                " so the alarm is silent for ever: name what the stage has."
            )
            return


def _values(
    dimension: str, metric: Metric, namespace: Namespace, stage: Sequence[Expansion]
) -> set[str] | None:
    """The values that a dimension may have. None when any value may be right."""
    if dimension in namespace.names:
        return names_of(stage, namespace.names[dimension])
    if dimension == "StateMachineArn":
        return arns_of(stage, "AWS::StepFunctions::StateMachine")
    if dimension == "GlobalSecondaryIndexName":
        return indexes_of(metric.dimensions["TableName"], stage)
    if dimension == "ApiId":
        return {api for api, _ in _socket_stages(stage)}
    if dimension == "Stage" and "ApiId" in metric.dimensions:
        return {name for api, name in _socket_stages(stage) if api == metric.dimensions["ApiId"]}
    if dimension == "Stage":
        return stages_of_api(metric.dimensions["ApiName"], stage)
    if dimension == "Resource" and metric.namespace == "AWS/Lambda":
        return aliases_of(metric.dimensions["FunctionName"], stage)
    return None


def indexes_of(table: str, stage: Sequence[Expansion]) -> set[str]:
    return {
        index["IndexName"]
        for expansion in stage
        for logical_id, properties in expansion.of_kind("AWS::DynamoDB::Table")
        if name_of(expansion, logical_id) == table
        for index in properties.get("GlobalSecondaryIndexes", ())
    }


def stages_of_api(name: str, stage: Sequence[Expansion]) -> set[str]:
    return {
        text_of(expansion, properties["StageName"])
        for expansion in stage
        for _, properties in expansion.of_kind("AWS::ApiGateway::Stage")
        for logical_id, _ in expansion.of_kind("AWS::ApiGateway::RestApi")
        if properties["RestApiId"] == {"Ref": logical_id} and name_of(expansion, logical_id) == name
    }


def _socket_stages(stage: Sequence[Expansion]) -> set[tuple[str, str]]:
    """(id of the API, name of its stage)"""
    return {
        (text_of(expansion, {"Ref": logical_id}), name)
        for expansion in stage
        for logical_id, _ in expansion.of_kind("AWS::ApiGatewayV2::Api")
        for name in stages_of(expansion, {"Ref": logical_id})
    }


def aliases_of(function: str, stage: Sequence[Expansion]) -> set[str]:
    """The values of the dimension Resource: the function alone, and with each of its aliases."""
    return {function} | {
        f"{function}:{text_of(expansion, properties['Name'])}"
        for expansion in stage
        for _, properties in expansion.of_kind("AWS::Lambda::Alias")
        if text_of(expansion, properties["FunctionName"]) == function
    }


def _own_metric_problems(metric: Metric, stage: Sequence[Expansion]) -> Iterator[str]:
    """Our own metrics come from a function, under the name of its service, or from a log filter."""
    for expansion in stage:
        for _, properties in expansion.of_kind("AWS::Logs::MetricFilter"):
            for each in properties["MetricTransformations"]:
                made = (each["MetricNamespace"], each["MetricName"])
                dimensions = {d["Key"] for d in each.get("Dimensions", [])}
                if made == (metric.namespace, metric.name) and dimensions == set(metric.dimensions):
                    return
    services = services_of(metric.namespace, stage)
    if metric.name not in OWN_METRICS:
        yield f"Nobody emits {metric.name}: correct it, or see infra/observability/signals.py."
        return
    if not services:
        yield f"No function or log filter publishes into {metric.namespace!r}: correct it."
    elif metric.dimensions.get("service") not in services:
        yield (
            f"{metric.namespace} has the dimension service, one of {', '.join(sorted(services))},"
            f" not {metric.dimensions.get('service')!r}: correct it."
        )


def services_of(namespace: str, stage: Sequence[Expansion]) -> set[str]:
    found = set()
    for expansion in stage:
        for _, properties in expansion.of_kind("AWS::Lambda::Function"):
            variables = properties.get("Environment", {}).get("Variables", {})
            if text_of(expansion, variables.get("POWERTOOLS_METRICS_NAMESPACE", "")) == namespace:
                found.add(text_of(expansion, variables.get("POWERTOOLS_SERVICE_NAME", "")))
    return found
