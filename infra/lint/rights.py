"""Finds rights that are wider than need be, as IAM Access Analyzer would.

A role's policy names its actions and its resources, a resource's policy names who may call, and
only some roles may be handed on.
"""

from collections.abc import Iterator

from infra.complete.forbidden import DEPLOYS
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.permissions import written_in
from infra.lint.physical import texts_of
from infra.lint.resolve import Value
from infra.lint.wildcards import has_reason
from infra.templates import Template

POLICIES = {  # the property with the policy of a resource
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::Lambda::LayerVersionPermission": "PolicyDocument",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}
OF_ROLES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::RolePolicy")
HANDS_ON = {"iam:passrole", "sts:assumerole"}


def wide_rights(expansion: Expansion) -> Iterator[Finding]:
    for logical_id, properties in expansion.of_kind(*OF_ROLES):
        if expansion.deployment.stack in DEPLOYS:  # a boundary of their own limits them
            continue
        for statement in _own_statements(properties):
            for message in _wide(expansion, statement):
                where = f"The statement {statement.get('Sid', 'without Sid')}"
                yield expansion.finding("rights", logical_id, f"{where} {message}")
    for logical_id, properties in expansion.of_kind(*POLICIES):
        document = properties.get(POLICIES[expansion.resources[logical_id]["Type"]], {})
        for statement in written_in(document):
            if _for_everybody(statement):
                yield expansion.finding(
                    "rights",
                    logical_id,
                    f"The statement {statement.get('Sid', 'without Sid')} is for everybody without"
                    " a condition: name who may call.",
                )


def _own_statements(properties: Template) -> Iterator[Template]:
    documents = [each["PolicyDocument"] for each in properties.get("Policies", [])]
    if "PolicyDocument" in properties:
        documents.append(properties["PolicyDocument"])
    for document in documents:
        yield from written_in(document)


def _wide(expansion: Expansion, statement: Template) -> Iterator[str]:
    if statement["Effect"] == "Deny":
        return
    if turned := sorted({"NotAction", "NotResource"} & set(statement)):
        yield f"allows by {turned[0]}, so also what AWS will have one day: name what it may."
        return
    actions = texts_of(expansion, statement["Action"])
    for action in actions:
        if "*" in action or "?" in action:
            yield f"allows {action}: name each action."
    for resource in texts_of(expansion, statement["Resource"]):
        if "*" not in resource and "?" not in resource:
            continue
        if HANDS_ON & {each.lower() for each in actions}:
            yield f"takes or hands on the role {resource}: name the role."
        elif not has_reason(str(statement.get("Sid", "")), resource):
            yield (
                f"is about {resource}: name the resource, or write into infra/lint/wildcards.py"
                " why that cannot be."
            )


def _for_everybody(statement: Template) -> bool:
    if statement["Effect"] == "Deny" or statement.get("Condition"):
        return False
    principal: Value = statement.get("Principal", "*")
    given = list(principal.values()) if isinstance(principal, dict) else [principal]
    named = [each for one in given for each in (one if isinstance(one, list) else [one])]
    return "*" in named or "NotPrincipal" in statement
