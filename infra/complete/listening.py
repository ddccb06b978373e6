"""For functions that a queue triggers: a queue of their own, or that of the service's events."""

from collections.abc import Mapping
from typing import Any

from infra.complete.description import Function, Service
from infra.complete.intrinsics import Value, attribute, ref, resource, sub
from infra.complete.names import TemplateWrong, name_of, pascal
from infra.complete.queues import dead_letters, queue, rules_may_send
from infra.complete.settings import SECONDS
from infra.complete.trigger import sources_of
from runtime.redelivery import MAX_RECEIVES

Parameters = Mapping[str, Mapping[str, Any]]

RECEIVES = 5  # after so many a message is a dead letter; for events it is MAX_RECEIVES
RECORDS = 10  # the most that SQS gives at once without waiting
DELIVERED = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86_400}  # AWS's most
EVENTS = "Event"  # the names of the queue for a service's events begin with this


def event_resources(service: Service, function: Function, declared: Parameters) -> Value:
    made, rules = queue_resources(service, function, declared), {}
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


def queue_resources(service: Service, function: Function, declared: Parameters) -> Value:
    trigger, stem = function.trigger, stem_of(function)
    purpose, receives = str(trigger.value), RECEIVES
    told = f"{function.name} of {service.name} gave up a message."
    if trigger.kind == "events":
        purpose, receives = "events", MAX_RECEIVES
        told = f"An event was not consumed by {service.name} for a day, or is none that it knows."
    timeout = _timeout(service, function, declared)
    mapping = {
        "FunctionName": ref(f"{function.id}.Alias"),
        "EventSourceArn": attribute(f"{stem}Queue"),
        "BatchSize": trigger.options.get("batch", RECORDS),
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    if "concurrency" in trigger.options:
        mapping["ScalingConfig"] = {"MaximumConcurrency": trigger.options["concurrency"]}
    return {
        **dead_letters(service.name, stem, purpose, told),
        **queue(service.name, stem, purpose, timeout, receives),
        f"{stem}QueueTo{function.name}": resource("Lambda::EventSourceMapping", mapping),
    }


def _timeout(service: Service, function: Function, declared: Parameters) -> int:
    """The function's timeout, or the longest one that its parameter allows."""
    timeout = function.properties.get("Timeout", SECONDS)
    if isinstance(timeout, dict):
        timeout = declared.get(timeout.get("Ref", ""), {}).get("MaxValue")
    if not isinstance(timeout, int):
        raise TemplateWrong(
            f"{service.name}: {function.name}: how long a message stays invisible follows from its"
            " Timeout. Write a number, or !Ref to a parameter with a MaxValue."
        )
    return timeout


def stem_of(function: Function) -> str:
    return EVENTS if function.trigger.kind == "events" else pascal(function.trigger.value)
