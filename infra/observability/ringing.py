"""python -m infra.observability.ringing --stage STAGE prints the alarms that ring, and why.

A composite comes first, with the alarms under it that make it ring.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.stacks import STAGES
from infra.stage import stage_client

KINDS = ("CompositeAlarm", "MetricAlarm")


def alarms(cloudwatch: Any, stage: str) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3
    """All alarms of the stage, composites first. Raises ClientError."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"fileferry-{stage}-", AlarmTypes=list(KINDS)
    )
    found = [(page["CompositeAlarms"], page["MetricAlarms"]) for page in pages]
    return [each for kind in (0, 1) for page in found for each in page[kind]]


def lines(there: list[dict[str, Any]]) -> Iterator[str]:
    ringing = [each for each in there if each["StateValue"] == "ALARM"]
    composites = [each for each in ringing if "AlarmRule" in each]
    covered = set()
    for one in composites:
        below = [each for each in ringing if f'"{each["AlarmName"]}"' in one["AlarmRule"]]
        covered |= {each["AlarmName"] for each in below}
        yield from _told(one, "")
        for each in below:
            yield from _told(each, "  ")
    for each in ringing:
        if "AlarmRule" not in each and each["AlarmName"] not in covered:
            yield from _told(each, "")


def _told(alarm: dict[str, Any], indent: str) -> Iterator[str]:
    quiet = alarm.get("ActionsSuppressedBy")
    yield f"{indent}{alarm['AlarmName']}" + (f" (quiet: {quiet})" if quiet else "")
    yield f"{indent}  {alarm.get('AlarmDescription', '')}"
    if "AlarmRule" not in alarm:
        yield f"{indent}  {alarm.get('StateReason', '')}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    stage = parser.parse_args().stage
    try:
        there = alarms(stage_client(stage, "cloudwatch"), stage)
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"The alarms of {stage} cannot be read. {error}")
    if not there:
        sys.exit(f"{stage} has no alarms. Deploy them: make deploy-observability STAGE={stage}")
    print("\n".join(lines(there)) or f"None of the {len(there)} alarms of {stage} rings.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
