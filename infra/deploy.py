"""python -m infra.deploy STACK --stage STAGE: one stack alone, by AWS SAM or to the local stack."""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from infra.package.archives import content_hash
from infra.package.build import build
from infra.prune import PruneIncomplete, prune
from infra.release import ValueMissing, release_of, stored_values
from infra.stacks import STAGES, Stack, find_stack, read_environment
from infra.stage import stage_client

LOCALLY = (sys.executable, "-m", "infra.local", "deploy")


def parameters_of(stack: Stack, stage: str, python: str) -> dict[str, str]:
    """Builds a service, whose Release names its code; raises ValueMissing."""
    values, declared = read_environment(stage).of(stack), stack.declared_parameters()
    if "Release" in declared:
        stored = stored_values(declared, values, stage_client(stage, "ssm"))
        code_hash = content_hash(build(stack.name, python)) if stack.is_service else ""
        values["Release"] = release_of(stack, values, stored, code_hash)
    return values


def sam_command(stack: Stack, stage: str, sam: str, values: dict[str, str]) -> list[str]:
    region = read_environment(stage).region
    return [
        *(sam, "deploy", "--template-file", str(stack.template), "--region", region),
        *("--stack-name", stack.deployed_name(stage), "--resolve-s3"),
        *("--s3-prefix", stack.deployed_name(stage), "--no-fail-on-empty-changeset"),
        *("--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        *("--tags", f"fileferry:stage={stage}", f"fileferry:stack={stack.name}"),
        "--parameter-overrides",
        *(f"ParameterKey={name},ParameterValue={shlex.quote(v)}" for name, v in values.items()),
    ]


def deploy(stack: Stack, stage: str, sam: str, python: str) -> int:
    """The exit code: SAM's, or 1 when it went well and something about it did not."""
    try:
        values = parameters_of(stack, stage, python)
        code = subprocess.run(sam_command(stack, stage, sam, values), check=False).returncode
        if code == 0 and stack.is_service:
            print(f"{prune(stack, stage)} old versions removed")
    except ValueMissing as error:
        print(error, file=sys.stderr)
        return 1
    except PruneIncomplete as error:
        again = f"python -m infra.prune {stack.name} --stage {stage}"
        print(f"The stack is deployed. {error}\nThen: {again}", file=sys.stderr)
        return 1
    return code


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--sam", default="sam", help="path of the SAM command")
    parser.add_argument("--python", default="", help="of the version that the functions run on")
    given = parser.parse_args()
    if given.stage == "local":
        sys.exit(subprocess.run([*LOCALLY, given.stack], check=False).returncode)
    stack = find_stack(given.stack)
    sys.exit(deploy(stack, given.stage, str(Path(given.sam)), given.python))


if __name__ == "__main__":
    main()
