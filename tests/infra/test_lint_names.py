"""The lint finds names that two deployments would both want, and those that are too long."""

from dataclasses import replace
from typing import Any

import pytest

from infra.lint.deployments import Deployment
from infra.lint.finding import told
from infra.lint.judge import other_region
from infra.lint.names import collisions, singletons, too_long
from tests.infra.deployments import REGION, deployment, expansion, expansions, sub, template


def on_all_stages(resources: dict[str, Any], stack: str = "mail") -> list[Deployment]:
    return [
        deployment(template(resources), stage, stack=stack) for stage in ("dev", "staging", "prod")
    ]


def in_two_regions(resources: dict[str, Any]) -> list[Deployment]:
    home = deployment(template(resources))
    return [home, replace(home, region=other_region(REGION))]


def resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"It": {"Type": kind, "Properties": properties}}


@pytest.mark.parametrize(
    ("kind", "named_by"),
    [
        ("AWS::SQS::Queue", "QueueName"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Events::EventBusPolicy", "StatementId"),
        ("AWS::Events::Rule", "Name"),
        ("AWS::SSM::Parameter", "Name"),
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::DynamoDB::Table", "TableName"),
        ("AWS::CloudWatch::Alarm", "AlarmName"),
    ],
)
def test_a_name_without_the_stage_collides(kind: str, named_by: str) -> None:
    fixed = on_all_stages(resource(kind, **{named_by: "fileferry-mail"}))
    [line] = told(collisions(expansions(*fixed)))
    assert line.startswith("mail/It on dev, prod, staging: [stages]")
    assert f"{named_by} 'fileferry-mail'" in line
    assert "put ${Stage} into it" in line
    right = on_all_stages(resource(kind, **{named_by: sub("fileferry-${Stage}-mail")}))
    assert not list(collisions(expansions(*right)))


def test_a_name_that_cloudformation_makes_never_collides() -> None:
    assert not list(collisions(expansions(*on_all_stages(resource("AWS::SQS::Queue")))))


@pytest.mark.parametrize(
    ("kind", "named_by"),
    [
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
        ("AWS::S3::Bucket", "BucketName"),
    ],
)
def test_a_name_of_the_whole_account_needs_the_region(kind: str, named_by: str) -> None:
    wrong = resource(kind, **{named_by: sub("fileferry-${Stage}-mail")})
    [line] = told(collisions(expansions(*in_two_regions(wrong))))
    assert line.startswith("mail/It on dev: [regions]")
    assert "'fileferry-<stage>-mail'" in line
    assert "put ${AWS::Region} into it" in line
    right = resource(kind, **{named_by: sub("fileferry-${Stage}-mail-${AWS::Region}")})
    assert not list(collisions(expansions(*in_two_regions(right))))


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("AWS::CloudFront::OriginAccessControl", "OriginAccessControlConfig"),
        ("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"),
    ],
)
def test_a_name_that_stands_deeper_collides_as_well(kind: str, config: str) -> None:
    wrong = resource(kind, **{config: {"Name": sub("fileferry-${Stage}-mail")}})
    [line] = told(collisions(expansions(*in_two_regions(wrong))))
    assert f"{config}.Name 'fileferry-<stage>-mail'" in line
    right = resource(kind, **{config: {"Name": sub("fileferry-${Stage}-mail-${AWS::Region}")}})
    assert not list(collisions(expansions(*in_two_regions(right))))


def test_a_name_of_one_region_needs_no_region() -> None:
    queue = resource("AWS::SQS::Queue", QueueName=sub("fileferry-${Stage}-mail"))
    assert not list(collisions(expansions(*in_two_regions(queue))))


def test_two_stacks_of_a_stage_do_not_take_the_same_name() -> None:
    queue = template(resource("AWS::SQS::Queue", QueueName=sub("fileferry-${Stage}-dlq")))
    both = expansions(deployment(queue), deployment(queue, stack="chat"))
    assert told(collisions(both)) == [
        "chat/It on dev: [twice] QueueName 'fileferry-<stage>-dlq' is also that of mail/It:"
        " rename one.",
        "mail/It on dev: [twice] QueueName 'fileferry-<stage>-dlq' is also that of chat/It:"
        " rename one.",
    ]


@pytest.mark.parametrize("kind", ["AWS::Lambda::Alias", "AWS::ApiGateway::Stage"])
def test_a_name_within_a_parent_may_be_everywhere(kind: str) -> None:
    assert not list(collisions(expansions(*on_all_stages(resource(kind, Name="live")))))


def test_what_an_account_has_once_belongs_to_no_stage() -> None:
    account = resource("AWS::ApiGateway::Account", CloudWatchRoleArn="x")
    [line] = told(singletons(expansions(*on_all_stages(account))))
    assert line.startswith("mail/It on dev, prod, staging: [singleton]")
    assert "a stack that all stages share" in line
    shared = [replace(each, name="fileferry-account") for each in on_all_stages(account)]
    assert not list(singletons(expansions(*shared)))


@pytest.mark.parametrize(
    ("kind", "named_by", "longest"),
    [
        ("AWS::IAM::Role", "RoleName", 64),
        ("AWS::Lambda::Function", "FunctionName", 64),
        ("AWS::Events::Rule", "Name", 64),
        ("AWS::SQS::Queue", "QueueName", 80),
        ("AWS::Events::Archive", "ArchiveName", 48),
    ],
)
def test_a_name_that_is_too_long_is_found(kind: str, named_by: str, longest: int) -> None:
    start = "fileferry-${Stage}-"
    fits = "x" * (longest - len("fileferry-dev-"))
    assert not list(too_long(expansion(resource(kind, **{named_by: sub(start + fits)}))))
    [finding] = too_long(expansion(resource(kind, **{named_by: sub(f"{start}{fits}x")})))
    assert finding.logical_id == "It"
    assert f"has {longest + 1} characters" in finding.message
    assert f"AWS takes {longest}" in finding.message
