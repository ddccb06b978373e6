"""Resources that no alarm watches, although they can fail or fill up while nobody looks.

It reads what is deployed, and not the table that alarms are made from. So a mistake of the table
is found, too.
"""

from collections.abc import Iterator, Sequence

from infra.lint.alarms import METRIC_ALARM, Metric, metrics_of
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.physical import arn_of, name_of, text_of
from infra.templates import Template

ALARMS_STACK = "observability"
# What has to be watched of each kind: any metric of these under the dimension.
NEEDED = {
    "AWS::Lambda::Function": ("FunctionName", ("Errors", "Throttles")),
    "AWS::DynamoDB::Table": ("TableName", ("ReadThrottleEvents", "WriteThrottleEvents")),
    "AWS::StepFunctions::StateMachine": (
        "StateMachineArn",
        ("ExecutionsFailed", "ExecutionsTimedOut"),
    ),
    "AWS::ApiGateway::RestApi": ("ApiName", ("5XXError", "Latency")),
    "AWS::ApiGatewayV2::Api": ("ApiId", ("ExecutionError", "IntegrationError")),
    "AWS::SQS::Queue": ("QueueName", ()),  # _of_queue
}
ERRORS = "Errors"
DEAD_LETTERS = "-dlq"
FULL = ("ApproximateNumberOfMessagesVisible",)
WAITING = ("ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage")


def unwatched(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    """`stage` has all stacks of the stage. Where it has no alarms at all, nothing is said."""
    if not any(each.deployment.stack == ALARMS_STACK for each in stage):
        return
    metrics = [
        metric
        for each in stage
        if each.deployment.stack == ALARMS_STACK
        for _, alarm in each.of_kind(METRIC_ALARM)
        for metric in metrics_of(each, alarm)
    ]
    for logical_id, resource in expansion.resources.items():
        if resource["Type"] not in NEEDED:
            continue
        for missing in _missing(expansion, logical_id, resource, metrics):
            yield expansion.finding(
                "unwatched",
                logical_id,
                f"No alarm looks at its {missing}: see infra/observability/rules.py.",
            )


def _missing(
    expansion: Expansion, logical_id: str, resource: Template, metrics: Sequence[Metric]
) -> Iterator[str]:
    dimension, needed = NEEDED[resource["Type"]]
    place = _place(expansion, logical_id, resource["Type"])
    seen = {each.name for each in metrics if each.dimensions.get(dimension) == place}
    if resource["Type"] == "AWS::SQS::Queue":
        one_of = FULL if place.endswith(DEAD_LETTERS) else WAITING
        if seen.isdisjoint(one_of):
            yield " or ".join(one_of)
    for name in needed:
        excused = name == ERRORS and resource.get("Metadata", {}).get("Unwatched")
        if name not in seen and not excused:
            yield name
    for index in resource.get("Properties", {}).get("GlobalSecondaryIndexes", ()):
        yield from _missing_of_index(place, index["IndexName"], needed, metrics)


def _missing_of_index(
    table: str, index: str, needed: Sequence[str], metrics: Sequence[Metric]
) -> Iterator[str]:
    dimensions = {"TableName": table, "GlobalSecondaryIndexName": index}
    seen = {each.name for each in metrics if each.dimensions == dimensions}
    for name in needed:
        if name not in seen:
            yield f"{name} of the index {index}"


def _place(expansion: Expansion, logical_id: str, kind: str) -> str:
    if kind == "AWS::StepFunctions::StateMachine":
        return arn_of(expansion, logical_id)
    if kind == "AWS::ApiGatewayV2::Api":
        return text_of(expansion, {"Ref": logical_id})
    return name_of(expansion, logical_id)
