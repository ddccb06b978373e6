"""Gives every role of a stage the permissions boundary that the stage sets, if it sets one.

The deploy role of infra/pipeline may make no role without it. Whoever deploys by hand needs none.
"""

from infra.complete.functions import allow, policy
from infra.complete.intrinsics import Value, arn, choose, is_not, resource, sub
from infra.complete.names import role_name
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


def shifting_role(service: str) -> Value:
    """CodeDeploy shifts the traffic of canaries with it. SAM would make one that has no boundary,
    and that may do so with every function of the account."""
    functions = arn("lambda", f"function:fileferry-${{Stage}}-{service}-*")
    own = policy(
        allow("Shift", ["lambda:GetAlias", "lambda:UpdateAlias"], functions),
        allow("ReadConcurrency", ["lambda:GetProvisionedConcurrencyConfig"], functions),
        allow("Test", ["lambda:InvokeFunction"], functions),
        allow("SeeAlarms", ["cloudwatch:DescribeAlarms"], "*"),
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "codedeploy.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    properties = {
        "RoleName": role_name(service, "traffic"),
        "AssumeRolePolicyDocument": policy(trust),
        "Policies": [{"PolicyName": "own", "PolicyDocument": own}],
    }
    return {"TrafficRole": resource("IAM::Role", properties, Condition="OnAws")}
