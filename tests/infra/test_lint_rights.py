"""The lint finds rights that are wider than need be, and reads that nobody would see."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra.lint.finding import Finding
from infra.lint.rights import wide_rights
from infra.lint.trails import unseen_reads
from tests.infra.deployments import expansion, expansions, real_deployments

TABLE = "arn:aws:dynamodb:eu-central-1:111122223333:table/a"


def role(*statements: dict[str, Any], trust: object = None) -> list[Finding]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    trusted = {"Service": "lambda.amazonaws.com"} if trust is None else trust
    assume = {"Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}]}
    policies = [{"PolicyName": "own", "PolicyDocument": document}]
    properties = {"Policies": policies, "AssumeRolePolicyDocument": assume}
    made = expansion({"Role": {"Type": "AWS::IAM::Role", "Properties": properties}})
    return list(wide_rights(made))


def allow(action: object = "dynamodb:GetItem", resource: object = TABLE, **more: object) -> Any:  # noqa: ANN401
    return {"Sid": "Own", "Effect": "Allow", "Action": action, "Resource": resource} | more


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (allow("dynamodb:*"), "Own allows dynamodb:*"),
        (allow(["dynamodb:GetItem", "dynamodb:Put*"]), "Own allows dynamodb:Put*"),
        (allow(resource=f"{TABLE}*"), f"is about {TABLE}*"),
        (allow(resource=[TABLE, "*"]), "is about *"),
        (allow(resource="*", Sid="Trace2"), "is about *"),
        (allow(resource=f"{TABLE}/index/b*", Sid="Log"), "is about"),
        (allow("iam:PassRole", "*", Sid="Trace"), "hands on the role *"),
        (allow("sts:AssumeRole", "arn:aws:iam::1:role/a*"), "hands on the role"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": TABLE}, "allows by NotAction"),
        ({"Effect": "Allow", "Action": "a:B", "NotResource": TABLE}, "allows by NotResource"),
    ],
    ids=str,
)
def test_a_right_that_is_too_wide_is_found(statement: dict[str, Any], told: str) -> None:
    [finding] = role(statement)
    assert (finding.stack, finding.logical_id, finding.rule) == ("mail", "Role", "rights")
    assert told in finding.message


@pytest.mark.parametrize(
    "statement",
    [
        allow(),
        allow("xray:PutTraceSegments", "*", Sid="Trace"),
        {"Effect": "Deny", "Action": "*", "Resource": "*"},
    ],
    ids=str,
)
def test_a_narrow_right_a_reason_and_a_denial_are_none(statement: dict[str, Any]) -> None:
    assert not role(statement)


@pytest.mark.parametrize("trust", ["*", {"AWS": "*"}, {"AWS": ["*"], "Service": "a.amazonaws.com"}])
def test_a_role_for_everybody_is_found(trust: object) -> None:
    [finding] = role(trust=trust)
    assert "is for everybody" in finding.message


def queue_policy(**more: object) -> Iterator[Finding]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    document = {"Statement": [statement | more]}
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": document}}
    return wide_rights(expansion({"Policy": policy}))


def test_a_resource_for_everybody_is_found() -> None:
    assert len(list(queue_policy())) == 1
    assert not list(queue_policy(Effect="Deny"))
    assert not list(queue_policy(Condition={"ArnEquals": {"aws:SourceArn": "a"}}))
    assert not list(queue_policy(Principal={"Service": "events.amazonaws.com"}))


def reads(**values: str) -> list[Finding]:
    """What is said of dev when the stacks have these values."""
    changed = [
        replace(
            each, values={**each.values, **{k: v for k, v in values.items() if k in each.values}}
        )
        for each in real_deployments()
        if each.stage == "dev" and each.stack in ("transfer", "audit")
    ]
    stage = expansions(*changed)
    return [finding for each in stage for finding in unseen_reads(each, stage)]


@pytest.mark.parametrize(
    "buckets",
    [
        "arn:aws:s3:::acme-out",
        "arn:aws:s3:::acme-*",
        "arn:aws:s3:::*",
        "arn:aws:s3:::a,arn:aws:s3:::b-*,arn:aws:s3:::c",
    ],
)
def test_every_source_bucket_is_recorded(buckets: str) -> None:
    assert not reads(SourceBuckets=buckets)


@pytest.mark.parametrize("buckets", ["arn:aws:s3:::*-out", "arn:aws:s3:::a?"])
def test_a_pattern_that_a_trail_cannot_have_is_found(buckets: str) -> None:
    found = [each for each in reads(SourceBuckets=buckets) if each.stack == "audit"]
    assert len(found) == 1
    assert "without wildcards" in found[0].message


def test_a_bucket_that_is_not_recorded_is_found() -> None:
    stage = expansions(
        *(
            replace(each, values={**each.values, "SourceBuckets": f"arn:aws:s3:::{each.stack}"})
            for each in real_deployments()
            if each.stage == "dev" and each.stack in ("transfer", "audit")
        )
    )
    [finding] = [each for one in stage for each in unseen_reads(one, stage)]
    assert (finding.stack, finding.logical_id) == ("transfer", "ReaderRole")
    assert "arn:aws:s3:::transfer/*" in finding.message


def test_a_name_is_no_prefix_of_another_ones() -> None:
    """Else `acme` would stand for `acme-private`, too."""
    [_, trail] = expansions(
        *[
            replace(
                each, values={**each.values, "SourceBuckets": "arn:aws:s3:::a,arn:aws:s3:::b-*"}
            )
            for each in real_deployments()
            if each.stage == "dev" and each.stack in ("bus", "audit")
        ]
    )
    [(_, properties)] = trail.of_kind("AWS::CloudTrail::Trail")
    [selector] = properties["AdvancedEventSelectors"]
    [arns] = [each for each in selector["FieldSelectors"] if each["Field"] == "resources.ARN"]
    assert arns["StartsWith"] == ["arn:aws:s3:::a/", "arn:aws:s3:::b-"]
    assert arns["NotStartsWith"] == [{"Fn::Sub": "${Records.Arn}/"}]
