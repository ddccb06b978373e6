"""An API goes back to a copy of its deployment, because CloudFormation removes the original."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.releases.pointers import ApiStage

REGION = "eu-central-1"


class Site:
    """An API that is deployed as CloudFormation does it: the deployment before is removed."""

    def __init__(self, gateway: Any) -> None:  # noqa: ANN401 - boto3 has no types
        self.gateway = gateway
        self.api = gateway.create_rest_api(name="fileferry-dev")["id"]
        [root] = gateway.get_resources(restApiId=self.api)["items"]
        where = {"restApiId": self.api, "resourceId": root["id"], "httpMethod": "GET"}
        gateway.put_method(**where, authorizationType="NONE")
        gateway.put_integration(**where, type="MOCK")
        self.live = ""
        self.stage = ApiStage("Stage", self.api, "v1", gateway)

    def deploy(self) -> str:
        """Returns what a release of it is remembered by."""
        before, self.live = self.live, self.gateway.create_deployment(restApiId=self.api)["id"]
        if before:
            self.stage.move(self.live)
            self.gateway.delete_deployment(restApiId=self.api, deploymentId=before)
        else:
            self.gateway.create_stage(restApiId=self.api, stageName="v1", deploymentId=self.live)
        self.stage.keep()
        return self.stage.read()

    def deployments(self) -> set[str]:
        return {each["id"] for each in self.gateway.get_deployments(restApiId=self.api)["items"]}


@pytest.fixture
def site() -> Iterator[Site]:
    with mock_aws():
        yield Site(boto3.client("apigateway", region_name=REGION))


def test_the_copy_stands_for_what_was_deployed(site: Site) -> None:
    first = site.deploy()
    assert first != site.live, "it would be removed with the next deployment"
    second = site.deploy()
    assert site.stage.has(first)
    site.stage.move(first)
    assert site.stage.read() == first
    assert site.gateway.get_stage(restApiId=site.api, stageName="v1")["deploymentId"] == first
    site.stage.move(second)
    assert site.stage.read() == second


def test_nothing_is_copied_twice_nor_a_copy_of_a_copy(site: Site) -> None:
    first = site.deploy()
    site.stage.keep()
    assert site.deployments() == {site.live, first}
    site.stage.move(first)
    site.stage.keep()
    assert site.deployments() == {site.live, first}


def test_copies_that_nobody_wants_are_removed_but_for_the_live_one(site: Site) -> None:
    first, second, third, fourth = (site.deploy() for _ in range(4))
    site.stage.move(second)
    assert site.stage.remove_others({fourth}) == 2
    assert site.deployments() == {site.live, second, fourth}
    assert not site.stage.has(first)
    assert not site.stage.has(third)


def test_the_template_is_given_the_deployment(site: Site) -> None:
    resource = {"Properties": {"DeploymentId": {"Ref": "RestApiDeployment1a2b"}, "StageName": "v1"}}
    site.stage.write("abc123", resource)
    assert resource["Properties"] == {"DeploymentId": "abc123", "StageName": "v1"}
