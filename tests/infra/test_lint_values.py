"""The lint finds values that AWS refuses, unused parameters, and missing neighbours."""

from dataclasses import replace
from typing import Any

import pytest

from infra.lint.neighbours import missing_neighbours
from infra.lint.parameters import refused_values
from infra.lint.unused import unused
from tests.infra.deployments import FUNCTION, deployment, expansion, expansions, sub, template


@pytest.mark.parametrize(
    ("declared", "value", "told"),
    [
        ({"Type": "String"}, None, "no value"),
        ({"Type": "String", "AllowedValues": ["true", "false"]}, "yes", "none of true, false"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "A1", "does not match [a-z]+"),
        ({"Type": "String", "MinLength": 3}, "ab", "too short"),
        ({"Type": "Number"}, "many", "no number"),
        ({"Type": "Number", "MaxValue": 900}, "901", "out of range"),
        ({"Type": "Number", "MinValue": 2}, "1.5", "out of range"),
    ],
)
def test_a_value_that_aws_would_refuse_is_found(
    declared: dict[str, Any], value: str | None, told: str
) -> None:
    written = template({"Topic": {"Type": "AWS::SNS::Topic"}}, Parameters={"It": declared})
    given = {} if value is None else {"It": value}
    [expanded] = expansions(replace(deployment(written), values=given))
    [finding] = refused_values(expanded)
    assert (finding.stack, finding.stage, finding.logical_id) == ("mail", "dev", "It")
    assert told in finding.message


def test_values_that_fit_are_taken() -> None:
    declared = {
        "A": {"Type": "Number", "MinValue": 1, "MaxValue": 900, "Default": 900},
        "B": {"Type": "String", "AllowedPattern": "[a-z]*", "Default": ""},
        "C": {"Type": "CommaDelimitedList", "Default": "a,b"},
    }
    written = template({"Topic": {"Type": "AWS::SNS::Topic"}}, Parameters=declared)
    assert not list(refused_values(expansions(deployment(written))[0]))


def test_what_nothing_asks_for_is_found() -> None:
    text = {"Type": "String"}
    written = template(
        {
            "Topic": {
                "Type": "AWS::SNS::Topic",
                "Condition": "A",
                "Properties": {"DisplayName": "x"},
            }
        },
        Parameters={"Asked": text, "Idle": text},
        Conditions={
            "A": {"Fn::Not": [{"Condition": "B"}]},
            "B": {"Fn::Equals": [{"Ref": "Asked"}, "x"]},
            "C": {"Fn::Equals": [sub("${Asked}"), "y"]},
        },
        Outputs={"One": {"Value": {"Fn::If": ["B", "1", "2"]}}},
    )
    findings = list(unused(expansions(deployment(written))[0]))
    assert [finding.logical_id for finding in findings] == ["Idle", "C"]


URI = "arn:aws:apigateway:x:lambda:path/functions/arn:aws:lambda:x:1:function:{}/invocations"


@pytest.mark.parametrize(
    ("called", "found"),
    [
        ("fileferry-${Stage}-mail-send:live", 0),
        ("fileferry-${Stage}-mail-send", 0),
        ("fileferry-${Stage}-mail-send:life", 1),
        ("fileferry-${Stage}-mail-sent:live", 1),
    ],
)
def test_an_api_calls_what_its_stage_has(called: str, found: int) -> None:
    body = {"paths": {"/": {"get": {"uri": sub(URI.format(called))}}}}
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {**FUNCTION, "AutoPublishAlias": "live"},
    }
    gateway = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}}
    mail, public = expansions(
        deployment(template({"Send": function})),
        deployment(template({"Api": gateway}), stack="public"),
    )
    findings = list(missing_neighbours(public, [mail, public], {}))
    assert [each.logical_id for each in findings] == ["Api"] * found


@pytest.mark.parametrize(
    ("bus", "found"),
    [({"Ref": "Bus"}, 0), (sub("fileferry-${Stage}"), 0), ("fileferry", 1)],
    ids=str,
)
def test_a_rule_listens_to_a_bus_of_its_stage(bus: object, found: int) -> None:
    expanded = expansion(
        {
            "Bus": {
                "Type": "AWS::Events::EventBus",
                "Properties": {"Name": sub("fileferry-${Stage}")},
            },
            "On": {"Type": "AWS::Events::Rule", "Properties": {"EventBusName": bus}},
        }
    )
    findings = list(missing_neighbours(expanded, [expanded], {}))
    assert [each.logical_id for each in findings] == ["On"] * found


def test_a_parameter_of_ssm_is_stored_by_a_stack_before() -> None:
    path = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x/local/id"}
    written = template({"Topic": {"Type": "AWS::SNS::Topic"}}, Parameters={"Id": path})
    expanded = expansions(deployment(written))[0]
    assert not list(missing_neighbours(expanded, [expanded], {"/x/local/id": "1"}))
    [finding] = missing_neighbours(expanded, [expanded], {"/x/dev/id": "1"})
    assert finding.logical_id == "Id"
    assert "stores /x/local/id in SSM" in finding.message
    assert "infra/environments/dev.toml" in finding.message
