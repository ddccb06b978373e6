"""python -m infra.deploy STACK --stage STAGE: one stack alone, by AWS SAM or to the local stack."""

import argparse
import hashlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.package import build, content_hash
from infra.protection import protect_tables
from infra.stacks import REPOSITORY, STAGES, Stack, find_stack, read_environment
from infra.stage import stage_client
from infra.templates import Template

LOCALLY = (sys.executable, "-m", "infra.local", "deploy")


def write_completed(stack: Stack) -> Path:
    """What SAM reads, in build/. It looks for local files from there on."""
    into = REPOSITORY / "build" / "templates" / f"{stack.name}.json"
    into.parent.mkdir(parents=True, exist_ok=True)
    template = stack.completed()
    for holder, name in _local_paths(template):
        holder[name] = os.path.relpath(stack.folder / holder[name], into.parent)
    into.write_text(json.dumps(template, indent=1), encoding="utf-8")
    return into


def _local_paths(template: Template) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a path stands in the template, as (mapping, key)."""
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


def sam_command(stack: Stack, stage: str, sam: str, code_hash: str) -> list[str]:
    """The same code, template and parameters give the same Release, so SAM finds nothing to do."""
    environment = read_environment(stage)
    values = environment.of(stack)
    text = json.dumps([stack.completed(), values], sort_keys=True).encode()
    definitions = b"".join(path.read_bytes() for path in sorted(stack.folder.glob("*.json")))
    if "Release" in stack.declared_parameters():
        release = hashlib.sha256(code_hash.encode() + text + definitions)
        values["Release"] = release.hexdigest()[:16]
    overrides = [f"ParameterKey={n},ParameterValue={shlex.quote(v)}" for n, v in values.items()]
    tags = [] if stack.is_of_account else [f"fileferry:stage={stage}"]
    return [
        *(
            sam,
            "deploy",
            "--template-file",
            str(write_completed(stack)),
            "--region",
            environment.region,
        ),
        *("--stack-name", stack.deployed_name(stage), "--resolve-s3"),
        *("--s3-prefix", stack.deployed_name(stage), "--no-fail-on-empty-changeset"),
        *("--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        *("--tags", *tags, f"fileferry:stack={stack.name}"),
        *(("--parameter-overrides", *overrides) if overrides else ()),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--sam", default="sam", help="path of the SAM command")
    given = parser.parse_args()
    if given.stage == "local":
        sys.exit(subprocess.run([*LOCALLY, given.stack], check=False).returncode)
    stack = find_stack(given.stack)
    code_hash = content_hash(build(stack.name)) if stack.is_service else ""
    command = sam_command(stack, given.stage, str(Path(given.sam)), code_hash)
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        clients = (stage_client(given.stage, name) for name in ("cloudformation", "dynamodb"))
        protect_tables(stack.deployed_name(given.stage), *clients)
    sys.exit(code)


if __name__ == "__main__":
    main()
