"""A stage may live in two regions of one account."""

from dataclasses import replace
from typing import Any

import pytest
from moto import mock_aws

from infra.lint.deployments import AWS_STAGES, Deployment, elsewhere
from infra.lint.finding import told
from infra.lint.judge import judge, other_region
from infra.lint.names import addresses, collisions, singletons, too_long, without_account
from infra.lint.options import with_every_option
from infra.lint.references import circles
from infra.sam import sam_command
from infra.stacks import (
    OF_ONE_REGION,
    ONCE,
    STAGES,
    RegionUnknown,
    environment_of,
    find_stack,
    read_environment,
)
from infra.stage import stage_client
from tests.infra.deployments import (
    REGION,
    deployment,
    expansions,
    real_deployments,
    sub,
    template,
)

HOME, OTHER = "eu-central-1", "eu-west-1"
TWO: dict[str, Any] = {
    "region": HOME,
    "parameters": {
        "all": {"LogLevel": "INFO", "CorsOrigins": "https://files.example.com"},
        "console": {"Domain": "files.example.com", "CertificateArn": "arn:aws:acm:us-east-1:1:x"},
        "transfer": {"LaneConcurrency": 20},
    },
    "regions": {OTHER: {"parameters": {"transfer": {"LaneConcurrency": 5}}}},
}
DISTRIBUTION = "AWS::CloudFront::Distribution"


def test_without_a_wish_it_is_the_home_region() -> None:
    home = environment_of("dev", TWO)
    assert (home.region, home.home, home.peer) == (HOME, HOME, OTHER)
    assert home.parameters["transfer"] == {"LaneConcurrency": "20"}


def test_the_other_region_has_the_stages_values_and_its_own() -> None:
    other = environment_of("dev", TWO, OTHER)
    assert (other.region, other.home, other.peer) == (OTHER, HOME, HOME)
    assert other.parameters["all"]["LogLevel"] == "INFO"
    assert other.parameters["transfer"] == {"LaneConcurrency": "5"}


def test_what_is_of_one_region_is_not_inherited() -> None:
    """CloudFront gives a domain to one distribution in the world."""
    other = environment_of("dev", TWO, OTHER)
    assert other.parameters["console"] == {"Domain": "", "CertificateArn": ""}
    assert other.parameters["all"]["CorsOrigins"] == ""
    own = {**TWO, "regions": {OTHER: {"parameters": {"console": {"Domain": "b.example.com"}}}}}
    assert environment_of("dev", own, OTHER).parameters["console"]["Domain"] == "b.example.com"


def test_a_region_that_the_stage_has_not_is_refused_by_name() -> None:
    with pytest.raises(RegionUnknown, match=r"'eu-north-1'; it has eu-central-1, eu-west-1"):
        environment_of("dev", TWO, "eu-north-1")


@pytest.mark.parametrize("wrong", [{OTHER: {}, "us-east-1": {}}, {HOME: {}}])
def test_a_stage_has_two_regions_at_most(wrong: dict[str, Any]) -> None:
    with pytest.raises(KeyError, match="at most one other"):
        environment_of("dev", {**TWO, "regions": wrong})


