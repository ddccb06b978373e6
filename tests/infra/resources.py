"""The completed templates' resources, as the tests of this folder look at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from infra.stacks import Stack, all_stacks
from infra.templates import Template

STACKS = all_stacks()
SERVICES = [stack for stack in STACKS if stack.is_service]
TEMPLATES = {stack.name: stack.completed() for stack in STACKS}


@dataclass(frozen=True)
class Resource:
    stack: str
    logical_id: str
    kind: str
    properties: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.stack}/{self.logical_id}"


def resources(kind: str = "AWS::", stack: str = "") -> list[Resource]:
    """The resources of that AWS type. A `kind` that ends with '::' stands for all types that begin
    so. An empty `stack` stands for all stacks."""
    return [
        Resource(name, logical_id, each["Type"], each.get("Properties", {}))
        for name, template in TEMPLATES.items()
        for logical_id, each in template["Resources"].items()
        if stack in ("", name)
        and (each["Type"] == kind or (kind.endswith("::") and each["Type"].startswith(kind)))
    ]


def environment_of(stack: Stack) -> dict[str, Any]:
    """Every variable that functions of the stack get, from Globals and from each of them."""
    template: Template = TEMPLATES[stack.name]
    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    own = [
        function.properties.get("Environment", {}).get("Variables", {})
        for function in resources("AWS::Serverless::Function", stack.name)
    ]
    return {name: value for variables in (shared, *own) for name, value in variables.items()}


def statements() -> Iterator[tuple[Resource, dict[str, Any]]]:
    """Every statement of every identity policy, also those under a condition."""
    for resource in resources("AWS::IAM::"):
        documents = [policy["PolicyDocument"] for policy in resource.properties.get("Policies", [])]
        if "PolicyDocument" in resource.properties:
            documents.append(resource.properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield resource, statement["Fn::If"][1] if "Fn::If" in statement else statement


def name_of(value: object) -> str:
    """The logical id that a Ref or GetAtt points to."""
    assert isinstance(value, dict), value
    target = value.get("Ref") or value["Fn::GetAtt"][0]
    return str(target).split(".")[0]


def text_of(value: object) -> str:
    """A literal, or what stands in a Sub."""
    return str(value["Fn::Sub"] if isinstance(value, dict) and "Fn::Sub" in value else value)
