"""The deployments: each stack's template with the values of a stage."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.stacks import STAGES, all_stacks, read_environment
from infra.templates import Template

AWS_STAGES = tuple(stage for stage in STAGES if stage != "local")
PACKAGES = "s3://fileferry-packages"


@dataclass(frozen=True)
class Deployment:
    """`name` is CloudFormation's name of the stack. `template` is not expanded yet. `folder` has
    the files that the template names."""

    stack: str
    stage: str
    region: str
    name: str
    template: Template
    values: Mapping[str, str]
    folder: Path


def aws_deployments() -> list[Deployment]:
    """Stage by stage, in the order of deployment. The stages share the templates, which are read
    once."""
    stacks = all_stacks()
    templates = {stack.name: stack.completed() for stack in stacks}
    return [
        Deployment(
            stack=stack.name,
            stage=environment.stage,
            region=environment.region,
            name=stack.deployed_name(environment.stage),
            template=templates[stack.name],
            values=environment.of(stack),
            folder=stack.folder,
        )
        for environment in map(read_environment, AWS_STAGES)
        for stack in stacks
    ]


def definition_of(deployment: Deployment, address: str) -> str:
    """The workflow definition that was packaged to that address."""
    path = deployment.folder / address.removeprefix(f"{PACKAGES}/")
    return path.read_text(encoding="utf-8")


def packaged(deployment: Deployment) -> Template:
    """A copy as `sam package` leaves it. AWS::Include is done, as AWS does it before SAM."""
    done: Template = _packaged(deployment.template, deployment.folder)
    return done


def _packaged(value: Any, folder: Path) -> Any:  # noqa: ANN401 - whatever a template may hold
    if isinstance(value, list):
        return [_packaged(each, folder) for each in value]
    if not isinstance(value, dict):
        return value
    if includes(value):
        location = value["Fn::Transform"]["Parameters"]["Location"]
        return json.loads((folder / location).read_text(encoding="utf-8"))
    done = {key: _packaged(each, folder) for key, each in value.items()}
    if "CodeUri" in done:
        done["CodeUri"] = f"{PACKAGES}/code.zip"
    if "DefinitionUri" in done:
        done["DefinitionUri"] = f"{PACKAGES}/{done['DefinitionUri']}"
    return done


def includes(value: Any) -> bool:  # noqa: ANN401 - whatever a template may hold
    """Whether AWS::Include puts a document in the place of the value."""
    return isinstance(value, dict) and value.get("Fn::Transform", {}).get("Name") == "AWS::Include"
