"""What SAM is given: the completed template, and the command with the stage's values."""

import json
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from infra.indexes import (
    without_indexes,
)
from infra.stacks import REPOSITORY, Stack, read_environment
from infra.templates import Template


def write_completed(stack: Stack, left_out: Collection[str] = ()) -> Path:
    """Writes the template that SAM reads into build/, without the indexes `left_out`. SAM looks for
    local files from that place."""
    into = REPOSITORY / "build" / "templates" / f"{stack.name}.json"
    into.parent.mkdir(parents=True, exist_ok=True)
    template = without_indexes(stack.completed(), left_out)
    for holder, name in _local_paths(template):
        holder[name] = os.path.relpath(stack.folder / holder[name], into.parent)
    into.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return into


def _local_paths(template: Template) -> Iterator[tuple[dict[str, Any], str]]:
    """Each place in the template that holds a path, as (mapping, key)."""
    functions = template.get("Globals", {}).get("Function", {})
    if "CodeUri" in functions:
        yield functions, "CodeUri"
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "DefinitionUri" in properties:
            yield properties, "DefinitionUri"
        included = properties.get("DefinitionBody", {}).get("Fn::Transform", {})
        if included:
            yield included["Parameters"], "Location"


def quoted(value: str) -> str:
    """As SAM reads it, which is not as a shell does."""
    escaped = re.sub(r"""\\(?=["' ])""", r"\\\\", value).replace("'", r"\'")
    return f"'{escaped}'"


def sam_command(
    stack: Stack, stage: str, sam: str, values: dict[str, str], left_out: Collection[str] = ()
) -> list[str]:
    overrides = [f"ParameterKey={n},ParameterValue={quoted(v)}" for n, v in values.items()]
    tags = [] if stack.is_of_account else [f"fileferry:stage={stage}"]
    template, region = str(write_completed(stack, left_out)), read_environment(stage).region
    return [
        *(sam, "deploy", "--template-file", template, "--region", region),
        *("--stack-name", stack.deployed_name(stage), "--resolve-s3"),
        *("--s3-prefix", stack.deployed_name(stage), "--no-fail-on-empty-changeset"),
        # rolled back only, a stack that failed at first could neither be updated nor created again
        *("--on-failure", "DELETE"),
        *("--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        *("--tags", *tags, f"fileferry:stack={stack.name}"),
        *(("--parameter-overrides", *overrides) if overrides else ()),
    ]
