"""Old versions are removed after a deployment, but never one that an alias sends calls to."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.package.archives import archive
from infra.prune import KEPT, PruneIncomplete, prune, unused_versions
from infra.stacks import find_stack
from infra.stage import stage_client

pytestmark = pytest.mark.slow

STAGE, FUNCTION = "dev", "fileferry-dev-auth-api"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseClient]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws(config={"lambda": {"use_docker": False}}):
        role = boto3.client("iam").create_role(
            RoleName="function", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17"})
        )["Role"]["Arn"]
        function = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": FUNCTION,
                "Handler": "index.handler",
                "Runtime": "python3.13",
                "Role": role,
                "Code": {"ZipFile": "def handler(event, context): ..."},
            },
        }
        topic = {"Type": "AWS::SNS::Topic"}
        stage_client(STAGE, "cloudformation").create_stack(
            StackName="fileferry-dev-auth",
            TemplateBody=json.dumps({"Resources": {"Api": function, "Topic": topic}}),
        )
        yield stage_client(STAGE, "lambda")


def publish(client: BaseClient, folder: Path, versions: int) -> None:
    for number in range(versions):
        (folder / "index.py").write_text(f"release = {number}")
        client.update_function_code(FunctionName=FUNCTION, ZipFile=archive(folder))
        client.publish_version(FunctionName=FUNCTION)


def versions(client: BaseClient) -> list[str]:
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=FUNCTION)
    return [each["Version"] for page in pages for each in page["Versions"]]


def test_the_newest_stay_and_those_that_an_alias_names(client: BaseClient, tmp_path: Path) -> None:
    publish(client, tmp_path, 9)
    client.create_alias(
        FunctionName=FUNCTION,
        Name="live",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {"4": 0.1}},
    )
    assert prune(find_stack("auth"), STAGE) == 4
    assert versions(client) == ["$LATEST", "2", "4", "7", "8", "9"]
    assert prune(find_stack("auth"), STAGE) == 0


def test_a_function_with_few_versions_keeps_them(client: BaseClient, tmp_path: Path) -> None:
    publish(client, tmp_path, KEPT)
    assert prune(find_stack("auth"), STAGE) == 0
    assert len(versions(client)) == 1 + KEPT


def test_versions_are_ordered_as_numbers(client: BaseClient, tmp_path: Path) -> None:
    publish(client, tmp_path, 11)
    assert unused_versions(FUNCTION, client) == [str(number) for number in range(1, 9)]


def test_what_is_refused_is_told_and_the_rest_goes(client: BaseClient, tmp_path: Path) -> None:
    """An alias moves to the version at this moment, and Lambda removes no version with one."""

    def refuse(params: dict[str, str], **_: object) -> None:
        if params["Qualifier"] == "2":
            error = {"Code": "ResourceConflictException", "Message": "an alias names it"}
            raise ClientError({"Error": error}, "DeleteFunction")

    def clients(service: str) -> BaseClient:
        return client if service == "lambda" else stage_client(STAGE, service)

    publish(client, tmp_path, 6)
    client.meta.events.register("provide-client-params.lambda.DeleteFunction", refuse)
    with pytest.raises(PruneIncomplete, match=rf"{FUNCTION}:2: .*an alias names it"):
        prune(find_stack("auth"), STAGE, clients)
    assert versions(client) == ["$LATEST", "2", "4", "5", "6"]
