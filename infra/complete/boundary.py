"""Gives every role of a stage the permissions boundary that the stage sets, if it sets one.

The deploy role of infra/pipeline may make no role without it. Whoever deploys by hand needs none.
"""

from infra.complete.intrinsics import choose, is_not, sub
from infra.templates import Template

PARAMETER, CONDITION = "PermissionsBoundary", "HasBoundary"
ROLE = "AWS::IAM::Role"
ARN = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${PermissionsBoundary}"


def with_boundary(template: Template) -> Template:
    """The same template when it has no role, or is none of a stage."""
    resources = template["Resources"]
    roles = {name: each for name, each in resources.items() if each.get("Type") == ROLE}
    if not roles or "Stage" not in template.get("Parameters", {}):
        return template
    bounded = {
        name: role | {"Properties": role["Properties"] | {PARAMETER: choose(CONDITION, sub(ARN))}}
        for name, role in roles.items()
    }
    declared = {
        "Type": "String",
        "Default": "",
        "Description": "Name of the policy that bounds every role; empty for none",
    }
    return template | {
        "Parameters": template["Parameters"] | {PARAMETER: declared},
        "Conditions": template.get("Conditions", {}) | {CONDITION: is_not(PARAMETER, "")},
        "Resources": resources | bounded,
    }
