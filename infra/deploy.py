"""python -m infra.deploy STACK --stage STAGE deploys one stack to AWS or to the local stack."""

import argparse
import subprocess
import sys
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path

from infra.calling import CallRefused, call_function, functions_of
from infra.console.publish import PublishedMeanwhile, publish_web
from infra.console.site import NotDeployed
from infra.indexes import (
    TooManyNewIndexes,
    left_out_in_each_update,
    require_few_indexes,
)
from infra.kept_ready import TooManyKeptReady, require_room
from infra.package.archives import content_hash
from infra.package.build import build
from infra.package.bundle import PackageWrong, commit_of, unpack
from infra.pipeline.deployed import checked_out, forget, remember
from infra.protection import protect_tables
from infra.prune import PruneIncomplete, prune
from infra.release import ValueMissing, referred_values, release_of, stored_values
from infra.releases import deploying, has_releases
from infra.releases.cloudformation import status_of
from infra.releases.deploying import RollbackUnfinished, StillChanging
from infra.sam import sam_command
from infra.stacks import STAGES, Stack, read_environment, stack_argument
from infra.stage import stage_client
from infra.stage_values import (
    BoundaryMissing,
    MappingWrong,
    NobodyHears,
    require_alarm_address,
    require_boundary,
    require_mapping,
)
from infra.synthetic_user import SyntheticUserMissing, require_synthetic_user
from infra.worker.image import (
    ImageNotPushed,
    WorkerWithoutNetwork,
    context,
    has_worker,
    push_worker,
    require_network,
    tag_of,
)

LOCALLY = (sys.executable, "-m", "infra.local", "deploy")


class SmokeTestFailed(Exception):
    """What was deployed without a canary does not do what it should."""


CANARY = "Canary"  # the parameter
OVERRIDDEN = (
    "OVERRIDE: every call goes to the new version at once. No alarm stops it, and its smoke test"
    " comes afterwards. The next deployment without OVERRIDE has canaries again."
)
# Told in one sentence, without a traceback.
REFUSED = (
    NobodyHears,
    SyntheticUserMissing,
    TooManyKeptReady,
    RollbackUnfinished,
    StillChanging,
    SmokeTestFailed,
    TooManyNewIndexes,
    CallRefused,
    ValueMissing,
    MappingWrong,
    NotDeployed,
    PublishedMeanwhile,
    ImageNotPushed,
    WorkerWithoutNetwork,
    PackageWrong,
    BoundaryMissing,
)


def parameters_of(
    stack: Stack,
    stage: str,
    python: str,
    packages: Path | None = None,
    *,
    override: bool = False,
) -> dict[str, str]:
    """Builds or unpacks a service first, because its parameter Release names its code. With
    `override` there is no canary, but the same Release. Raises ValueMissing, MappingWrong,
    NobodyHears, SyntheticUserMissing, TooManyKeptReady, PackageWrong, BoundaryMissing."""
    environment, declared = read_environment(stage), stack.declared_parameters()
    values = environment.of(stack)
    require_alarm_address(values, stage)
    require_synthetic_user(environment)
    if packages:
        require_boundary(stage, values)
    require_mapping(values)
    require_room(values)
    if has_worker(stack, values):
        require_network(values)
        values["ImageTag"] = tag_of(context())
    if "Release" in declared:
        ssm = stage_client(stage, "ssm")
        stored = stored_values(declared, values, ssm)
        stored |= referred_values(stack.completed(), values, ssm)
        code_hash = content_hash(folder_of(stack, python, packages)) if stack.is_service else ""
        values["Release"] = release_of(stack, values, stored, code_hash)
    if override and CANARY in declared:
        values[CANARY] = "false"
    return values


def folder_of(stack: Stack, python: str, packages: Path | None) -> Path:
    if packages is None:
        return build(stack.name, python)
    return unpack(stack.name, packages)


