"""The lint finds what AWS accepts although it causes trouble later."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.lint.api_access import api_access
from infra.lint.literals import hard_coded
from infra.lint.loops import recursive_loops
from infra.lint.resource_settings import biting_settings
from tests.infra.deployments import FUNCTION, deployment, expansion, expansions, sub, template

QUEUE_ARN = {"Fn::GetAtt": ["Queue", "Arn"]}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("arn:aws:s3:::${Names}/*", "the partition: write ${AWS::Partition}"),
        ("arn:${AWS::Partition}:sns:eu-central-1:${AWS::AccountId}:x", "the region"),
        ("https://sqs.us-gov-west-1.amazonaws.com/x", "the region"),
        ("eu-central-1a", "the region"),
        ("arn:${AWS::Partition}:sns:${AWS::Region}:111122223333:x", "the account"),
    ],
)
def test_a_literal_of_one_account_is_found(text: str, what: str) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": sub(text)}}
    [finding] = hard_coded(expansion({"Topic": topic}))
    assert (finding.stack, finding.stage, finding.logical_id) == ("mail", "dev", "Topic")
    assert f"hard-codes {what}" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:x",
        "lambda.amazonaws.com",
        "from eu-central-1000 to us-east",
        "1234567890123",
    ],
)
def test_what_holds_everywhere_is_no_literal(text: str) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": sub(text)}}
    assert not list(hard_coded(expansion({"Topic": topic})))


def test_a_literal_in_a_workflow_is_found(tmp_path: Path) -> None:
    (tmp_path / "flow.asl.json").write_text('{"Resource": "arn:aws:states:::sqs:sendMessage"}')
    machine = {"DefinitionUri": "flow.asl.json", "Role": "x"}
    written = template({"Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": machine}})
    [expanded] = expansions(deployment(written, folder=tmp_path))
    [finding] = hard_coded(expanded)
    assert finding.logical_id == "Flow"


def consumer(action: str = "sqs:SendMessage", resource: object = QUEUE_ARN, **more: object) -> Any:  # noqa: ANN401
    statement = {"Effect": "Allow", "Action": [action], "Resource": resource}
    role = {"RoleName": sub("${Stage}-send"), "ManagedPolicyArns": [{"Ref": "Policy"}]}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return expansion(
        {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": sub("q-${Stage}")}},
            "Policy": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {"PolicyDocument": document},
            },
            "Role": {"Type": "AWS::IAM::Role", "Properties": role},
            "Send": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    **FUNCTION,
                    "AutoPublishAlias": "live",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    **more,
                },
            },
            "Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {"FunctionName": {"Ref": "Send.Alias"}, "EventSourceArn": QUEUE_ARN},
            },
        }
    )


@pytest.mark.parametrize(
    "granted",
    [
        ("sqs:SendMessage", QUEUE_ARN),
        ("sqs:*", QUEUE_ARN),
        ("sqs:SendMessage", [sub("arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:q-*")]),
    ],
    ids=str,
)
def test_a_function_that_may_feed_itself_says_that_it_means_to(granted: tuple[str, object]) -> None:
    [finding] = recursive_loops(consumer(*granted))
    assert (finding.stack, finding.stage, finding.logical_id) == ("mail", "dev", "Send")
    assert ":q-dev)" in finding.message
    assert "RecursiveLoop: Allow" in finding.message
    assert not list(recursive_loops(consumer(*granted, RecursiveLoop="Allow")))


def test_a_function_that_sends_elsewhere_is_no_loop() -> None:
    other = sub("arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:other")
    assert not list(recursive_loops(consumer(resource=other)))
    assert not list(recursive_loops(consumer(action="sqs:ReceiveMessage")))


def statement(effect: str, **condition: object) -> dict[str, Any]:
    return {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"} | (
        {"Condition": condition} if condition else {}
    )


ALLOW_LIST = statement("Allow", IpAddress={"aws:SourceIp": ["192.0.2.0/24"]})
DENY_OTHERS = statement("Deny", NotIpAddress={"aws:SourceIp": ["192.0.2.0/24"]})


def api(*statements: dict[str, Any]) -> dict[str, Any]:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    body = {"openapi": "3.0.1", "paths": {}, "x-amazon-apigateway-policy": policy}
    return {"Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}}}


def test_a_policy_of_an_api_denies() -> None:
    [finding] = api_access(expansion(api(ALLOW_LIST)))
    assert (finding.stack, finding.stage, finding.logical_id) == ("mail", "dev", "Api")
    assert "add a Deny" in finding.message
    assert not list(api_access(expansion(api(statement("Allow"), DENY_OTHERS))))
    assert not list(api_access(expansion(api(statement("Allow")))))  # it does not mean to restrict


@pytest.mark.parametrize(("auth", "found"), [({"ApiKeyRequired": True}, 1), (None, 0)])
def test_sam_adds_no_auth_to_an_included_document(tmp_path: Path, auth: object, found: int) -> None:
    (tmp_path / "api.json").write_text(json.dumps({"openapi": "3.0.1", "info": {}, "paths": {}}))
    include = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "api.json"}}}
    properties = {"StageName": "v1", "DefinitionBody": include} | ({"Auth": auth} if auth else {})
    written = template({"Api": {"Type": "AWS::Serverless::Api", "Properties": properties}})
    [expanded] = expansions(deployment(written, folder=tmp_path))
    messages = [finding.message for finding in api_access(expanded)]
    assert len(messages) == found
    assert all("x-amazon-apigateway-policy" in message for message in messages)


@pytest.mark.parametrize(("protected", "found"), [("true", 1), (True, 1), (False, 0)])
def test_a_table_is_not_protected_at_its_creation(protected: object, found: int) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"DeletionProtectionEnabled": protected}}
    findings = list(biting_settings(expansion({"Table": table})))
    assert [each.logical_id for each in findings] == ["Table"] * found
    assert all("once the stack stands" in each.message for each in findings)


@pytest.mark.parametrize(
    ("runtime", "found"),
    [("python3.9", 1), ("python3.12", 1), ("python3.13", 0), ("python3.14", 0)],
)
def test_an_outdated_python_is_found(runtime: str, found: int) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {**FUNCTION, "Runtime": runtime}}
    findings = list(biting_settings(expansion({"Send": function})))
    assert [each.message for each in findings] == [
        f"{runtime} is outdated: use python3.13."
    ] * found