def test_the_wish_of_make_reaches_every_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools ask stage_client and read_environment, and name no region themselves."""
    monkeypatch.setenv("FILEFERRY_REGION", "eu-north-1")
    with pytest.raises(RegionUnknown), mock_aws():
        stage_client("dev", "sqs")
    monkeypatch.setenv("FILEFERRY_REGION", HOME)
    with mock_aws():
        assert stage_client("dev", "sqs").meta.region_name == HOME
    command = sam_command(find_stack("bus"), "dev", "sam", {})
    assert command[command.index("--region") + 1] == HOME


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_can_be_read_in_each_of_its_regions(stage: str) -> None:
    for region in read_environment(stage, region="").regions:
        assert read_environment(stage, region).region == region


def test_what_is_of_one_region_is_a_parameter_of_some_stack() -> None:
    sections = [each.template.get("Parameters", {}) for each in real_deployments()]
    declared = {name for section in sections for name in section}
    assert declared >= OF_ONE_REGION


def in_two_regions(deployments: list[Deployment]) -> list[Deployment]:
    """But for what an account has once, whatever its regions."""
    away = [each for each in deployments if each.stack not in ONCE]
    return [*deployments, *(elsewhere(each, other_region(each.region)) for each in away)]


def test_all_stages_in_two_regions_of_one_account_want_different_names() -> None:
    real = list(real_deployments())
    for deployments in (real, with_every_option(real)):
        everywhere = expansions(*in_two_regions(deployments))
        stages = {each.deployment.stage for each in everywhere}
        assert stages == ({*AWS_STAGES} if deployments is real else {AWS_STAGES[-1]})
        found = [*collisions(everywhere), *singletons(everywhere)]
        for rule in (too_long, without_account, circles):
            found += [finding for each in everywhere for finding in rule(each)]
        assert told(found) == []


def site(*domains: str) -> Deployment:
    config = {"Enabled": True, "Aliases": list(domains)}
    resource = {"Type": DISTRIBUTION, "Properties": {"DistributionConfig": config}}
    return deployment(template({"Site": resource}))


def test_a_domain_that_two_regions_want_is_found() -> None:
    home = site("files.example.com")
    both = expansions(home, replace(home, region=other_region(REGION)))
    [line] = told(addresses(both))
    assert "[address]" in line
    assert "'files.example.com' (deployed in ap-southeast-2, eu-central-1)" in line
    assert not list(addresses(expansions(home)))
    other = replace(site("b.example.com"), region=other_region(REGION))
    assert not list(collisions(expansions(home, other)))


def test_a_bucket_without_the_account_may_be_somebody_elses() -> None:
    def bucket(name: str) -> Deployment:
        named = {"BucketName": sub(name)}
        return deployment(template({"It": {"Type": "AWS::S3::Bucket", "Properties": named}}))

    [wrong] = expansions(bucket("fileferry-${Stage}-${AWS::Region}-audit"))
    [line] = told(without_account(wrong))
    assert "[world]" in line
    [right] = expansions(bucket("fileferry-${Stage}-${AWS::Region}-${AWS::AccountId}-audit"))
    assert not list(without_account(right))


@pytest.mark.parametrize(
    ("kind", "properties", "advice"),
    [
        ("AWS::IAM::OIDCProvider", {"Url": "https://id.example"}, "in one region"),
        ("AWS::IAM::Group", {"GroupName": sub("fileferry-${Stage}")}, "${AWS::Region}"),
        (
            "AWS::CloudFront::CachePolicy",
            {"CachePolicyConfig": {"Name": sub("fileferry-${Stage}")}},
            "${AWS::Region}",
        ),
        (
            "AWS::Budgets::Budget",
            {"Budget": {"BudgetName": sub("fileferry-${Stage}")}},
            "${AWS::Region}",
        ),
    ],
)
def test_what_an_account_has_once_is_no_regions(
    kind: str, properties: dict[str, Any], advice: str
) -> None:
    home = deployment(template({"It": {"Type": kind, "Properties": properties}}))
    both = expansions(home, replace(home, region=other_region(REGION)))
    [line] = told(collisions(both))
    assert "[regions]" in line
    assert advice in line


def test_a_second_region_is_judged_with_its_own_values() -> None:
    """AWS knows no retention of 366 days. Only the second region asks for it."""
    days = {"Type": "Number", "Default": 365}
    log = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}}
    home = deployment(template({"Log": log}, Parameters={"Days": days}))
    other = replace(home, region=OTHER, values={"Days": "366"})
    assert not list(judge([home]))
    assert {finding.logical_id for finding in judge([home, other])} == {"Log"}
