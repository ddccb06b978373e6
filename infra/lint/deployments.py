"""The deployments: each stack's template with the values of a stage."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.stacks import OF_ONE_REGION, ONCE, STAGES, all_stacks, read_environment
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
    """Stage by stage and region by region, in the order of deployment. They share the templates,
    which are read once."""
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
        for home in (read_environment(stage, region="") for stage in AWS_STAGES)
        for environment in (read_environment(home.stage, region) for region in home.regions)
        for stack in stacks
        if environment.region == home.region or stack.name not in ONCE
    ]


def elsewhere(deployment: Deployment, region: str) -> Deployment:
    """The same in a region that its stage's file does not name. What is of one region only stays
    behind, as for a region that the file names."""
    own = OF_ONE_REGION & deployment.values.keys()
    values = {**deployment.values, **dict.fromkeys(own, "")}
    if "PeerRegion" in values:
        values["PeerRegion"] = deployment.region
    return replace(deployment, region=region, values=values)


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
