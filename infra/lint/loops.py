"""Finds functions that send to the queue that triggers them. Lambda stops such a chain after 16
hops.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.physical import arn_of, name_of, text_of, texts_of
from infra.lint.resolve import Value
from infra.templates import Template

SEND = "sqs:sendmessage"


def recursive_loops(expansion: Expansion) -> Iterator[Finding]:
    for _, mapping in expansion.of_kind("AWS::Lambda::EventSourceMapping"):
        queue = text_of(expansion, mapping.get("EventSourceArn", ""))
        called = text_of(expansion, mapping.get("FunctionName", ""))
        for logical_id, function in expansion.of_kind("AWS::Lambda::Function"):
            if not _calls(called, expansion, logical_id):
                continue
            if function.get("RecursiveLoop") != "Allow" and may_send(expansion, function, queue):
                yield expansion.finding(
                    "loop",
                    logical_id,
                    f"Its role may send to the queue that triggers it ({queue}), and Lambda"
                    " stops it after 16 hops: say RecursiveLoop: Allow and why, or take the"
                    " permission away.",
                )


def _calls(called: str, expansion: Expansion, logical_id: str) -> bool:
    """Whether `called` is the function, by name or ARN, with or without an alias."""
    own = (name_of(expansion, logical_id), arn_of(expansion, logical_id))
    return called in own or called.rpartition(":")[0] in own


def may_send(expansion: Expansion, function: Template, queue: str) -> bool:
    role = text_of(expansion, function.get("Role", ""))
    for statement in statements_of(expansion, role):
        actions = [each.lower() for each in texts_of(expansion, statement.get("Action", []))]
        patterns = texts_of(expansion, statement.get("Resource", []))
        if (
            statement.get("Effect") == "Allow"
            and any(fnmatchcase(SEND, each) for each in actions)
            and any(fnmatchcase(queue, each) for each in patterns)
        ):
            return True
    return False


def statements_of(expansion: Expansion, role_arn: str) -> Iterator[Template]:
    """The statements of every policy in the stack that the role has."""
    attached: set[str] = set()
    names: set[str] = set()
    documents: list[Value] = []
    for logical_id, role in expansion.of_kind("AWS::IAM::Role"):
        if arn_of(expansion, logical_id) == role_arn:
            names.add(name_of(expansion, logical_id))
            documents += [policy["PolicyDocument"] for policy in role.get("Policies", [])]
            attached |= set(texts_of(expansion, role.get("ManagedPolicyArns", [])))
    for logical_id, policy in expansion.of_kind("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"):
        on_roles = names & set(texts_of(expansion, policy.get("Roles", [])))
        if on_roles or arn_of(expansion, logical_id) in attached:
            documents.append(policy["PolicyDocument"])
    for document in documents:
        statements = document.get("Statement", [])
        yield from statements if isinstance(statements, list) else [statements]
