"""Event source mappings that AWS would refuse, or that run what was not released.

Lambda reads a source in its function's name, so it asks what the function's role may do.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from infra.lint.alarms import aliases_of
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.permissions import allowed, role_of
from infra.lint.physical import arn_of, name_of, text_of
from infra.templates import Template

# What Lambda asks of the role before it makes a mapping, by the service of the source.
READING = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
    ),
}
FUNCTION_SECONDS, QUEUE_SECONDS = 3, 30  # AWS's own, where a template says nothing


@dataclass(frozen=True)
class Mapping:
    """`source` is an ARN, `called` a name or an ARN; `function` are its properties."""

    logical_id: str
    properties: Template
    source: str
    called: str
    function_id: str
    function: Template


def mappings(expansion: Expansion) -> Iterator[Mapping]:
    """Those of functions of the stack."""
    for logical_id, mapping in expansion.of_kind("AWS::Lambda::EventSourceMapping"):
        source = text_of(expansion, mapping.get("EventSourceArn", ""))
        called = text_of(expansion, mapping.get("FunctionName", ""))
        for function_id, function in expansion.of_kind("AWS::Lambda::Function"):
            own = (name_of(expansion, function_id), arn_of(expansion, function_id))
            if called in own or called.rpartition(":")[0] in own:  # with or without an alias
                yield Mapping(logical_id, mapping, source, called, function_id, function)


def refused_mappings(expansion: Expansion) -> Iterator[Finding]:
    for mapping in mappings(expansion):
        service = mapping.source.split(":")[2] if mapping.source.startswith("arn:") else ""
        statements = role_of(expansion, mapping.function)
        for action in READING.get(service, ()):
            if not allowed(expansion, statements, action, mapping.source):
                yield expansion.finding(
                    "mapping",
                    mapping.logical_id,
                    f"The role of {mapping.function_id} may not do {action} on {mapping.source},"
                    " which Lambda does in its name: allow it.",
                )
        yield from _too_visible(expansion, mapping)
        if reason := _unreleased(expansion, mapping) or _unreadable(mapping):
            yield expansion.finding("mapping", mapping.logical_id, reason)


def _too_visible(expansion: Expansion, mapping: Mapping) -> Iterator[Finding]:
    timeout = int(mapping.function.get("Timeout", FUNCTION_SECONDS))
    for logical_id, queue in expansion.of_kind("AWS::SQS::Queue"):
        visible_after = int(queue.get("VisibilityTimeout", QUEUE_SECONDS))
        if arn_of(expansion, logical_id) == mapping.source and visible_after < timeout:
            yield expansion.finding(
                "mapping",
                logical_id,
                f"Its messages are visible again after {visible_after} s, while"
                f" {mapping.function_id} may take {timeout} s, which Lambda refuses: raise"
                " VisibilityTimeout, to six times the function's timeout.",
            )


def _unreleased(expansion: Expansion, mapping: Mapping) -> str:
    name = name_of(expansion, mapping.function_id)
    aliases = sorted(aliases_of(name, [expansion]) - {name})
    if not aliases or mapping.called.endswith(tuple(aliases)):
        return ""
    return f"It calls {mapping.called} past its alias, so no canary guards it: call {aliases[0]}."


def _unreadable(mapping: Mapping) -> str:
    for each in mapping.properties.get("FilterCriteria", {}).get("Filters", []):
        try:
            json.loads(each["Pattern"])
        except ValueError as error:
            return f"Its filter {each['Pattern']!r} is no JSON ({error}): correct it."
    return ""
