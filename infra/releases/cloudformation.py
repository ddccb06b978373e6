"""Tells CloudFormation what a rollback moved.

It would otherwise believe in the release that was left. Its next update would begin there:
CodeDeploy would be told a version that is not live, a failed update would bring the left release
back, and the same code deployed again would be 'no change'. So the stack gets its own template,
with the versions that it went back to.
"""

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.local.deployment import ARTIFACTS
from infra.local.emulator import aws_client
from infra.releases.pointers import Clients, Pointer

LONGEST_BODY = 51_200  # bytes of a template that a call may carry; a longer one goes through S3
# `sam deploy --resolve-s3` makes this stack, and its bucket.
MANAGED_STACK, MANAGED_BUCKET = "aws-sam-cli-managed-default", "SourceBucket"
PATIENCE_SECONDS = 600.0
POLL_SECONDS = 0.5
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
# Of a stack that is as its last deployment left it. What is cleaned up is nothing live.
STANDS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")


class NotTold(Exception):
    """The rollback is done, but CloudFormation does not know of it."""


def status_of(stack_name: str, cloudformation: Any) -> str | None:  # noqa: ANN401 - boto3
    """None when there is no such stack."""
    try:
        [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    return str(stack["StackStatus"])


def tell(
    stack_name: str, pointers: Iterable[Pointer], versions: Mapping[str, str], clients: Clients
) -> bool:
    """`versions` are those that the rollback decided on, by the pointer's name. Returns whether
    CloudFormation had to be told. Raises NotTold."""
    cloudformation = clients("cloudformation")
    _wait(stack_name, cloudformation)
    moved = [each for each in pointers if each.name in versions]
    if other := [each.name for each in moved if each.read() != versions[each.name]]:
        raise NotTold(f"{stack_name}: somebody else moved {', '.join(other)} meanwhile.")
    template = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")
    body = template["TemplateBody"]
    changed = json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))
    changed.pop("Transform", None)  # it was done already
    for pointer in moved:
        pointer.write(versions[pointer.name], changed["Resources"][pointer.logical_id])
    [stack] = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    kept = [
        {"ParameterKey": each["ParameterKey"], "UsePreviousValue": True}
        for each in stack.get("Parameters", [])
    ]
    try:
        cloudformation.update_stack(
            StackName=stack_name,
            Parameters=kept,
            Capabilities=CAPABILITIES,
            **_carried(stack_name, json.dumps(changed, separators=(",", ":")), clients),
        )
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return False
        raise NotTold(f"{stack_name}: CloudFormation refuses the update: {error}") from error
    status = _wait(stack_name, cloudformation)
    if status not in STANDS:
        raise NotTold(f"{stack_name}: the update ended as {status}.")
    return True


def _carried(stack_name: str, body: str, clients: Clients) -> dict[str, str]:
    if len(body.encode()) <= LONGEST_BODY:
        return {"TemplateBody": body}
    s3, bucket = _packages(clients)
    key = f"{stack_name}/rollback.template"
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode())
    address = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    return {"TemplateURL": address.partition("?")[0]}


def _packages(clients: Clients) -> tuple[Any, str]:
    """Where deployments put what they upload: (client of S3, bucket). SAM never deployed to the
    emulator, whose objects to transfer may be another server's."""
    cloudformation = clients("cloudformation")
    if status_of(MANAGED_STACK, cloudformation) is None:
        told = cloudformation.meta
        return aws_client("s3", told.endpoint_url, told.region_name), ARTIFACTS
    [stack] = cloudformation.describe_stacks(StackName=MANAGED_STACK)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    return clients("s3"), str(outputs[MANAGED_BUCKET])


def _wait(stack_name: str, cloudformation: Any) -> str:  # noqa: ANN401 - boto3
    """Until nothing is under way. Raises NotTold."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (status := status_of(stack_name, cloudformation) or "absent").endswith("_IN_PROGRESS"):
        if time.monotonic() > deadline:
            raise NotTold(f"{stack_name} is still {status} after {PATIENCE_SECONDS:g} s.")
        time.sleep(POLL_SECONDS)
    return status
