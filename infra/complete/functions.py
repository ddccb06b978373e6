"""Makes a function and its role. The role allows only what the description says."""

from typing import Any

from infra.complete.description import PUBLISH, READS, Function, Service
from infra.complete.intrinsics import (
    NO_VALUE,
    Value,
    arn,
    attribute,
    choose,
    ref,
    resource,
    sub,
)
from infra.complete.names import TemplateWrong, name_of, role_name
from infra.complete.settings import provisioned, reserved
from infra.complete.triggers import trigger_statements
from infra.complete.vpc import vpc_settings, vpc_statements


def function_resources(service: Service, function: Function) -> Value:
    properties: Value = {
        "FunctionName": name_of(service.name, function.purpose),
        "Handler": f"services.{service.name}.handlers.{function.module}.handler",
        "AutoPublishCodeSha256": ref("Release"),
        "Role": attribute(f"{function.name}Role"),
    }
    if (kept := reserved(function.trigger.kind)) != NO_VALUE:
        properties["ReservedConcurrentExecutions"] = kept
    if (ready := provisioned(function.trigger.kind)) != NO_VALUE:
        properties["ProvisionedConcurrencyConfig"] = ready
    if function.trigger.kind == "schedule":
        dead_letters = attribute(f"{function.name}DeadLetters")
        properties["DeadLetterQueue"] = {"Type": "SQS", "TargetArn": dead_letters}
    if function.vpc:
        properties["VpcConfig"] = vpc_settings()
    role = {
        "RoleName": role_name(service.name, function.purpose),
        **lambda_role(_may(service, function)),
    }
    told = {"Metadata": {"Unwatched": function.unwatched}} if function.unwatched else {}
    properties |= dict(function.properties)
    return {
        function.id: resource("Serverless::Function", properties, **told),
        f"{function.name}Role": resource("IAM::Role", role),
    }


def lambda_role(statements: list[Value], principal: str = "lambda") -> Value:
    """The properties of a role, without its name."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": f"{principal}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    return {
        "AssumeRolePolicyDocument": policy(trust),
        "Policies": [{"PolicyName": "own", "PolicyDocument": policy(*statements)}],
    }


def policy(*statements: Value) -> Value:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, actions: list[str], on: object, **more: Any) -> Value:  # noqa: ANN401
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": on, **more}


def _may(service: Service, function: Function) -> list[Value]:
    stream = function.trigger.kind == "outbox"
    table = (*function.table, *(("UpdateItem",) if stream else ()))
    grants = (*function.may, *((PUBLISH,) if stream else ()))
    return [
        allow("Log", ["logs:CreateLogStream", "logs:PutLogEvents"], attribute("LogGroup")),
        allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        *_on_table(service, function, dict.fromkeys(table)),
        *(_granted(service, name) for name in dict.fromkeys(grants)),
        *trigger_statements(service, function),
        *(vpc_statements(service, function) if function.vpc else ()),
    ]


def _on_table(service: Service, function: Function, actions: dict[str, None]) -> list[Value]:
    if service.table is None:
        return []
    table = service.table.id
    plain = [each for each in actions if "/" not in each]
    reading = [each for each in plain if each in READS] if function.reads else []
    made = [
        allow(sid, [f"dynamodb:{each}" for each in on], attribute(table), **_of_rows(rows))
        for sid, on, rows in (
            ("Table", plain, function.rows),
            ("TableReads", reading, function.reads),
        )
        if on
    ]
    indexes = [each.split("/")[1] for each in actions if "/" in each]
    if indexes:
        arns = [sub(f"${{{table}.Arn}}/index/{index}") for index in indexes]
        made.append(allow("Indexes", ["dynamodb:Query"], arns))
    return made


def _of_rows(partitions: tuple[str, ...]) -> Value:
    """A call may be about several rows, so the condition key has several values. Every action that
    a table's functions may have gives it."""
    if not partitions:
        return {}
    return {"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(partitions)}}}


def _granted(service: Service, name: str) -> Value:
    if name == PUBLISH and PUBLISH not in service.grants:
        # A call may carry events of several sources, so the condition key has several values.
        condition = {
            "ForAllValues:StringEquals": {"events:source": f"fileferry.{service.name}"},
            "Null": {"events:source": "false"},
        }
        bus = arn("events", "event-bus/fileferry-${Stage}")
        return allow(PUBLISH, ["events:PutEvents"], bus, Condition=condition)
    grant = dict(service.grants[name])
    condition_name = grant.pop("if", None)
    if missing := {"Action", "Resource"} - set(grant):
        raise TemplateWrong(f"{service.name}: grant {name} has no {' and no '.join(missing)}.")
    statement = {"Sid": name, "Effect": "Allow", **grant}
    return choose(condition_name, statement) if condition_name else statement
