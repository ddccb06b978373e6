"""python -m infra.checkov CHECKOV runs that program over every stack of every stage.

Each finding is a fault, or stands in infra/checkov/reasons.toml with a reason. A reason that
nothing needs any more is a fault, too.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from infra.checkov.judge import Found, judge, read_found, read_reasons
from infra.lint.deployments import Deployment, aws_deployments
from infra.lint.judge import deploy
from infra.lint.options import with_every_option
from infra.lint.schema import as_deployed
from infra.stacks import REPOSITORY

BUILD = REPOSITORY / "build" / "checkov"
REASONS = Path(__file__).parent / "reasons.toml"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.checkov", description=__doc__)
    parser.add_argument("checkov", type=Path, help="the program, in an environment of its own")
    given = parser.parse_args()
    write_templates()
    passed, found = run(given.checkov)
    faults = judge(found, read_reasons(REASONS))
    print("\n".join(faults) or "Each finding has its reason.")
    print(f"{passed} checks passed, {len(found)} findings:")
    for check, count in sorted(Counter(each.check for each in found).items()):
        print(f"  {check} {count}")
    sys.exit(1 if faults else 0)


def write_templates() -> None:
    """One file for each stack and stage, and for the last stage with every option once more."""
    shutil.rmtree(BUILD, ignore_errors=True)
    deployments = aws_deployments()
    for label, wanted in (("", deployments), ("-options", with_every_option(deployments))):
        for stage in dict.fromkeys(each.stage for each in wanted):
            _write(BUILD / f"{stage}{label}", [each for each in wanted if each.stage == stage])


def _write(folder: Path, stage: list[Deployment]) -> None:
    folder.mkdir(parents=True)
    for each in deploy(stage):
        path = folder / f"{each.expansion.deployment.stack}.json"
        path.write_text(json.dumps(as_deployed(each.expansion), indent=1), encoding="utf-8")


def run(checkov: Path) -> tuple[int, list[Found]]:
    """How many checks passed, and the findings."""
    asked = ["--directory", str(BUILD), "--framework", "cloudformation", "--output", "json"]
    quiet = ["--compact", "--quiet", "--skip-download", "--soft-fail"]
    done = subprocess.run(
        [checkov.absolute(), *asked, *quiet],
        check=False,
        capture_output=True,
        text=True,
        cwd=BUILD,  # else it would read the repository's own settings
        # Its processes have waited for each other for ever. There is not much to share anyway.
        env={**os.environ, "CHECKOV_PARALLELIZATION_TYPE": "none"},
    )
    if done.returncode:
        sys.exit(f"{checkov} failed with {done.returncode}:\n{done.stderr[-2000:]}")
    return read_found(json.loads(done.stdout))


if __name__ == "__main__":
    main()
