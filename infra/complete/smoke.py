"""Makes the function that CodeDeploy asks before it sends calls to new versions, and both roles.

Its variable names the new version of each function, with what that function can be asked. So it
depends on all versions, and aliases on it: nothing in it may name an alias.
"""

import json

from infra.complete.description import Function, Service
from infra.complete.functions import allow, lambda_role
from infra.complete.intrinsics import Value, arn, attribute, resource, sub
from infra.complete.listening import stem_of
from infra.complete.names import dashed, name_of, role_name

HOOK = "SmokeTest"
DEPLOYMENT = "Deployment"
TARGETS = "SMOKE_TARGETS"
SECONDS = 120  # runtime.smoke_hook takes 75 of them at most
ASKED = "smoke-test"
READS = ("GetItem", "Query")  # in this order; a function that only writes reads nothing
READ_SECRET = "secretsmanager:GetSecretValue"  # noqa: S105 - an action


def smoke_resources(service: Service) -> Value:
    purpose = dashed(HOOK)
    function = {
        "FunctionName": name_of(service.name, purpose),
        "Handler": "runtime.smoke_hook.handler",
        "AutoPublishCodeSha256": {"Ref": "Release"},
        "Role": attribute(f"{HOOK}Role"),
        "Timeout": SECONDS,
        "Environment": {"Variables": {TARGETS: targets(service)}},
        "DeploymentPreference": {"Enabled": "false"},  # nobody would ask it before itself
    }
    deployment = {
        "RoleName": role_name(service.name, dashed(DEPLOYMENT)),
        **lambda_role(_may_shift(service), principal="codedeploy"),
    }
    return {
        f"{HOOK}Function": resource("Serverless::Function", function),
        f"{HOOK}Role": resource(
            "IAM::Role",
            {"RoleName": role_name(service.name, purpose), **lambda_role(_may_ask(service))},
        ),
        f"{DEPLOYMENT}Role": resource("IAM::Role", deployment, Condition="Canaries"),
    }


def targets(service: Service) -> Value:
    """A reference to `<Function>.Version` is the ARN of the version that this release publishes."""
    asked = [
        {
            "function": f"${{{each.id}.Version}}",
            "kind": each.trigger.kind,
            "asked": _asked(service, each),
        }
        for each in service.functions
    ]
    return sub(json.dumps(asked, separators=(",", ":")))


def _asked(service: Service, function: Function) -> dict[str, str]:
    asked: dict[str, str] = {}
    if service.table and (read := next((a for a in READS if a in function.table), "")):
        rows = (*function.reads, *function.rows, "*")
        key = rows[0].replace("*", ASKED)  # in a partition that it may read
        asked |= {"table": f"${{{service.table.id}}}", "read": read, "key": key}
    if function.trigger.kind in ("events", "queue"):
        asked["queue"] = f"${{{stem_of(function)}Queue}}"
    for name in function.may:
        grant = service.grants.get(name, {})
        secret = grant.get("Resource")
        readable = READ_SECRET in grant.get("Action", ()) and "if" not in grant
        if readable and isinstance(secret, dict) and "Ref" in secret:
            asked["secret"] = f"${{{secret['Ref']}}}"
    return asked


def _may_ask(service: Service) -> list[Value]:
    functions = [_function(service, each.purpose, ":*") for each in service.functions]
    # CloudFormation makes the names of application and groups up, from that of the stack.
    groups = arn("codedeploy", "deploymentgroup:${AWS::StackName}-*")
    return [
        allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], attribute("LogGroup")),
        allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        allow("Ask", ["lambda:InvokeFunction"], functions),
        allow("Answer", ["codedeploy:PutLifecycleEventHookExecutionStatus"], groups),
    ]


def _may_shift(service: Service) -> list[Value]:
    functions = [
        _function(service, each.purpose, more)
        for each in service.functions
        for more in ("", ":live")
    ]
    return [
        allow(
            "Shift",
            ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
            functions,
        ),
        allow("Ask", ["lambda:InvokeFunction"], [_function(service, dashed(HOOK))]),
        allow("Look", ["cloudwatch:DescribeAlarms"], "*"),
    ]


def _function(service: Service, purpose: str, qualifier: str = "") -> Value:
    return arn("lambda", f"function:fileferry-${{Stage}}-{service.name}-{purpose}{qualifier}")
