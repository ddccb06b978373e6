"""python -m infra.regions.home show|activate|standby --stage STAGE says which region works.

FILEFERRY_REGION (REGION= of make) names the region that is asked, or changed. `activate` lets it
take over from the other one. `--alone` says that the other one is down.
"""

import argparse
import sys
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.calling import CallRefused, call_function, functions_of
from infra.stacks import STAGES

ACTS = {"show": None, "activate": "active", "standby": "standby"}


def switch(functions: Any, stage: str, act: str, *, alone: bool = False) -> dict[str, Any]:  # noqa: ANN401 - boto3 has no types
    """Raises CallRefused."""
    event = {"to": ACTS[act], "alone": alone}
    told: dict[str, Any] = call_function(functions, stage, "transfer", "switch-home", event)
    return told


def sentence(told: dict[str, Any]) -> str:
    region, peer = told["region"], told["peer_region"]
    if told["works"]:
        alone = f" It does not know what {peer} does." if told["alone"] else ""
        return f"{region} works.{alone}"
    if not told["wants_to_work"]:
        return f"{region} stands by. It takes no transfers and calls no partner."
    if told["overtaken"]:
        return (
            f"{region} will work when its old transfers are ended, a minute or two after"
            f" {told['works_from']}."
        )
    if told["works_from"] is None:
        return f"{region} has not begun to work: run activate again."
    return f"{region} works from {told['works_from']} on, sooner when {peer} has stopped."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=ACTS)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--alone", action="store_true", help="the other region is down")
    given = parser.parse_args()
    functions = functions_of(given.stage)
    try:
        print(sentence(switch(functions, given.stage, given.act, alone=given.alone)))
    except (CallRefused, ClientError, BotoCoreError) as error:
        sys.exit(f"Not done. {error}")


if __name__ == "__main__":
    main()
