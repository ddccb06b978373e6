"""Calls that nobody allowed: API Gateway and rules are refused, and a rule's events are gone."""

from collections.abc import Iterator, Sequence

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.neighbours import functions_called
from infra.lint.permissions import allowed, written_in
from infra.lint.physical import arn_of, text_of, texts_of

GATEWAY, RULES = "apigateway.amazonaws.com", "events.amazonaws.com"


def refused_calls(expansion: Expansion, stage: Sequence[Expansion]) -> Iterator[Finding]:
    callable_by = {pair for each in stage for pair in _permissions(each)}
    for logical_id, api in expansion.of_kind("AWS::ApiGateway::RestApi"):
        for name, alias in sorted(functions_called(expansion, api.get("Body"))):
            if (name + alias, GATEWAY) not in callable_by:
                yield expansion.finding(
                    "caller",
                    logical_id,
                    f"It may not call {name}{alias}: add an AWS::Lambda::Permission of"
                    f" {GATEWAY} on exactly that alias.",
                )
    for logical_id, rule in expansion.of_kind("AWS::Events::Rule"):
        for target in rule.get("Targets", []):
            dead_letters = target.get("DeadLetterConfig", {}).get("Arn")
            for place in filter(None, (target.get("Arn"), dead_letters)):
                arn = text_of(expansion, place)
                if not _may_deliver(expansion, arn, callable_by):
                    yield expansion.finding(
                        "caller",
                        logical_id,
                        f"It may not deliver to {arn}: let {RULES} do it in a policy of the queue,"
                        " or in a permission of the function's alias.",
                    )


def _permissions(expansion: Expansion) -> Iterator[tuple[str, str]]:
    """(function with colon and alias, who may call it)"""
    for _, permission in expansion.of_kind("AWS::Lambda::Permission"):
        called = text_of(expansion, permission.get("FunctionName", ""))
        principal = text_of(expansion, permission.get("Principal", ""))
        yield called.rpartition(":function:")[2], principal


def _may_deliver(expansion: Expansion, arn: str, callable_by: set[tuple[str, str]]) -> bool:
    """What is neither a function nor a queue of the stack is not judged."""
    if ":lambda:" in arn:
        return (arn.rpartition(":function:")[2], RULES) in callable_by
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
