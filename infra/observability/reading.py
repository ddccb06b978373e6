"""Reads from the completed templates of all stacks what there is to watch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from infra.complete.intrinsics import Value, arn, ref, sub
from infra.complete.names import TemplateWrong
from infra.templates import Template

Templates = Mapping[str, Template]  # by the stack's name
Dimensions = Mapping[str, object]
DEAD_LETTERS = "-dlq"
SCHEDULED = "scheduled"  # the fact under which condition the service's schedule is there
SHORT_SECONDS = 1_800  # a message that is invisible no longer is soon worked on or back


class Kind(StrEnum):
    """What a rule can watch."""

    FUNCTION = "function"
    QUEUE = "queue"  # a function reads it, and is soon done with each message
    LONG_QUEUE = "long queue"  # work on one of its messages may take very long
    DEAD_MESSAGES = "dead letters of a queue"
    DEAD_EVENTS = "dead letters of an outbox"
    DEAD_CALLS = "dead letters of a schedule"
    TABLE = "table"
    WORKFLOW = "workflow"
    REST_API = "REST API"
    SOCKET_API = "WebSocket API"
    SERVICE = "service"  # what its functions count themselves
    LOG_FILTER = "log filter"


@dataclass(frozen=True)
class Thing:
    """`place` are the dimensions of its metrics. A table's indexes have places of their own in
    `parts`. `facts` are what the stack's description says of it."""

    kind: Kind
    stack: str
    purpose: str  # what comes behind the stack in its name; may be empty
    namespace: object
    place: Dimensions
    parts: tuple[Dimensions, ...] = ()
    condition: str = ""  # under which its stack has it
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.stack}-{self.purpose}" if self.purpose else self.stack


def things(templates: Templates) -> list[Thing]:
    """In the order of stacks and resources. Raises TemplateWrong for a resource without a name that
    the stage decides, because no alarm could name it."""
    return [
        thing
        for stack, template in templates.items()
        for thing in (*_resources(stack, template), *_services(stack, template))
    ]


def _resources(stack: str, template: Template) -> Iterator[Thing]:
    for logical_id, resource in template["Resources"].items():
        read = READERS.get(resource["Type"])
        if read is not None:
            yield from read(_Found(stack, template, logical_id, resource))


@dataclass(frozen=True)
class _Found:
    stack: str
    template: Template
    logical_id: str
    resource: Template

    @property
    def properties(self) -> Template:
        properties: Template = self.resource["Properties"]
        return properties

    def name(self, key: str) -> str:
        """As it stands in a Sub."""
        given = self.properties.get(key)
        name = given.get("Fn::Sub") if isinstance(given, dict) else None
        if not isinstance(name, str) or not name.startswith("fileferry-${Stage}"):
            raise TemplateWrong(
                f"{self.stack}: {self.logical_id} has the {key} {given!r}. Name it"
                f" !Sub fileferry-${{Stage}}-{self.stack}-<purpose>, so that alarms can name it."
            )
        return name

    def thing(self, kind: Kind, name: str, namespace: object, place: Dimensions) -> Thing:
        purpose = name.removeprefix("fileferry-${Stage}").removeprefix(f"-{self.stack}").strip("-")
        facts = {
            key: str(value)
            for key, value in self.resource.get("Metadata", {}).items()
            if isinstance(value, str)
        }
        condition = str(self.resource.get("Condition", ""))
        return Thing(kind, self.stack, purpose, namespace, place, (), condition, facts)


def _function(found: _Found) -> Iterator[Thing]:
    name = found.name("FunctionName")
    yield found.thing(Kind.FUNCTION, name, "AWS/Lambda", {"FunctionName": sub(name)})


def _queue(found: _Found) -> Iterator[Thing]:
    name = found.name("QueueName")
    kind = _dead_letters(found) if name.endswith(DEAD_LETTERS) else _speed(found)
    yield found.thing(kind, name, "AWS/SQS", {"QueueName": sub(name)})


def _speed(found: _Found) -> Kind:
    """Whether messages are worked on for so long that their age says nothing."""
    read = any(
        found.logical_id in _named(mapping.get("EventSourceArn"))
        for mapping in _of_type(found.template, "AWS::Lambda::EventSourceMapping")
    )
    timeout = found.properties.get("VisibilityTimeout", 0)
    return Kind.QUEUE if read and timeout <= SHORT_SECONDS else Kind.LONG_QUEUE


def _dead_letters(found: _Found) -> Kind:
    """Who fills it decides what mends it."""
    for queue in _of_type(found.template, "AWS::SQS::Queue"):
        if found.logical_id in _named(queue.get("RedrivePolicy", {}).get("deadLetterTargetArn")):
            return Kind.DEAD_MESSAGES
    for mapping in _of_type(found.template, "AWS::Lambda::EventSourceMapping"):
        failed = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if found.logical_id in _named(failed):
            return Kind.DEAD_EVENTS
    return Kind.DEAD_CALLS


