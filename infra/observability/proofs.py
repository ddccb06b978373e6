"""How each alarm is made to ring on a stage that runs, and how that is ended again."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from infra.observability.alarms import Alarm
from infra.observability.composites import Composite
from infra.observability.reading import Kind

MARK = "fileferry-proof"  # the attribute of messages that are ours
BODY = "A proof of an alarm, by `make prove-alarms`. Nobody has to do anything about it."
WRONG_EVENT = json.dumps(BODY)  # a text: no function gets as far as its first act
CALLS = 3  # at once, so that some others' calls do not hide them
FAR = 10  # times the threshold
LOOKS = 20  # times ten messages, for ours among others


class NothingProven(Exception):
    """A cause that was made had no effect."""


class Way(StrEnum):
    CAUSE = "its real cause"
    DATUM = "a metric that was put"
    STATE = "its state that was set"
    BELOW = "the alarms under it"


NO_CAUSE = "the way from cause to alarm is not proven"
NO_SOURCE = "that the metric comes is not proven"
WHY_STATE: Mapping[str, str] = {
    "throttles": "throttling would take calls from others",
    "queue-age": "a queue would have to stand still for 15 minutes",
    "queue-not-taken": "lanes would have to stand still for half an hour",
    "api-errors": "the API would have to fail for others, too",
    "api-slow": "the API would have to be slow for others, too",
    "websocket-errors": "watchers would lose their connections",
    "synthetic-failed": "it would burn the budget of transfers",
    "synthetic-missing": "nobody would watch the whole path meanwhile",
    "certificate-ends": "it would ring for a day",
    "secrets-overdue": "it would ring for hours",
    "slo-availability": "it would burn the budget",
    "slo-success": "it would burn the budget",
}
DATA: Mapping[str, Mapping[str, float]] = {  # where more than ten times the threshold is needed
    "notifications-failed": {"failed": 50},
    "model-failed": {"failed": 50},
    "model-throttled": {"throttled": 50},
    "tickets-waiting": {"oldestticketseconds": 100_000},
}
# They ignore what they are asked, or answer their failures, so they cannot be made to fail.
NEVER_FAILS = ("secret-ages", "smoke-test")


@dataclass
class Proof:
    """`again` is asked every few seconds until the alarm rings, `end` once after that."""

    alarm: str
    way: Way
    note: str = ""
    begin: Callable[[], object] = lambda: None
    again: Callable[[], object] = lambda: None
    end: Callable[[], object] = lambda: None
    seen: bool = False  # that it rang, by an act itself: a state that is set may last for seconds
    rang_after: float | None = None
    ended_after: float | None = None


@dataclass(frozen=True)
class Stage:
    """`clients` are boto3's by the service's name. They are made before threads use them."""

    name: str
    clients: Mapping[str, Any]

    def __getitem__(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        return self.clients[service]

    def named(self, name: str) -> str:
        return f"fileferry-{self.name}-{name}"


def proofs(
    stage: Stage, alarms: Sequence[Alarm], composites: Sequence[Composite]
) -> Iterator[Proof]:
    by_id = {}
    for alarm in alarms:
        made = _proof(stage, alarm)
        by_id[alarm.id] = made
        yield made
    for composite in composites:
        below = [by_id[child] for child in composite.children if child in by_id]
        made = Proof(stage.named(composite.name), Way.BELOW)
        if below and all(each.way is Way.STATE for each in below):
            made.again = _all_of([each.begin for each in below])  # they end by themselves
        yield made


def _proof(stage: Stage, alarm: Alarm) -> Proof:
    rule, thing, name = alarm.rule, alarm.thing, stage.named(alarm.name)
    if rule.name in ("dead-letters", "dead-events", "dead-calls"):
        return _by_message(stage, name, stage.named(thing.name))
    if rule.name == "function-errors" and thing.purpose not in NEVER_FAILS:
        return _by_wrong_calls(stage, name, stage.named(thing.name))
    if rule.name == "workflow-failures":
        return _by_broken_execution(stage, name, stage.named(thing.stack))
    if rule.name in WHY_STATE or thing.kind not in (Kind.SERVICE, Kind.LOG_FILTER):
        return _by_state(stage, name, WHY_STATE.get(rule.name, "it cannot be made to fail"))
    return _by_data(stage, name, alarm)


def _by_message(stage: Stage, alarm: str, queue: str) -> Proof:
    """A message in the dead letters, and away again."""

    def send() -> None:
        attribute = {MARK: {"DataType": "String", "StringValue": alarm}}
        url = stage["sqs"].get_queue_url(QueueName=queue)["QueueUrl"]
        stage["sqs"].send_message(QueueUrl=url, MessageBody=BODY, MessageAttributes=attribute)

    return Proof(
        alarm, Way.CAUSE, "a message in it", begin=send, end=lambda: take_out(stage, queue)
    )


def take_out(stage: Stage, queue: str) -> None:
    """Removes our messages, also those of an earlier run, and lays others back."""
    sqs = stage["sqs"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    others = []
    for _ in range(LOOKS):
        found = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=60,
            MessageAttributeNames=[MARK],
        ).get("Messages", [])
        for message in found:
            if MARK in message.get("MessageAttributes", {}):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            else:
                others.append(message["ReceiptHandle"])
        if not found:
            break
    for handle in others:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)


def _by_wrong_calls(stage: Stage, alarm: str, function: str) -> Proof:
    """Calls with a text in the place of an event. Runtime's entrypoint fails at it, before any
    handler has begun, and so does the hook of smoke tests, which has no entrypoint."""

    def call() -> None:
        for _ in range(CALLS):
            answer = stage["lambda"].invoke(FunctionName=function, Payload=WRONG_EVENT.encode())
            if "FunctionError" not in answer:
                raise NothingProven(f"{function} took a text for an event")

    return Proof(alarm, Way.CAUSE, "calls with no event", begin=call, again=call)


def _by_broken_execution(stage: Stage, alarm: str, machine: str) -> Proof:
    def start() -> None:
        machines = stage["stepfunctions"].get_paginator("list_state_machines").paginate()
        [arn] = [
            each["stateMachineArn"]
            for page in machines
            for each in page["stateMachines"]
            if each["name"] == machine
        ]
        name = f"{MARK}-{time.time_ns()}"
        stage["stepfunctions"].start_execution(stateMachineArn=arn, name=name, input="{}")

    return Proof(alarm, Way.CAUSE, "an execution of no transfer stays in the list", begin=start)


def _by_data(stage: Stage, name: str, alarm: Alarm) -> Proof:
    rule, thing = alarm.rule, alarm.thing
    beyond = (rule.above or 0.1) * FAR
    values = DATA.get(rule.name, dict.fromkeys(rule.watch, beyond))
    namespace = f"FileFerry/{stage.name}"
    dimensions = [{"Name": key, "Value": str(value)} for key, value in thing.place.items()]

    def put() -> None:
        """In as many of the last periods as it takes, so that nobody has to wait for them."""
        now = datetime.now(UTC)
        stage["cloudwatch"].put_metric_data(
            Namespace=namespace,
            MetricData=[
                {
                    "MetricName": rule.watch[key].metric,
                    "Dimensions": dimensions,
                    "Timestamp": now - timedelta(seconds=rule.period * index),
                    "Value": value,
                }
                for key, value in values.items()
                for index in range(rule.points)
            ],
        )

    return Proof(name, Way.DATUM, NO_SOURCE, begin=put)


def _by_state(stage: Stage, alarm: str, why: str) -> Proof:
    proof = Proof(alarm, Way.STATE, f"{why}; {NO_CAUSE}")

    def put(state: str) -> None:
        reason = "make prove-alarms"
        stage["cloudwatch"].set_alarm_state(AlarmName=alarm, StateValue=state, StateReason=reason)

    def ring() -> None:
        put("ALARM")
        found = stage["cloudwatch"].describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
        proof.seen = proof.seen or [each["StateValue"] for each in found] == ["ALARM"]

    proof.begin = proof.again = ring
    proof.end = lambda: put("OK")
    return proof


def _all_of(acts: Sequence[Callable[[], object]]) -> Callable[[], None]:
    def act() -> None:
        for each in acts:
            each()

    return act
