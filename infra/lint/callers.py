"""Calls that nobody allowed: API Gateway and rules are refused, and a rule's events are gone."""

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from infra.lint.api_calls import api_calls
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.permissions import allowed, written_in
from infra.lint.physical import arn_of, text_of, texts_of

GATEWAY, RULES = "apigateway.amazonaws.com", "events.amazonaws.com"


class Permission(NamedTuple):
    """`function` has its alias behind a colon. An empty `source` stands for any."""

    function: str
    principal: str
    source: str


def refused_calls(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    permissions = {permission for each in stage for permission in _permissions(each)}
    for call in api_calls(expansion):
        called = call.function + call.alias
        if not _may_call(permissions, called, GATEWAY, call.source):
            yield expansion.finding(
                "caller",
                call.logical_id,
                f"It may not call {called}: add an AWS::Lambda::Permission of {GATEWAY} on exactly"
                f" that alias, for {call.source}.",
            )
    for logical_id, rule in expansion.of_kind("AWS::Events::Rule"):
        for target in rule.get("Targets", []):
            dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
            for place in filter(None, (target.get("Arn"), dead_letters)):
                arn = text_of(expansion, place)
                if not _may_deliver(expansion, arn, permissions):
                    yield expansion.finding(
                        "caller",
                        logical_id,
                        f"It may not deliver to {arn}: let {RULES} do it in a policy of the queue,"
                        " or in a permission of the function's alias.",
                    )


def _permissions(expansion: Expansion) -> Iterator[Permission]:
    for _, permission in expansion.of_kind("AWS::Lambda::Permission"):
        called = text_of(expansion, permission.get("FunctionName", ""))
        principal = text_of(expansion, permission.get("Principal", ""))
        source = text_of(expansion, permission.get("SourceArn", ""))
        yield Permission(called.rpartition(":function:")[2], principal, source)


def _may_call(permissions: Iterable[Permission], called: str, principal: str, source: str) -> bool:
    return any(
        (each.function, each.principal) == (called, principal)
        and fnmatchcase(source, each.source or "*")
        for each in permissions
    )


def _may_deliver(expansion: Expansion, arn: str, permissions: Iterable[Permission]) -> bool:
    """What is neither a function nor a queue of the stack is not judged."""
    if ":lambda:" in arn:
        called = arn.rpartition(":function:")[2]
        return any((each.function, each.principal) == (called, RULES) for each in permissions)
    for logical_id, _ in expansion.of_kind("AWS::SQS::Queue"):
        if arn_of(expansion, logical_id) == arn:
            return _queue_takes(expansion, logical_id)
    return True


def _queue_takes(expansion: Expansion, queue_id: str) -> bool:
    url, arn = text_of(expansion, {"Ref": queue_id}), arn_of(expansion, queue_id)
    for _, policy in expansion.of_kind("AWS::SQS::QueuePolicy"):
        if url not in texts_of(expansion, policy.get("Queues", [])):
            continue
        statements = [
            each
            for each in written_in(policy["PolicyDocument"])
            if RULES in texts_of(expansion, each.get("Principal", {}).get("Service", []))
        ]
        if allowed(expansion, statements, "sqs:SendMessage", arn):
            return True
    return False
