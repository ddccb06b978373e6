"""What the policies of a template allow."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from infra.lint.expansion import Expansion
from infra.lint.physical import arn_of, name_of, text_of, texts_of
from infra.lint.resolve import Value
from infra.templates import Template


def allowed(
    expansion: Expansion, statements: Iterable[Template], action: str, resource: str
) -> bool:
    """By any of the statements, whatever their conditions; denials are not looked at."""
    for statement in statements:
        actions = [each.lower() for each in texts_of(expansion, statement.get("Action", []))]
        patterns = texts_of(expansion, statement.get("Resource", []))
        if (
            statement.get("Effect") == "Allow"
            and any(fnmatchcase(action.lower(), each) for each in actions)
            and any(fnmatchcase(resource, each) for each in patterns)
        ):
            return True
    return False


def statements_of(expansion: Expansion, role_arn: str) -> Iterator[Template]:
    """Of every policy in the stack that the role has."""
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
        yield from written_in(document)


def written_in(document: Value) -> list[Template]:
    statements = document.get("Statement", [])
    return statements if isinstance(statements, list) else [statements]


def role_of(expansion: Expansion, function: Template) -> list[Template]:
    return list(statements_of(expansion, text_of(expansion, function.get("Role", ""))))
