"""What stands between a trigger and its function: rules, queues, mappings and permissions."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.complete.description import Function, Service
from infra.complete.intrinsics import Value, arn, attribute, ref, resource, sub
from infra.complete.names import TemplateWrong, name_of, pascal
from infra.complete.queues import dead_letters, queue, rules_may_send
from infra.complete.settings import SECONDS
from infra.complete.trigger import sources_of

Parameters = Mapping[str, Mapping[str, Any]]
Made = Callable[[Service, Function, Parameters], Value]

OUTBOX_FILTER = (
    '{"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "OUTBOX#"}]}}}}'
)
EVENT_BATCH = 10  # as many as one PutEvents takes, and as SQS gives at once
DELIVERED = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}  # AWS's most
UNITS = {"minute": 60, "hour": 3_600, "day": 86_400}
SCHEDULE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)|cron\(.+\)")
EVENTS = "Event"  # stem of the names of the one queue of a service that listens


def trigger_resources(service: Service, function: Function, declared: Parameters) -> Value:
    return MADE[function.trigger.kind](service, function, declared)


def trigger_statements(service: Service, function: Function) -> list[Value]:
    """What Lambda does in the function's name."""
    kind = function.trigger.kind
    if kind in ("events", "queue"):
        actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
        return [_allow("Receive", "sqs", actions, attribute(f"{_stem(function)}Queue"))]
    if kind == "outbox" and service.table:
        stream = attribute(service.table.id, "StreamArn")
        actions = ["DescribeStream", "GetRecords", "GetShardIterator"]
        return [
            _allow("Stream", "dynamodb", actions, stream),
            _allow("Streams", "dynamodb", ["ListStreams"], "*"),
            _allow("DeadLetters", "sqs", ["SendMessage"], attribute("OutboxDeadLetters")),
        ]
    if kind == "schedule":
        queue_arn = attribute(f"{function.name}DeadLetters")
        return [_allow("DeadLetters", "sqs", ["SendMessage"], queue_arn)]
    return []


def _api(service: Service, function: Function, _: Parameters) -> Value:
    asked = "authorizers" if function.trigger.kind == "authorizer" else "v1"
    return _may_call(function, "apigateway", arn("execute-api", f"${{ApiId}}/{asked}/*"))


def _outbox(service: Service, function: Function, _: Parameters) -> Value:
    table = service.table.id if service.table else ""
    mapping = {
        "FunctionName": ref(f"{function.id}.Alias"),
        "EventSourceArn": attribute(table, "StreamArn"),
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": EVENT_BATCH,
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": OUTBOX_FILTER}]},
        "DestinationConfig": {"OnFailure": {"Destination": attribute("OutboxDeadLetters")}},
    }
    told = f"Events of {service.name} were not published."
    return {
        **dead_letters(service.name, "Outbox", "outbox", told),
        "OutboxToPublisher": resource("Lambda::EventSourceMapping", mapping),
    }


def _schedule(service: Service, function: Function, _: Parameters) -> Value:
    expression, name = function.trigger.value, function.name
    rate = SCHEDULE.fullmatch(str(expression))
    if rate is None:
        raise TemplateWrong(
            f"{service.name}: {name}: the schedule {expression!r} is none."
            " Write rate(5 minutes) or cron(...)."
        )
    rule, failed = f"{name}Schedule", f"{name}DeadLetters"
    target = {
        "Id": function.purpose,
        "Arn": ref(f"{function.id}.Alias"),
        "DeadLetterConfig": {"Arn": attribute(failed)},
        "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": _age(rate)},
    }
    properties = {
        "Name": name_of(service.name, function.purpose),
        "ScheduleExpression": expression,
        "Targets": [target],
    }
    told = f"{name} of {service.name} failed."
    return {
        **dead_letters(service.name, name, function.purpose, told),
        rule: resource("Events::Rule", properties),
        f"{failed}Policy": rules_may_send([failed], [rule]),
        **_may_call(function, "events", attribute(rule)),
    }


def _age(rate: "re.Match[str]") -> int:
    """How late a call may come: until the next one is due, and never more than a day."""
    if rate[1] is None:
        return UNITS["hour"]
    return min(int(rate[1]) * UNITS[rate[2]], UNITS["day"])


def _events(service: Service, function: Function, declared: Parameters) -> Value:
    made, rules = _queue(service, function, declared), {}
    for producer, detail_types in sources_of(function.trigger.value).items():
        target = {
            "Id": "events",
            "Arn": attribute(f"{EVENTS}Queue"),
            "DeadLetterConfig": {"Arn": attribute(f"{EVENTS}DeadLetters")},
            "RetryPolicy": DELIVERED,
        }
        properties = {
            "Name": name_of(service.name, f"from-{producer}"),
            "EventBusName": sub("fileferry-${Stage}"),
            "EventPattern": {"source": [f"fileferry.{producer}"], "detail-type": detail_types},
            "Targets": [target],
        }
        rules[f"From{producer.capitalize()}"] = resource("Events::Rule", properties)
    queues = [f"{EVENTS}Queue", f"{EVENTS}DeadLetters"]
    return {**made, **rules, f"{EVENTS}QueuePolicy": rules_may_send(queues, list(rules))}


def _queue(service: Service, function: Function, declared: Parameters) -> Value:
    trigger, stem = function.trigger, _stem(function)
    purpose = "events" if trigger.kind == "events" else trigger.value
    mapping = {
        "FunctionName": ref(f"{function.id}.Alias"),
        "EventSourceArn": attribute(f"{stem}Queue"),
        "BatchSize": trigger.options.get("batch", EVENT_BATCH),
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    if "concurrency" in trigger.options:
        mapping["ScalingConfig"] = {"MaximumConcurrency": trigger.options["concurrency"]}
    told = f"{function.name} of {service.name} gave up a message."
    return {
        **dead_letters(service.name, stem, purpose, told),
        **queue(service.name, stem, purpose, _timeout(service, function, declared)),
        f"{stem}QueueTo{function.name}": resource("Lambda::EventSourceMapping", mapping),
    }


def _timeout(service: Service, function: Function, declared: Parameters) -> int:
    """The longest that a parameter allows."""
    timeout = function.properties.get("Timeout", SECONDS)
    if isinstance(timeout, dict):
        timeout = declared.get(timeout.get("Ref", ""), {}).get("MaxValue")
    if not isinstance(timeout, int):
        raise TemplateWrong(
            f"{service.name}: {function.name}: how long a message stays invisible follows from its"
            " Timeout. Write a number, or !Ref to a parameter with a MaxValue."
        )
    return timeout


def _stem(function: Function) -> str:
    return EVENTS if function.trigger.kind == "events" else pascal(function.trigger.value)


def _may_call(function: Function, principal: str, source: Value) -> Value:
    permission = {
        "FunctionName": ref(f"{function.id}.Alias"),
        "Action": "lambda:InvokeFunction",
        "Principal": f"{principal}.amazonaws.com",
        "SourceArn": source,
    }
    return {f"{function.name}MayBeCalled": resource("Lambda::Permission", permission)}


def _allow(sid: str, service: str, actions: list[str], on: object) -> Value:
    named = [f"{service}:{action}" for action in actions]
    return {"Sid": sid, "Effect": "Allow", "Action": named, "Resource": on}


MADE: Mapping[str, Made] = {
    "api": _api,
    "authorizer": _api,
    "outbox": _outbox,
    "schedule": _schedule,
    "events": _events,
    "queue": _queue,
    "none": lambda *_: {},
}
