"""Gives a container the settings and the rights of a service's function, for a queue of its own.

    ContainerOf: {service: transfer, function: LaneWorker, queues: {LanesQueue: LanesLongQueue}}

`Role` gets what the function's role has, with each queue that it reads replaced by the other one.
The container of `Task` gets the variables, and the template the parameters behind them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.complete.intrinsics import Value, arn, sub
from infra.complete.names import TemplateWrong
from infra.templates import Template

FUNCTIONS_OWN = {"Log", "Trace", "Interfaces", "NotItself"}  # of Lambda; a container needs none
READS = {"Receive", "HoldLaneMessage"}  # the statements about the queue that the function reads
KEYS = {"service", "function", "queues"}


def with_container(template: Template, written: Mapping[str, Any], service: Template) -> Template:
    """`service` is the completed template of the service. Raises TemplateWrong."""
    if set(written) != KEYS:
        raise TemplateWrong(f"ContainerOf: write {', '.join(sorted(KEYS))}, and nothing else.")
    resources, queues = template["Resources"], written["queues"]
    own = _only(resources["Role"]["Properties"]["Policies"], "policy of Role")
    role = service["Resources"][f"{written['function']}Role"]["Properties"]
    rights = role["Policies"][0]["PolicyDocument"]["Statement"]
    given = list(_rights(rights, queues, service))
    own["PolicyDocument"]["Statement"] += given
    container = _only(resources["Task"]["Properties"]["ContainerDefinitions"], "container of Task")
    variables = service["Globals"]["Function"]["Environment"]["Variables"]
    container["Environment"] = [*container.get("Environment", ()), *_variables(variables, service)]
    for section in ("Parameters", "Conditions"):
        theirs = service.get(section, {})
        asked = _asked([given, container["Environment"]])
        needed = [name for name in dict.fromkeys(asked) if name in theirs]
        template[section] = {name: theirs[name] for name in needed} | template.get(section, {})
    return template


def _only(listed: list[Value], what: str) -> Value:
    if len(listed) != 1:
        raise TemplateWrong(f"ContainerOf: there are {len(listed)} times a {what}. Write one.")
    return listed[0]


def _rights(
    statements: list[Value], queues: Mapping[str, str], service: Template
) -> Iterator[Value]:
    for statement in statements:
        granted = statement["Fn::If"][1] if "Fn::If" in statement else statement
        if granted.get("Sid", "") in FUNCTIONS_OWN:
            continue
        reads = queues if granted["Sid"] in READS else {}
        yield _from_outside(statement, service, reads)


def _variables(variables: Value, service: Template) -> Iterator[Value]:
    for name, value in variables.items():
        outside = _from_outside(value, service, {})
        if not isinstance(outside, dict) or "Fn::If" not in outside:
            yield {"Name": name, "Value": outside}
            continue
        condition, then, otherwise = outside["Fn::If"]
        yield {"Fn::If": [condition, {"Name": name, "Value": then}, otherwise]}


def _from_outside(value: Any, service: Template, instead: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The value in another stack, where the service's tables and queues have names only."""
    if isinstance(value, list):
        return [_from_outside(each, service, instead) for each in value]
    if not isinstance(value, dict):
        return value
    if "Fn::GetAtt" in value:
        logical_id = value["Fn::GetAtt"][0]
        kind, name = _resource(service, instead.get(logical_id, logical_id))
        return arn("dynamodb", f"table/{name}") if kind == "table" else arn("sqs", name)
    if value.get("Ref") in service["Resources"]:
        kind, name = _resource(service, value["Ref"])
        url = f"https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/{name}"
        return sub(name if kind == "table" else url)
    return {key: _from_outside(each, service, instead) for key, each in value.items()}


def _resource(service: Template, logical_id: str) -> tuple[str, str]:
    """Table or queue, and its name."""
    resource = service["Resources"][logical_id]
    kinds = {"AWS::DynamoDB::Table": "table", "AWS::SQS::Queue": "queue"}
    if (kind := kinds.get(resource["Type"])) is None:
        raise TemplateWrong(f"ContainerOf: {logical_id} is neither a table nor a queue.")
    name = resource["Properties"]["TableName" if kind == "table" else "QueueName"]
    return kind, str(name["Fn::Sub"])


def _asked(value: Any) -> Iterator[str]:  # noqa: ANN401
    """The names of parameters and conditions in it."""
    if isinstance(value, list):
        for each in value:
            yield from _asked(each)
    elif isinstance(value, dict):
        if isinstance(value.get("Ref"), str):
            yield value["Ref"]
        if "Fn::If" in value:
            yield value["Fn::If"][0]
        for each in value.values():
            yield from _asked(each)
