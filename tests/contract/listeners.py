"""Who listens to what, as the templates deploy it (rule -> queue -> mapping -> function)."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import spec_of
from tests.infra.resources import Resource, name_of, resources


@dataclass(frozen=True)
class Listener:
    """One target of one rule. `mapping` takes messages of the rule from `queue` to `function`."""

    rule: Resource
    queue: Resource
    mapping: Resource
    function: Resource

    @property
    def pattern(self) -> Mapping[str, Any]:
        pattern: Mapping[str, Any] = self.rule.properties["EventPattern"]
        return pattern

    @property
    def events(self) -> set[tuple[str, str]]:
        """(source, detail-type) of each event. A pattern matches every source with every type."""
        return {(s, t) for s in self.pattern["source"] for t in self.pattern["detail-type"]}


def listeners(service: str) -> Iterator[Listener]:
    """Fails where a rule leads to no queue, or a queue to no function or several."""
    queues = by_id("AWS::SQS::Queue", service)
    functions = by_id("AWS::Serverless::Function", service)
    mappings = resources("AWS::Lambda::EventSourceMapping", service)
    for rule in resources("AWS::Events::Rule", service):
        if "EventPattern" not in rule.properties:
            continue
        for target in rule.properties["Targets"]:
            queue = name_of(target["Arn"])
            assert queue in queues, f"{rule} does not lead to a queue"
            [mapping] = [m for m in mappings if name_of(m.properties["EventSourceArn"]) == queue]
            function = functions[name_of(mapping.properties["FunctionName"])]
            yield Listener(rule, queues[queue], mapping, function)


def by_id(kind: str, service: str) -> dict[str, Resource]:
    return {each.logical_id: each for each in resources(kind, service)}


def acted_on(service: str) -> set[tuple[str, str]]:
    """(source, detail-type) of the events that the service's consumer has an act for."""
    consumer = importlib.import_module(f"services.{service}.handlers.consumer")
    specs = [spec_of(model) for model in consumer.CONSUMES]
    return {(spec.source, spec.detail_type) for spec in specs}
