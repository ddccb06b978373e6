"""The lint finds resources that wait for each other, for any reason."""

from dataclasses import replace
from typing import Any

import pytest

from infra.lint.finding import told
from infra.lint.references import circles
from tests.infra.deployments import FUNCTION, deployment, expansion, expansions, sub, template

TOPIC = {"Type": "AWS::SNS::Topic"}


@pytest.mark.parametrize(
    "reference",
    [
        {"Properties": {"DisplayName": {"Ref": "A"}}},
        {"Properties": {"DisplayName": {"Fn::GetAtt": ["A", "TopicName"]}}},
        {"Properties": {"DisplayName": sub("${A.TopicName}")}},
        {"DependsOn": "A"},
        {"UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"ApplicationName": {"Ref": "A"}}}},
    ],
    ids=str,
)
def test_a_circle_is_told_in_order(reference: dict[str, Any]) -> None:
    expanded = expansion(
        {
            "A": {**TOPIC, "DependsOn": ["C"]},
            "B": {**TOPIC, **reference},
            "C": {**TOPIC, "Properties": {"DisplayName": {"Ref": "B"}}},
        }
    )
    [finding] = circles(expanded)
    assert (finding.stack, finding.stage, finding.logical_id) == ("mail", "dev", "A")
    assert "A -> C -> B -> A." in finding.message
    assert "physical name" in finding.message


def test_what_only_follows_is_no_circle() -> None:
    chain = {
        "A": TOPIC,
        "B": {**TOPIC, "DependsOn": ["A"]},
        "C": {**TOPIC, "DependsOn": ["A", "B"]},
    }
    assert not list(circles(expansion(chain)))


def test_a_variable_of_a_text_is_no_resource() -> None:
    text = {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]}
    topics = {"A": {**TOPIC, "Properties": {"DisplayName": text}}, "B": TOPIC}
    assert not list(circles(expansion(topics)))


def canary(watched: object) -> dict[str, Any]:
    """A function whose deployment an alarm may stop."""
    return template(
        {
            "Send": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **FUNCTION,
                    "AutoPublishAlias": "live",
                    "DeploymentPreference": {
                        "Enabled": {"Ref": "Canary"},
                        "Type": "AllAtOnce",
                        "Alarms": [{"Ref": "Errors"}],
                    },
                },
            },
            "Errors": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {"Dimensions": [{"Name": "FunctionName", "Value": watched}]},
            },
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"Targets": [{"Id": "x", "Arn": {"Ref": "Send.Alias"}}]},
            },
        },
        Parameters={
            "Stage": {"Type": "String"},
            "Canary": {"Type": "String", "AllowedValues": ["true", "false"]},
        },
    )


def test_the_alarm_of_a_canary_that_waits_for_it_is_found_where_there_are_canaries() -> None:
    """The alias waits for the alarm, the alarm for the rule, and the rule for the alias."""
    written = canary({"Ref": "Rule"})
    quiet = [deployment(written, stage) for stage in ("dev", "staging")]
    staged = [
        replace(each, values={"Stage": each.stage, "Canary": value})
        for each, value in zip(quiet, ("false", "true"), strict=True)
    ]
    found = [finding for each in expansions(*staged) for finding in circles(each)]
    [line] = told(found)
    assert line.startswith("mail/Errors on staging: [circle]")
    assert "Errors -> Rule -> SendAliaslive -> SendDeploymentGroup -> Errors" in line


def test_an_alarm_that_names_the_function_does_not_wait() -> None:
    written = deployment(canary(sub("fileferry-${Stage}-mail-send")))
    staged = replace(written, values={"Stage": "dev", "Canary": "true"})
    assert not [finding for each in expansions(staged) for finding in circles(each)]
