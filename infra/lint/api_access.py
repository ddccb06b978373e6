"""Finds resource policies of an API that restrict nothing, or that SAM cannot add."""

from collections.abc import Iterator

from infra.lint.deployments import includes
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding

IN_DOCUMENT = "x-amazon-apigateway-policy"


def api_access(expansion: Expansion) -> Iterator[Finding]:
    for logical_id in _allow_only(expansion):
        yield expansion.finding(
            "api policy",
            logical_id,
            "Its resource policy only allows, which does not restrict routes with an authorizer:"
            " add a Deny, as with NotIpAddress.",
        )
    for logical_id in _auth_beside_include(expansion):
        yield expansion.finding(
            "api policy",
            logical_id,
            f"SAM's Auth needs an inline body, not AWS::Include: write {IN_DOCUMENT} into the"
            " document.",
        )


def _allow_only(expansion: Expansion) -> Iterator[str]:
    for logical_id, api in expansion.of_kind("AWS::ApiGateway::RestApi"):
        policy = api.get("Policy") or api.get("Body", {}).get(IN_DOCUMENT) or {}
        statements = policy.get("Statement", [])
        restricts = any("Condition" in each for each in statements)
        if restricts and all(each["Effect"] == "Allow" for each in statements):
            yield logical_id


def _auth_beside_include(expansion: Expansion) -> Iterator[str]:
    for logical_id, written in expansion.deployment.template["Resources"].items():
        properties = written.get("Properties", {})
        if "Auth" in properties and includes(properties.get("DefinitionBody")):
            yield logical_id
