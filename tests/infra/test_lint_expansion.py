"""The lint expands templates as AWS does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.lint.expansion import expand
from infra.lint.physical import text_of
from infra.lint.resolve import NO_VALUE, Known, resolved
from tests.infra.deployments import FUNCTION, deployment, expansion, expansions, sub, template

KNOWN = Known(
    values={"Stage": "dev", "Names": ["a", "b"], "Days": 30, "AWS::Region": "eu-central-1"},
    conditions={
        "OnDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
        "OnProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "Elsewhere": {"Fn::Not": [{"Condition": "OnDev"}]},
        "Both": {"Fn::And": [{"Condition": "OnDev"}, {"Condition": "OnProd"}]},
        "Either": {"Fn::Or": [{"Condition": "OnDev"}, {"Condition": "OnProd"}]},
    },
    mappings={"Sizes": {"dev": {"memory": 512}}},
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"Ref": "Stage"}, "dev"),
        ({"Ref": "Queue"}, {"Ref": "Queue"}),
        pytest.param({"Ref": "AWS::NoValue"}, NO_VALUE, id="no value"),
        ({"Fn::GetAtt": "Queue.Arn"}, {"Fn::GetAtt": ["Queue", "Arn"]}),
        (sub("x-${Stage}-${Days}"), "x-dev-30"),
        (sub("${Queue.Arn}/${Stage}/${!Kept}"), sub("${Queue.Arn}/dev/${!Kept}")),
        (sub("${Stage}${!Kept}"), sub("dev${!Kept}")),
        ({"Fn::Sub": ["${N}/${Stage}", {"N": {"Ref": "Days"}}]}, "30/dev"),
        ({"Fn::Sub": ["${N}", {"N": {"Ref": "Q"}}]}, {"Fn::Sub": ["${N}", {"N": {"Ref": "Q"}}]}),
        ({"Fn::Join": [",", {"Ref": "Names"}]}, "a,b"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Q"}]]}, {"Fn::Join": ["-", ["a", {"Ref": "Q"}]]}),
        ({"Fn::Split": [",", {"Fn::Join": [",", {"Ref": "Names"}]}]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "Names"}]}, "b"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 512),
        ({"Fn::GetAZs": ""}, ["eu-central-1a", "eu-central-1b", "eu-central-1c"]),
        ({"Fn::If": ["OnDev", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Elsewhere", "yes", "no"]}, "no"),
        ({"Fn::If": ["Both", "yes", "no"]}, "no"),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ([1, {"Fn::If": ["OnProd", 2, {"Ref": "AWS::NoValue"}]}], [1]),
        ({"a": {"Fn::If": ["OnProd", 2, {"Ref": "AWS::NoValue"}]}, "b": 1}, {"b": 1}),
    ],
    ids=str,
)
def test_what_is_known_is_evaluated_and_references_stay(written: object, expected: object) -> None:
    assert resolved(written, KNOWN) == expected


def test_a_false_condition_removes_a_resource_and_the_wait_for_it() -> None:
    written = template(
        {
            "Kept": {"Type": "AWS::SQS::Queue", "DependsOn": ["Gone", "Misspelt"]},
            "Gone": {"Type": "AWS::SQS::Queue", "Condition": "OnProd"},
        },
        Conditions={"OnProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    )
    dev, prod = expansions(deployment(written, "dev"), deployment(written, "prod"))
    assert set(dev.resources) == {"Kept"}
    assert dev.resources["Kept"]["DependsOn"] == ["Misspelt"]
    assert set(prod.resources) == {"Kept", "Gone"}


def test_sam_sees_the_values_of_the_stage() -> None:
    written = template(
        {
            "Send": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **FUNCTION,
                    "AutoPublishAlias": "live",
                    "DeploymentPreference": {"Enabled": {"Ref": "Canary"}, "Type": "AllAtOnce"},
                },
            }
        },
        Parameters={"Stage": {"Type": "String"}, "Canary": {"Type": "String", "Default": "false"}},
    )
    calm = deployment(written)
    canary = replace(calm, values={**calm.values, "Canary": "true"})
    assert "UpdatePolicy" not in expand(calm, {}).resources["SendAliaslive"]
    assert "UpdatePolicy" in expand(canary, {}).resources["SendAliaslive"]


def test_a_parameter_of_ssm_has_what_another_stack_of_the_stage_stored() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": sub("q-${Stage}")}}
    store = {"Name": sub("/x/${Stage}/queue"), "Type": "String", "Value": {"Ref": "Queue"}}
    first = template(
        {"Queue": queue, "Stored": {"Type": "AWS::SSM::Parameter", "Properties": store}}
    )
    path = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x/dev/queue"}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Url"}}}
    second = template({"Topic": topic}, Parameters={"Url": path})
    _, reader = expansions(deployment(first, stack="first"), deployment(second, stack="second"))
    [(_, properties)] = reader.of_kind("AWS::SNS::Topic")
    assert properties["DisplayName"] == "https://sqs.eu-central-1/111122223333/q-dev"


def test_an_included_document_takes_its_place(tmp_path: Path) -> None:
    document = {"openapi": "3.0.1", "info": {"title": sub("mail-${Stage}"), "version": "1"}}
    (tmp_path / "openapi.json").write_text(json.dumps({**document, "paths": {}}))
    include = {
        "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "openapi.json"}}
    }
    api = {"StageName": "v1", "DefinitionBody": include}
    written = template({"Api": {"Type": "AWS::Serverless::Api", "Properties": api}})
    [expanded] = expansions(deployment(written, folder=tmp_path))
    [(_, properties)] = expanded.of_kind("AWS::ApiGateway::RestApi")
    assert properties["Body"]["info"]["title"] == "mail-dev"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Q"}, "https://sqs.eu-central-1/111122223333/q-dev"),
        ({"Fn::GetAtt": ["Q", "QueueName"]}, "q-dev"),
        ({"Fn::GetAtt": ["Q", "Arn"]}, "arn:aws:sqs:eu-central-1:111122223333:q-dev"),
        (sub("${Q.QueueName}!"), "q-dev!"),
        (sub("${Q.QueueName}${!Kept}"), "q-dev${Kept}"),
        ({"Fn::Join": ["/", ["a", {"Fn::GetAtt": ["Q", "QueueName"]}]]}, "a/q-dev"),
        ({"Fn::Sub": ["${N}", {"N": {"Fn::GetAtt": ["Q", "QueueName"]}}]}, "q-dev"),
        (
            {"Ref": "Unnamed"},
            "arn:aws:sns:eu-central-1:111122223333:fileferry-dev-mail-Unnamed-1A2B3C4D5E6F",
        ),
        (
            {"Ref": "Live"},
            "arn:aws:lambda:eu-central-1:111122223333:function:fileferry-dev-mail-send:live",
        ),
    ],
    ids=str,
)
def test_a_reference_comes_to_what_aws_answers(value: Any, expected: str) -> None:  # noqa: ANN401
    expanded = expansion(
        {
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": sub("q-${Stage}")}},
            "Unnamed": {"Type": "AWS::SNS::Topic"},
            "Send": {"Type": "AWS::Serverless::Function", "Properties": FUNCTION},
            "Live": {
                "Type": "AWS::Lambda::Alias",
                "Properties": {"Name": "live", "FunctionName": {"Ref": "Send"}},
            },
        }
    )
    assert text_of(expanded, value) == expected
