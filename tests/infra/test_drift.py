"""What was changed by hand is told. moto has no drift detection, so botocore's own stub answers: it
checks that calls and answers have the form of AWS."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber

from infra.drift import DEADLINE_SECONDS, DRIFTED, IN_SYNC, drift, exit_code, table
from infra.stacks import find_stack

BUS, AUTH = find_stack("bus"), find_stack("auth")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILTERS = ["MODIFIED", "DELETED"]


@pytest.fixture
def client() -> BaseClient:
    return boto3.client("cloudformation", region_name="eu-central-1")


@pytest.fixture
def aws(client: BaseClient) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


class Time:
    """Goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def begins(aws: Stubber, name: str) -> None:
    aws.add_response(
        "detect_stack_drift", {"StackDriftDetectionId": f"id-of-{name}"}, {"StackName": name}
    )


def says(aws: Stubber, name: str, status: str, **more: str) -> None:
    told = {
        "StackId": "id",
        "StackDriftDetectionId": f"id-of-{name}",
        "DetectionStatus": status,
        "Timestamp": NOW,
        **more,
    }
    asked = {"StackDriftDetectionId": f"id-of-{name}"}
    aws.add_response("describe_stack_drift_detection_status", told, asked)


def shows(
    aws: Stubber, name: str, *resources: dict[str, Any], token: str = "", after: str = ""
) -> None:
    asked = {"StackName": name, "StackResourceDriftStatusFilters": FILTERS}
    told: dict[str, Any] = {"StackResourceDrifts": list(resources)}
    aws.add_response(
        "describe_stack_resource_drifts",
        told | ({"NextToken": token} if token else {}),
        asked | ({"NextToken": after} if after else {}),
    )


def resource(kind: str, path: str = "", status: str = "MODIFIED") -> dict[str, Any]:
    differences = [
        {
            "PropertyPath": path,
            "ExpectedValue": "4",
            "ActualValue": "5",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    return {
        "StackId": "id",
        "LogicalResourceId": "Thing",
        "ResourceType": kind,
        "StackResourceDriftStatus": status,
        "PropertyDifferences": differences if path else [],
        "Timestamp": NOW,
    }


def test_a_stack_as_it_was_deployed_is_in_sync(client: BaseClient, aws: Stubber) -> None:
    begins(aws, "fileferry-dev-bus")
    says(aws, "fileferry-dev-bus", "DETECTION_IN_PROGRESS")
    says(aws, "fileferry-dev-bus", "DETECTION_COMPLETE", StackDriftStatus="IN_SYNC")
    shows(aws, "fileferry-dev-bus")
    time = Time()
    answers = drift([BUS], "dev", client, time.pause, time.clock)
    assert [each.status for each in answers] == [IN_SYNC]
    assert exit_code(answers) == 0
    assert time.now == 5


def test_each_changed_property_is_told_also_behind_an_empty_page(
    client: BaseClient, aws: Stubber
) -> None:
    begins(aws, "fileferry-dev-bus")
    begins(aws, "fileferry-dev-auth")
    says(aws, "fileferry-dev-bus", "DETECTION_COMPLETE", StackDriftStatus="DRIFTED")
    shows(aws, "fileferry-dev-bus", token="2")
    shows(aws, "fileferry-dev-bus", resource("AWS::SQS::Queue", "/DelaySeconds"), after="2")
    says(aws, "fileferry-dev-auth", "DETECTION_COMPLETE", StackDriftStatus="DRIFTED")
    shows(aws, "fileferry-dev-auth", resource("AWS::SQS::Queue", status="DELETED"))
    answers = drift([BUS, AUTH], "dev", client)
    assert exit_code(answers) == 1
    assert table(answers).splitlines() == [
        "bus   DRIFTED",
        "        Thing/DelaySeconds is 5, and was 4",
        "auth  DRIFTED",
        "        Thing is gone",
    ]


@pytest.mark.parametrize(
    ("kind", "path", "status"),
    [
        ("AWS::ECS::Service", "/DesiredCount", IN_SYNC),
        ("AWS::ECS::Service", "/DesiredCount/of", IN_SYNC),
        ("AWS::ECS::Service", "/DesiredCountOfMine", DRIFTED),
        ("AWS::Lambda::Alias", "/FunctionVersion", DRIFTED),  # a rollback that broke off
        ("AWS::SQS::Queue", "/DesiredCount", DRIFTED),
    ],
)
def test_what_changes_by_itself_is_no_drift(
    client: BaseClient, aws: Stubber, kind: str, path: str, status: str
) -> None:
    begins(aws, "fileferry-dev-auth")
    says(aws, "fileferry-dev-auth", "DETECTION_COMPLETE", StackDriftStatus="DRIFTED")
    shows(aws, "fileferry-dev-auth", resource(kind, path))
    assert [each.status for each in drift([AUTH], "dev", client)] == [status]


def test_a_stack_that_is_not_there_is_told_and_the_others_are_looked_at(
    client: BaseClient, aws: Stubber
) -> None:
    missing = "Stack with id fileferry-dev-bus does not exist"
    aws.add_client_error("detect_stack_drift", "ValidationError", missing)
    begins(aws, "fileferry-dev-auth")
    says(aws, "fileferry-dev-auth", "DETECTION_COMPLETE", StackDriftStatus="IN_SYNC")
    shows(aws, "fileferry-dev-auth")
    answers = drift([BUS, AUTH], "dev", client)
    assert "NOT DEPLOYED" in table(answers)
    assert exit_code(answers) == 1


def test_a_stack_that_is_being_deployed_is_unclear_and_not_in_sync(
    client: BaseClient, aws: Stubber
) -> None:
    reason = "Drift detection cannot be performed on stack while in UPDATE_IN_PROGRESS state."
    aws.add_client_error("detect_stack_drift", "ValidationError", reason)
    answers = drift([BUS], "dev", client)
    assert reason in table(answers)
    assert exit_code(answers) == 2


def test_a_detection_that_failed_is_unclear(client: BaseClient, aws: Stubber) -> None:
    begins(aws, "fileferry-dev-bus")
    says(aws, "fileferry-dev-bus", "DETECTION_FAILED", DetectionStatusReason="no right to look")
    answers = drift([BUS], "dev", client)
    assert "no right to look" in table(answers)
    assert exit_code(answers) == 2


def test_it_ends_although_cloudformation_does_not(client: BaseClient, aws: Stubber) -> None:
    """The second stack has no time left, and is asked once."""
    time = Time()
    begins(aws, "fileferry-dev-bus")
    begins(aws, "fileferry-dev-auth")
    for _ in range(int(DEADLINE_SECONDS / 5) + 1):
        says(aws, "fileferry-dev-bus", "DETECTION_IN_PROGRESS")
    says(aws, "fileferry-dev-auth", "DETECTION_IN_PROGRESS")
    answers = drift([BUS, AUTH], "dev", client, time.pause, time.clock)
    assert time.now == DEADLINE_SECONDS
    assert [each.status for each in answers] == ["UNCLEAR", "UNCLEAR"]
    assert exit_code(answers) == 2