def _of_type(template: Template, kind: str) -> Iterator[Template]:
    for resource in template["Resources"].values():
        if resource["Type"] == kind:
            yield resource["Properties"]


def _named(value: Any) -> set[str]:  # noqa: ANN401 - whatever a template may hold
    """The logical ids that a Ref or GetAtt names."""
    if not isinstance(value, dict):
        return set()
    att = value.get("Fn::GetAtt", [value.get("Ref", "")])
    return {str(att[0] if isinstance(att, list) else att).split(".")[0]}


def _table(found: _Found) -> Iterator[Thing]:
    name = found.name("TableName")
    table = {"TableName": sub(name)}
    thing = found.thing(Kind.TABLE, name, "AWS/DynamoDB", table)
    parts = tuple(
        {**table, "GlobalSecondaryIndexName": index["IndexName"]}
        for index in found.properties.get("GlobalSecondaryIndexes", ())
    )
    yield replace(thing, parts=parts, purpose=thing.purpose or "table")


def _workflow(found: _Found) -> Iterator[Thing]:
    name = found.name("Name" if "Name" in found.properties else "StateMachineName")
    place = {"StateMachineArn": arn("states", f"stateMachine:{name}")}
    thing = found.thing(Kind.WORKFLOW, name, "AWS/States", place)
    yield replace(thing, purpose=thing.purpose or "workflow")


def _rest_api(found: _Found) -> Iterator[Thing]:
    name = found.name("Name")
    place = {"ApiName": sub(name), "Stage": found.properties["StageName"]}
    yield found.thing(Kind.REST_API, name, "AWS/ApiGateway", place)


def _socket_api(found: _Found) -> Iterator[Thing]:
    """Its id is known to SSM only, so the template of the alarms asks there."""
    name = found.name("Name")
    stages = [
        stage["StageName"]
        for stage in _of_type(found.template, "AWS::ApiGatewayV2::Stage")
        if found.logical_id in _named(stage["ApiId"])
    ]
    for stage in stages:
        place = {"ApiId": ref("WebSocketApiId"), "Stage": stage}
        yield found.thing(Kind.SOCKET_API, name, "AWS/ApiGateway", place)


def _log_filter(found: _Found) -> Iterator[Thing]:
    for made in found.properties["MetricTransformations"]:
        name = f"fileferry-${{Stage}}-{found.stack}"
        thing = found.thing(Kind.LOG_FILTER, name, made["MetricNamespace"], {})
        yield replace(thing, facts={**thing.facts, "metric": made["MetricName"]})


def _services(stack: str, template: Template) -> Iterator[Thing]:
    """A stack whose functions count in a namespace, under the name of their service."""
    shared = template.get("Globals", {}).get("Function", {})
    own = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] in ("AWS::Serverless::Function", "AWS::Lambda::Function")
    ]
    names: dict[str, Value] = {}
    for each in (shared, *own):
        variables = each.get("Environment", {}).get("Variables", {})
        if name := variables.get("POWERTOOLS_SERVICE_NAME"):
            names[name] = variables.get("POWERTOOLS_METRICS_NAMESPACE", names.get(name))
    for name, namespace in names.items():
        if namespace is not None:
            place = {"service": name}
            yield Thing(Kind.SERVICE, name, "", namespace, place, facts=_counted(template))


def _counted(template: Template) -> Mapping[str, str]:
    """What the runtime counts for the service (runtime/http.py, runtime/batches.py)."""
    answers = "ApiFunction" in template["Resources"]
    queues = {
        name for name, each in template["Resources"].items() if each["Type"] == "AWS::SQS::Queue"
    }
    listens = any(
        _named(mapping.get("EventSourceArn")) & queues
        for mapping in _of_type(template, "AWS::Lambda::EventSourceMapping")
    )
    found = {name: "yes" for name, is_so in (("answers", answers), ("listens", listens)) if is_so}
    states = [rule.get("State") for rule in _of_type(template, "AWS::Events::Rule")]
    switches = {state["Fn::If"][0] for state in states if isinstance(state, dict)}
    return {**found, SCHEDULED: str(switches.pop())} if len(switches) == 1 else found


READERS = {
    "AWS::Serverless::Function": _function,
    "AWS::Lambda::Function": _function,
    "AWS::SQS::Queue": _queue,
    "AWS::DynamoDB::Table": _table,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::Serverless::StateMachine": _workflow,
    "AWS::StepFunctions::StateMachine": _workflow,
    "AWS::Serverless::Api": _rest_api,
    "AWS::ApiGatewayV2::Api": _socket_api,
    "AWS::Logs::MetricFilter": _log_filter,
}
