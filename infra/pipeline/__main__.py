"""python -m infra.pipeline --stage STAGE --packages FOLDER deploys what changed, in order.

    --dry-run     says which these are, and deploys nothing

It ends at the first that fails: what comes behind may need it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from infra.pipeline.deployed import stacks_to_deploy
from infra.stacks import REPOSITORY, STAGES, find_stack
from infra.stage import stage_client


def deploy_in_order(names: list[str], command: list[str]) -> int:
    """`command` takes the stack's name last. Returns the exit code of the first that fails."""
    for done, name in enumerate(names):
        print(f"--- {name}", flush=True)
        code = subprocess.run([*command, name], cwd=REPOSITORY, check=False).returncode
        if code:
            print(told(names, done), file=sys.stderr)
            return code
    return 0


def told(names: list[str], done: int) -> str:
    """What an operator has to know when stack number `done` has failed."""
    failed, before, after = names[done], names[:done], names[done + 1 :]
    lines = [
        f"{failed} failed. CloudFormation took back what it had begun; see above why.",
        f"Deployed before it, and left as they are: {', '.join(before) or 'none'}.",
        f"Not deployed: {', '.join(after) or 'none'}. The next run deploys all that is missing.",
    ]
    services = [name for name in before if find_stack(name).is_service]
    if services:
        lines.append(f"To take a service back: the workflow Rollback, for {', '.join(services)}.")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--stage", choices=[each for each in STAGES if each != "local"], required=True
    )
    parser.add_argument("--packages", type=Path, help="a folder of `make packages`")
    parser.add_argument("--sam", default="sam", help="path of the SAM command")
    parser.add_argument("--dry-run", action="store_true")
    given = parser.parse_args()
    if not given.packages and not given.dry_run:
        parser.error("Say where the packages are: --packages FOLDER. `make packages` builds them.")
    names = stacks_to_deploy(given.stage, stage_client(given.stage, "ssm"))
    print(f"{given.stage}: {', '.join(names) or 'every stack is as it is checked out'}", flush=True)
    if given.dry_run:
        return
    command = [sys.executable, "-m", "infra.deploy", "--stage", given.stage, "--sam", given.sam]
    sys.exit(deploy_in_order(names, [*command, "--packages", str(given.packages)]))


if __name__ == "__main__":
    main()
