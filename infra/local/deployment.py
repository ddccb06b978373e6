"""Deploys the stacks' templates to the local stack by change sets."""

import copy
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra.package.sources import source_archive
from infra.release import stored_values
from infra.stacks import Stack
from infra.templates import Template

ARTIFACTS = "fileferry-local-artifacts"
DEADLINE_SECONDS = 60.0
POLL_SECONDS = 0.05
NOT_THERE = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
BROKEN = ("ROLLBACK_COMPLETE", "CREATE_FAILED", "ROLLBACK_FAILED", "DELETE_FAILED")

Clients = Callable[[str], Any]


class DeploymentFailed(Exception):
    """The message has CloudFormation's reasons."""


def deploy_locally(stack: Stack, parameters: Mapping[str, str], clients: Clients) -> bool:
    """Returns whether anything changed. Functions get new versions behind their alias, so running
    invocations keep the code that they began with.
    """
    template = copy.deepcopy(stack.completed())
    values = dict(parameters)
    digest = hashlib.sha256(json.dumps([template, values], sort_keys=True).encode())
    for content in _upload_local_files(stack, template, clients("s3")):
        digest.update(content)
    _write_numbers(template, values)
    _deploy_what_changed(template)
    declared = template.get("Parameters", {})
    digest.update(json.dumps(stored_values(declared, values, clients("ssm"))).encode())
    if "Release" in declared:
        values["Release"] = digest.hexdigest()[:16]
    for name, value in values.items():
        declared[name]["Default"] = value  # MiniStack expands SAM only with the defaults
    changed = _execute(stack.deployed_name(values["Stage"]), template, values, clients)
    _switch_on_expiry(template, values["Stage"], clients("dynamodb"))
    return changed


def _upload_local_files(stack: Stack, template: Template, s3: Any) -> list[bytes]:  # noqa: ANN401
    """Replaces local paths by S3 addresses, as `sam package` does. Returns the files' contents."""
    contents: list[bytes] = []
    there = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    if ARTIFACTS not in there:
        region = {"LocationConstraint": s3.meta.region_name}
        s3.create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration=region)

    def upload(content: bytes, name: str) -> str:
        contents.append(content)
        key = f"{stack.name}/{hashlib.sha256(content).hexdigest()[:32]}-{name}"
        s3.put_object(Bucket=ARTIFACTS, Key=key, Body=content)
        return f"s3://{ARTIFACTS}/{key}"

    functions = template.get("Globals", {}).get("Function", {})
    if "CodeUri" in functions:
        functions["CodeUri"] = upload(source_archive(stack.name), "code.zip")
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "DefinitionUri" in properties:
            path = stack.folder / properties["DefinitionUri"]
            properties["DefinitionUri"] = upload(path.read_bytes(), path.name)
        included = properties.get("DefinitionBody", {}).get("Fn::Transform", {})
        if included:
            path = stack.folder / included["Parameters"]["Location"]
            included["Parameters"]["Location"] = upload(path.read_bytes(), path.name)
    return contents


def _write_numbers(template: Template, values: Mapping[str, str]) -> None:
    """Writes the numbers of event source mappings into the template. MiniStack would pass
    parameters on as strings, and then fail."""
    declared = template.get("Parameters", {})
    for resource in template["Resources"].values():
        scaling = resource.get("Properties", {}).get("ScalingConfig", {})
        for name, value in scaling.items():
            if isinstance(value, dict):
                parameter = value["Ref"]
                scaling[name] = int(values.get(parameter, declared[parameter]["Default"]))


def _deploy_what_changed(template: Template) -> None:
    """Removes AlwaysDeploy. MiniStack sees changed parameters, so an API need not be deployed each
    time."""
    for resource in template["Resources"].values():
        resource.get("Properties", {}).pop("AlwaysDeploy", None)


def _execute(name: str, template: Template, values: Mapping[str, str], clients: Clients) -> bool:
    cloudformation = clients("cloudformation")
    status = _status(cloudformation, name)
    if status in BROKEN:
        cloudformation.delete_stack(StackName=name)
        _wait(cloudformation, name, "DELETE")
        status = None
    change_set = f"deploy-{time.time_ns()}"
    s3, key = clients("s3"), f"{name}.json"  # in a call, a template may have 51,200 bytes only
    s3.put_object(Bucket=ARTIFACTS, Key=key, Body=json.dumps(template, separators=(",", ":")))
    cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=change_set,
        ChangeSetType="CREATE" if status in (None, *NOT_THERE) else "UPDATE",
        TemplateURL=f"{s3.meta.endpoint_url}/{ARTIFACTS}/{key}",
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    described = _described(cloudformation, name, change_set)
    if described["Status"] == "FAILED":
        cloudformation.delete_change_set(StackName=name, ChangeSetName=change_set)
        reason = described.get("StatusReason", "")
        if "didn't contain changes" in reason or "No updates" in reason:
            return False
        raise DeploymentFailed(f"{name}: {reason}")
    cloudformation.execute_change_set(StackName=name, ChangeSetName=change_set)
    _wait(cloudformation, name, "deployment")
    return True


def _described(cloudformation: Any, name: str, change_set: str) -> Mapping[str, Any]:  # noqa: ANN401
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        described: Mapping[str, Any] = cloudformation.describe_change_set(
            StackName=name, ChangeSetName=change_set
        )
        if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
            return described
        time.sleep(POLL_SECONDS)
    raise DeploymentFailed(f"{name}: no change set after {DEADLINE_SECONDS:g} s.")


def _status(cloudformation: Any, name: str) -> str | None:  # noqa: ANN401
    try:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":  # there is no such stack
            return None
        raise


def _wait(cloudformation: Any, name: str, what: str) -> None:  # noqa: ANN401
    deadline = time.monotonic() + DEADLINE_SECONDS
    status = _status(cloudformation, name)
    while status and (status.endswith("_IN_PROGRESS") and time.monotonic() < deadline):
        time.sleep(POLL_SECONDS)
        status = _status(cloudformation, name)
    if status in (None, "CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"):
        return
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    ]
    raise DeploymentFailed(f"{name}: {what} ended as {status}.\n" + "\n".join(reasons))


def _switch_on_expiry(template: Template, stage: str, dynamodb: Any) -> None:  # noqa: ANN401
    """Switches expiry on by itself, because MiniStack ignores TimeToLiveSpecification in
    templates."""
    for resource in template["Resources"].values():
        wished = resource.get("Properties", {}).get("TimeToLiveSpecification")
        if resource["Type"] != "AWS::DynamoDB::Table" or not wished:
            continue
        name = resource["Properties"]["TableName"]["Fn::Sub"].replace("${Stage}", stage)
        there = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if there["TimeToLiveStatus"] != "ENABLED":
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wished)
