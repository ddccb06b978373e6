"""python -m infra.deploy STACK --stage STAGE: one stack alone, by AWS SAM or to the local stack."""

import argparse
import hashlib
import json
import shlex
import subprocess
import sys
from pathlib import Path

from infra.package import build, content_hash
from infra.stacks import STAGES, Stack, find_stack, read_environment

LOCALLY = (sys.executable, "-m", "infra.local", "deploy")


def sam_command(stack: Stack, stage: str, sam: str, code_hash: str) -> list[str]:
    """The same code, template and parameters give the same Release, so SAM finds nothing to do."""
    environment = read_environment(stage)
    values = environment.of(stack)
    text = stack.template.read_bytes() + json.dumps(values, sort_keys=True).encode()
    definitions = b"".join(path.read_bytes() for path in sorted(stack.folder.glob("*.json")))
    if "Release" in stack.declared_parameters():
        release = hashlib.sha256(code_hash.encode() + text + definitions)
        values["Release"] = release.hexdigest()[:16]
    return [
        *(sam, "deploy", "--template-file", str(stack.template), "--region", environment.region),
        *("--stack-name", stack.deployed_name(stage), "--resolve-s3"),
        *("--s3-prefix", stack.deployed_name(stage), "--no-fail-on-empty-changeset"),
        *("--no-confirm-changeset", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"),
        *("--tags", f"fileferry:stage={stage}", f"fileferry:stack={stack.name}"),
        "--parameter-overrides",
        *(f"ParameterKey={name},ParameterValue={shlex.quote(v)}" for name, v in values.items()),
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
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
