"""What decides which version is called: functions' aliases, the workflow's alias, an API's stage.

Each can be read and moved at once, without CloudFormation.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from botocore.exceptions import ClientError

Clients = Callable[[str], Any]
Properties = dict[str, Any]  # of the resource in CloudFormation's template

SHARED = "+"  # between two versions that share the calls; such a value is no release
KEPT = "kept for a rollback: "  # begins the description of an API's deployments that we made
MOST = 100  # of a page
# As many as there can be; what a page leaves out would be removed next time.
MOST_LISTED = 1000
NEWEST = 3  # stay in any case, because one that was just made may have no alias yet


class Pointer(Protocol):
    """`kind` is the type of the CloudFormation resource. `name` tells it from others of the
    stack."""

    kind: str
    logical_id: str
    name: str

    def read(self) -> str: ...

    def has(self, version: str) -> bool:
        """Whether that version is still there."""
        ...

    def move(self, version: str) -> None: ...

    def write(self, version: str, resource: Properties) -> None:
        """Writes into the resource of the template that it points to that version."""
        ...


class FunctionAlias:
    kind = "AWS::Lambda::Alias"

    def __init__(self, logical_id: str, arn: str, functions: Any) -> None:  # noqa: ANN401
        self.logical_id, self._client = logical_id, functions
        *_, self.name, self._alias = arn.split(":")

    def read(self) -> str:
        alias = self._client.get_alias(FunctionName=self.name, Name=self._alias)
        others = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
        return SHARED.join([str(alias["FunctionVersion"]), *sorted(others)])

    def has(self, version: str) -> bool:
        try:
            self._client.get_function_configuration(FunctionName=self.name, Qualifier=version)
        except self._client.exceptions.ResourceNotFoundException:
            return False
        return True

    def move(self, version: str) -> None:
        self._client.update_alias(
            FunctionName=self.name,
            Name=self._alias,
            FunctionVersion=version,
            RoutingConfig={"AdditionalVersionWeights": {}},
        )

    def write(self, version: str, resource: Properties) -> None:
        """Without the policy, or CodeDeploy would shift calls that were moved already."""
        resource["Properties"]["FunctionVersion"] = version
        resource.pop("UpdatePolicy", None)


class WorkflowAlias:
    kind = "AWS::StepFunctions::StateMachineAlias"

    def __init__(self, logical_id: str, arn: str, machines: Any) -> None:  # noqa: ANN401
        self.logical_id, self._arn, self._client = logical_id, arn, machines
        self._machine = arn.rpartition(":")[0]
        self.name = f"workflow {self._machine.rpartition(':')[2]}"

    def read(self) -> str:
        alias = self._client.describe_state_machine_alias(stateMachineAliasArn=self._arn)
        routes = sorted(
            alias["routingConfiguration"], key=lambda each: each["weight"], reverse=True
        )
        return SHARED.join(
            each["stateMachineVersionArn"].rpartition(":")[2] for each in routes if each["weight"]
        )

    def has(self, version: str) -> bool:
        try:
            self._client.describe_state_machine(stateMachineArn=f"{self._machine}:{version}")
        except self._client.exceptions.StateMachineDoesNotExist:
            return False
        return True

    def move(self, version: str) -> None:
        route = {"stateMachineVersionArn": f"{self._machine}:{version}", "weight": 100}
        self._client.update_state_machine_alias(
            stateMachineAliasArn=self._arn, routingConfiguration=[route]
        )

    def remove_others(self, wanted: set[str]) -> int:
        """All versions but the wanted and the newest ones, and those that the alias starts. An
        execution that runs keeps its version although it is removed. Returns how many."""
        kept = wanted | set(self.read().split(SHARED))
        listed = self._client.list_state_machine_versions(
            stateMachineArn=self._machine, maxResults=MOST_LISTED
        )
        arns = [each["stateMachineVersionArn"] for each in listed["stateMachineVersions"]]
        newest_first = sorted(arns, key=lambda arn: int(arn.rpartition(":")[2]), reverse=True)
        doomed = [arn for arn in newest_first[NEWEST:] if arn.rpartition(":")[2] not in kept]
        for arn in doomed:
            self._client.delete_state_machine_version(stateMachineVersionArn=arn)
        return len(doomed)

    def write(self, version: str, resource: Properties) -> None:
        resource["Properties"].pop("RoutingConfiguration", None)
        resource["Properties"]["DeploymentPreference"] = {
            "Type": "ALL_AT_ONCE",
            "StateMachineVersionArn": f"{self._machine}:{version}",
        }


class ApiStage:
    """CloudFormation removes the deployment before, as soon as the stage has a new one. So `keep`
    makes a copy that is nobody's. Both stand for the same version, the copy's id."""

    kind = "AWS::ApiGateway::Stage"

    def __init__(self, logical_id: str, api_id: str, stage: str, gateway: Any) -> None:  # noqa: ANN401
        self.logical_id, self._client = logical_id, gateway
        self._stage = {"restApiId": api_id, "stageName": stage}
        self._api_id, self.name = api_id, f"stage {stage}"

    def read(self) -> str:
        live = str(self._client.get_stage(**self._stage)["deploymentId"])
        copies = {each["description"]: each["id"] for each in self._copies()}
        return str(copies.get(KEPT + live, live))

    def keep(self) -> None:
        """Called when a deployment has just ended, so the API is as its stage has it."""
        live = str(self._client.get_stage(**self._stage)["deploymentId"])
        copies = list(self._copies())
        if live not in {each["id"] for each in copies} and KEPT + live not in {
            each["description"] for each in copies
        }:
            self._client.create_deployment(restApiId=self._api_id, description=KEPT + live)

    def has(self, version: str) -> bool:
        return version in {each["id"] for each in self._copies()}

    def move(self, version: str) -> None:
        patch = {"op": "replace", "path": "/deploymentId", "value": version}
        self._client.update_stage(**self._stage, patchOperations=[patch])

    def write(self, version: str, resource: Properties) -> None:
        resource["Properties"]["DeploymentId"] = version

    def remove_others(self, wanted: set[str]) -> int:
        """The copies, but for the wanted ones and that of what is live. Returns how many."""
        live = str(self._client.get_stage(**self._stage)["deploymentId"])
        doomed = [
            each["id"]
            for each in self._copies()
            if each["id"] not in wanted | {live} and each["description"] != KEPT + live
        ]
        for each in doomed:
            self._client.delete_deployment(restApiId=self._api_id, deploymentId=each)
        return len(doomed)

    def _copies(self) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator("get_deployments").paginate(
            restApiId=self._api_id, PaginationConfig={"PageSize": MOST}
        )
        for page in pages:
            for each in page["items"]:
                if each.get("description", "").startswith(KEPT):
                    yield each


def pointers_of(stack_name: str, clients: Clients) -> list[Pointer]:
    """Of a deployed stack, in the order in which they are moved back: first what calls functions,
    so that a step that the functions before do not know is not begun any more."""
    resources = _resources(stack_name, clients("cloudformation"))
    [api_id] = _ids(resources, "AWS::ApiGateway::RestApi") or [("", "")]
    found: list[Pointer] = []
    for logical_id, arn in _ids(resources, WorkflowAlias.kind):
        found.append(WorkflowAlias(logical_id, arn, clients("stepfunctions")))
    for logical_id, stage in _ids(resources, ApiStage.kind):
        found.append(ApiStage(logical_id, api_id[1], stage, clients("apigateway")))
    for logical_id, arn in _ids(resources, FunctionAlias.kind):
        found.append(FunctionAlias(logical_id, arn, clients("lambda")))
    return found


def _ids(resources: list[Mapping[str, str]], kind: str) -> list[tuple[str, str]]:
    """(logical id, physical id) of each resource of that type"""
    return [
        (each["LogicalResourceId"], each["PhysicalResourceId"])
        for each in resources
        if each["ResourceType"] == kind and each.get("PhysicalResourceId")
    ]


def _resources(stack_name: str, cloudformation: Any) -> list[Mapping[str, str]]:  # noqa: ANN401
    """Empty for a stack that does not exist yet."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_name)
    try:
        return [each for page in pages for each in page["StackResourceSummaries"]]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return []
        raise
