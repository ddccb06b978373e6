"""Who listens to what, as the templates deploy it: rule -> queue -> mapping -> function."""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.catalogue import spec_of
from tests.contract.templates import logical_id, resources, service_templates

HANDLER = "services.{service}.handlers.consumer.handler"


@dataclass(frozen=True)
class Listener:
    """One target of one rule; `mapping` brings what the rule puts into `queue` to `function`."""

    service: str
    rule: str
    pattern: Mapping[str, Any]
    queue: str
    mapping: Mapping[str, Any]
    function: Mapping[str, Any]

    @property
    def detail_types(self) -> set[tuple[str, str]]:
        """With their sources; a pattern matches every source with every type."""
        return {(s, t) for s in self.pattern["source"] for t in self.pattern["detail-type"]}


def listeners(service: str) -> Iterator[Listener]:
    """Fails where a rule leads to no queue, or a queue to no function."""
    template = service_templates()[service]
    queues = resources(template, "AWS::SQS::Queue")
    functions = resources(template, "AWS::Serverless::Function")
    mappings = resources(template, "AWS::Lambda::EventSourceMapping").values()
    for name, rule in resources(template, "AWS::Events::Rule").items():
        if "EventPattern" not in rule:
            continue
        for target in rule["Targets"]:
            queue = logical_id(target["Arn"])
            assert queue in queues, f"{service}: {name} does not lead to a queue"
            [mapping] = [each for each in mappings if logical_id(each["EventSourceArn"]) == queue]
            function = functions[logical_id(mapping["FunctionName"])]
            yield Listener(service, name, rule["EventPattern"], queue, mapping, function)


def consumes(service: str) -> set[tuple[str, str]]:
    """(source, detail-type) of the events that the service's consumer has an act for."""
    consumer = importlib.import_module(f"services.{service}.handlers.consumer")
    specs = [spec_of(model) for model in consumer.CONSUMES]
    return {(spec.source, spec.detail_type) for spec in specs}