def deploy(
    stack: Stack,
    stage: str,
    sam: str,
    python: str,
    packages: Path | None = None,
    *,
    override: bool = False,
) -> int:
    """Returns SAM's exit code, or 1 when SAM succeeded and a later step failed."""
    try:
        values = parameters_of(stack, stage, python, packages, override=override)
        if override:
            print(OVERRIDDEN)
        return _deploy(stack, stage, sam, values)
    except REFUSED as error:
        print(error, file=sys.stderr)
    except PruneIncomplete as error:
        again = f"python -m infra.prune {stack.name} --stage {stage}"
        print(f"The stack is deployed. {error}\nThen: {again}", file=sys.stderr)
    return 1


def _deploy(stack: Stack, stage: str, sam: str, values: dict[str, str]) -> int:
    clients = cache(partial(stage_client, stage))
    code, dynamodb = 0, clients("dynamodb")
    runs_worker = has_worker(stack, values)
    if runs_worker:
        push_worker(stage, before=True)
    updates = left_out_in_each_update(stack.completed(), stage, dynamodb)
    if values.get(CANARY) == "true":
        require_few_indexes(stack.name, stage, updates)
    before = status_of(stack.deployed_name(stage), clients("cloudformation"))
    deploying.begin(stack, stage, clients)
    for left_out in updates:
        command = sam_command(stack, stage, sam, values, left_out)
        code = code or subprocess.run(command, check=False).returncode
    deploying.end(stack, stage, clients)
    if code:
        return code
    protect_tables(stack.deployed_name(stage), clients("cloudformation"), dynamodb)
    if stack.name == "console":
        publish_web(stage)
    if runs_worker:
        push_worker(stage, before=False)
    if has_releases(stack):
        print(f"{prune(stack, stage)} old versions removed")
    if asked_afterwards(values, before):
        require_smoke_test(stack, stage)
    return 0


def asked_afterwards(values: Mapping[str, str], before: str | None) -> bool:
    """CodeDeploy asks the smoke test when an alias changes, but not when a stack is new. `before`
    was the stack's status."""
    new = before in (None, "REVIEW_IN_PROGRESS")
    return values.get(CANARY) == "false" or (CANARY in values and new)


def require_smoke_test(stack: Stack, stage: str) -> None:
    """What CodeDeploy would have asked before. Raises SmokeTestFailed."""
    answer = call_function(functions_of(stage), stage, stack.name, "smoke-test", {})
    if answer["problems"]:
        found = "\n".join(f"  {each}" for each in answer["problems"])
        raise SmokeTestFailed(
            f"The stack is deployed, and its smoke test failed:\n{found}\n"
            f"To go back: make rollback-{stack.name} STAGE={stage}"
        )


def deploy_packages(
    stack: Stack, stage: str, sam: str, packages: Path, here: str, *, override: bool = False
) -> int:
    """As deploy, and remembers the commit when all of it is done. `here` is checked out."""
    try:
        commit = commit_of(packages, here)
    except PackageWrong as error:
        print(error, file=sys.stderr)
        return 1
    code = deploy(stack, stage, sam, "", packages, override=override)
    if code == 0:
        remember(stack, stage, commit, stage_client(stage, "ssm"))
    return code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack", type=stack_argument)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--sam", default="sam", help="path of the SAM command")
    parser.add_argument("--python", default="", help="of the version that the functions run on")
    parser.add_argument("--packages", type=Path, help="a folder of `make packages`, built before")
    parser.add_argument("--override", action="store_true", help="at once, whatever alarms say")
    given = parser.parse_args()
    if given.stage == "local":
        sys.exit(subprocess.run([*LOCALLY, given.stack.name], check=False).returncode)
    stack, stage, sam, override = given.stack, given.stage, str(Path(given.sam)), given.override
    if not stack.is_of_account:
        forget(stack, stage, stage_client(stage, "ssm"))
    if given.packages:
        here = checked_out()
        sys.exit(deploy_packages(stack, stage, sam, given.packages, here, override=override))
    sys.exit(deploy(stack, stage, sam, given.python, override=override))


if __name__ == "__main__":
    main()
