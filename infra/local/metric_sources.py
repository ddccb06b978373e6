"""The metrics that AWS makes by itself and MiniStack does not: of queues, workflows and the REST
API, and those that functions write into their log (EMF).
"""

import json
import time
from collections.abc import Mapping
from typing import Any

import ministack.services.apigateway_v1 as gateway
import ministack.services.cloudwatch as cloudwatch
import ministack.services.cloudwatch_logs as logs
import ministack.services.sqs as sqs
import ministack.services.stepfunctions as workflows

from infra.local.anchors import expect
from infra.local.gateway_corrections import uses

MINUTE = 60.0
LOOKED_AT = 100  # points back, when the same value is counted up
DIGITS = 2  # of a latency: they make few points of many calls
_last: dict[tuple[str, str], float] = {}  # what was sampled of a queue


def count_what_aws_counts() -> None:
    expect(uses(workflows._fail_execution, "_emit_execution_status_event"), "workflows' ends moved")
    expect(callable(logs._append_log_events), "log events moved")
    cloudwatch.record_metric = record
    _count_workflows()
    _count_calls()
    _read_embedded_metrics()


def record(
    namespace: str,
    metric_name: str,
    value: float,
    unit: str = "None",
    dimensions: Mapping[str, str] | None = None,
) -> None:
    """As MiniStack's own, but the same value again within a minute is counted up. Each point would
    otherwise stay for two weeks."""
    named, now = dict(dimensions or {}), time.time()
    bucket = cloudwatch._metric_bucket((namespace, metric_name, cloudwatch._dims_key(named)))
    for point in reversed(bucket[-LOOKED_AT:]):
        if int(point["Timestamp"] // MINUTE) != int(now // MINUTE):
            break
        if point["Value"] == float(value) and "_stat" not in point:
            point["Count"] = point.get("Count", 1.0) + 1
            return
    made = {"Timestamp": now, "Value": float(value), "Unit": unit, "Dimensions": named}
    bucket.append(made)


def sample_queues() -> None:
    """Zeros are kept only where there was something before."""
    now = time.time()
    for url, queue in list(sqs._queues.items()):
        name, messages = url.rsplit("/", 1)[1], list(queue["messages"])
        visible = sum(each.get("visible_at", now) <= now for each in messages)
        oldest = min((each.get("sent_at", now) for each in messages), default=now)
        for metric, value in (
            ("ApproximateNumberOfMessagesVisible", visible),
            ("ApproximateNumberOfMessagesNotVisible", len(messages) - visible),
            ("ApproximateAgeOfOldestMessage", round(now - oldest)),
        ):
            if value or _last.get((name, metric)):
                record("AWS/SQS", metric, value, "Count", {"QueueName": name})
            _last[name, metric] = value


def _count_workflows() -> None:
    tell = workflows._emit_execution_status_event
    names = {
        "RUNNING": "ExecutionsStarted",
        "SUCCEEDED": "ExecutionsSucceeded",
        "FAILED": "ExecutionsFailed",
        "ABORTED": "ExecutionsAborted",
        "TIMED_OUT": "ExecutionsTimedOut",
    }

    def count_and_tell(execution: Mapping[str, Any]) -> None:
        where = {"StateMachineArn": execution["stateMachineArn"]}
        record("AWS/States", names[execution["status"]], 1, "Count", where)
        tell(execution)

    workflows._emit_execution_status_event = count_and_tell


def _count_calls() -> None:
    execute = gateway.handle_execute

    async def execute_and_count(api_id: str, stage: str, *given: Any) -> Any:  # noqa: ANN401
        begun = time.monotonic()
        answer = await execute(api_id, stage, *given)
        name = (gateway._rest_apis.get(api_id) or {}).get("name")
        if name:
            where, status = {"ApiName": name, "Stage": stage}, int(answer[0])
            spent = float(f"{(time.monotonic() - begun) * 1000:.{DIGITS}g}")
            record("AWS/ApiGateway", "Count", 1, "Count", where)
            record("AWS/ApiGateway", "4XXError", int(400 <= status < 500), "Count", where)
            record("AWS/ApiGateway", "5XXError", int(status >= 500), "Count", where)
            record("AWS/ApiGateway", "Latency", spent, "Milliseconds", where)
        return answer

    gateway.handle_execute = execute_and_count


def _read_embedded_metrics() -> None:
    append = logs._append_log_events

    def append_and_count(stream: Any, events: Any) -> None:  # noqa: ANN401
        append(stream, events)
        for event in events:
            if event["message"].startswith("{") and '"_aws"' in event["message"]:
                count_embedded(event["message"])

    logs._append_log_events = append_and_count


def count_embedded(message: str) -> None:
    """One line of a log in CloudWatch's embedded metric format. What is none is only a line."""
    try:
        told = json.loads(message)
        for directive in told["_aws"]["CloudWatchMetrics"]:
            for dimensions in directive["Dimensions"]:
                where = {name: str(told[name]) for name in dimensions}
                for metric in directive["Metrics"]:
                    values = told[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        unit = metric.get("Unit", "None")
                        record(directive["Namespace"], metric["Name"], value, unit, where)
    except (KeyError, TypeError, ValueError):
        cloudwatch.logger.warning("a line with _aws is no embedded metric")
