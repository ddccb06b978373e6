"""python -m infra.drift --stage STAGE tells what somebody changed by hand in any stack of a stage.

Ends with 0 when nothing was changed, 1 when something was, 2 when CloudFormation could not say.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.stacks import STAGES, Stack, all_stacks
from infra.stage import stage_client

DEADLINE_SECONDS = 900.0  # for all stacks; CloudFormation looks at them side by side
POLL_SECONDS = 5.0
IN_SYNC, DRIFTED, MISSING, UNCLEAR = "in sync", "DRIFTED", "NOT DEPLOYED", "UNCLEAR"
CHANGED = ("MODIFIED", "DELETED")
# What AWS or FileFerry changes by itself. (type of the resource, path of the property)
EXPECTED = {
    ("AWS::ECS::Service", "/DesiredCount"),  # step scaling sets it
}


@dataclass(frozen=True)
class Answer:
    """`details` are lines about what was changed, or why nothing is known."""

    stack: str
    status: str
    details: tuple[str, ...] = ()


def drift(
    stacks: Iterable[Stack],
    stage: str,
    cloudformation: Any,  # noqa: ANN401 - a boto3 client
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> list[Answer]:
    """One answer for each stack, in their order."""
    until = clock() + DEADLINE_SECONDS
    started = [(stack, _begin(stack, stage, cloudformation)) for stack in stacks]
    answers = []
    for stack, begun in started:
        if isinstance(begun, Answer):
            answers.append(begun)
            continue
        ended = _ended(begun, cloudformation, until, pause, clock)
        answers.append(_answer(stack, stage, ended, cloudformation))
    return answers


def _begin(stack: Stack, stage: str, cloudformation: Any) -> str | Answer:  # noqa: ANN401
    """The id under which CloudFormation looks, or why it does not."""
    name = stack.deployed_name(stage)
    try:
        return str(cloudformation.detect_stack_drift(StackName=name)["StackDriftDetectionId"])
    except ClientError as error:
        reason = error.response["Error"].get("Message", str(error))
        if "does not exist" in reason:
            return Answer(stack.name, MISSING, (f"there is no stack {name}: deploy it",))
        return Answer(stack.name, UNCLEAR, (reason,))


def _ended(
    begun: str,
    cloudformation: Any,  # noqa: ANN401
    until: float,
    pause: Callable[[float], None],
    clock: Callable[[], float],
) -> dict[str, Any]:
    """What CloudFormation says of the detection. After the deadline it is still in progress."""
    while True:
        told: dict[str, Any] = cloudformation.describe_stack_drift_detection_status(
            StackDriftDetectionId=begun
        )
        if told["DetectionStatus"] != "DETECTION_IN_PROGRESS" or clock() >= until:
            return told
        pause(POLL_SECONDS)


def _answer(stack: Stack, stage: str, ended: dict[str, Any], cloudformation: Any) -> Answer:  # noqa: ANN401
    status = ended["DetectionStatus"]
    if status == "DETECTION_IN_PROGRESS":
        return Answer(stack.name, UNCLEAR, (f"not done after {DEADLINE_SECONDS:.0f} s: try again",))
    if status != "DETECTION_COMPLETE":
        reason = ended.get("DetectionStatusReason", "CloudFormation gives no reason")
        return Answer(stack.name, UNCLEAR, (reason,))
    changed = tuple(_changes(stack.deployed_name(stage), cloudformation))
    return Answer(stack.name, DRIFTED if changed else IN_SYNC, changed)


def _changes(name: str, cloudformation: Any) -> Iterator[str]:  # noqa: ANN401
    """A line for each property. A page may be empty and have another one behind it."""
    asked = {"StackName": name, "StackResourceDriftStatusFilters": list(CHANGED)}
    while True:
        page = cloudformation.describe_stack_resource_drifts(**asked)
        for resource in page["StackResourceDrifts"]:
            yield from _of_resource(resource)
        if not page.get("NextToken"):
            return
        asked["NextToken"] = page["NextToken"]


def _of_resource(resource: dict[str, Any]) -> Iterator[str]:
    name = resource["LogicalResourceId"]
    if resource["StackResourceDriftStatus"] == "DELETED":
        yield f"{name} is gone"
        return
    for each in resource.get("PropertyDifferences", []):
        path = each["PropertyPath"]
        if any(
            resource["ResourceType"] == kind and (path == start or path.startswith(f"{start}/"))
            for kind, start in EXPECTED
        ):
            continue
        yield f"{name}{path} is {each['ActualValue']}, and was {each['ExpectedValue']}"


def table(answers: list[Answer]) -> str:
    widest = max((len(each.stack) for each in answers), default=0)
    lines = []
    for each in answers:
        lines.append(f"{each.stack:<{widest}}  {each.status}")
        lines += [f"{'':<{widest}}    {detail}" for detail in each.details]
    return "\n".join(lines)


def exit_code(answers: list[Answer]) -> int:
    statuses = {each.status for each in answers}
    if statuses & {DRIFTED, MISSING}:
        return 1
    return 2 if UNCLEAR in statuses else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--stage", choices=[each for each in STAGES if each != "local"], required=True
    )
    stage = parser.parse_args().stage
    stacks = [stack for stack in all_stacks() if not stack.is_of_account]
    answers = drift(stacks, stage, stage_client(stage, "cloudformation"))
    print(table(answers))
    sys.exit(exit_code(answers))


if __name__ == "__main__":
    main()
