"""The emulator behaves as API Gateway and Secrets Manager do where the door relies on it."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from infra.signing_key import rotate
from tests.infra.small_functions import create_function
from tests.servers.emulator import Emulator, emulator
from tests.servers.waiting import wait_for

pytestmark = pytest.mark.slow  # an emulator, and functions in it
# `key` in a token stands for the user's API key. The last word decides.
AUTHORIZER = """
def handler(event, context):
    print("asked")
    _, word, key = (event["headers"].get("authorization") + "  ").split(" ")[:3]
    if word == "wrong":
        raise Exception("Unauthorized")
    api = event["methodArn"].split("/")[0]
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": api + "/*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    found = {"principalId": "ann", "context": {"caller": "{}"}, "usageIdentifierKey": key}
    return {**found, "policyDocument": policy}
"""
ECHO = """
import json
def handler(event, context):
    if event["path"] == "/broken":
        raise ValueError("no")
    if event["pathParameters"]:
        told = {"path": event["path"], **event["pathParameters"]}
        return {"statusCode": 200, "body": json.dumps(told)}
    return {"statusCode": 200, "body": json.dumps(event["requestContext"].get("authorizer"))}
"""
ROTATION = """
import boto3, json
def handler(event, context):
    secrets, wanted = boto3.client("secretsmanager"), {"SecretId": event["SecretId"]}
    version = {"ClientRequestToken": event["ClientRequestToken"]}
    labels = secrets.describe_secret(**wanted)["VersionIdsToStages"]
    if event["Step"] == "createSecret":
        assert labels[event["ClientRequestToken"]] == ["AWSPENDING"]
        try:
            secrets.get_secret_value(**wanted, VersionId=event["ClientRequestToken"])
        except secrets.exceptions.ResourceNotFoundException:
            text = json.dumps({"steps": event["Step"]})
            secrets.put_secret_value(
                **wanted, **version, SecretString=text, VersionStages=["AWSPENDING"])
    if event["Step"] == "testSecret" and "broken" in event["SecretId"]:
        raise ValueError("does not sign")
    if event["Step"] == "finishSecret":
        [current] = [each for each, names in labels.items() if "AWSCURRENT" in names]
        secrets.update_secret_version_stage(**wanted, VersionStage="AWSCURRENT",
            MoveToVersionId=event["ClientRequestToken"], RemoveFromVersionId=current)
"""
NAMES = {"authorizer": AUTHORIZER, "echo": ECHO, "fileferry-test-auth-rotate-signing-key": ROTATION}


def uri(arn: str) -> str:
    return f"arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/{arn}/invocations"


def document(arns: dict[str, str]) -> dict[str, Any]:
    integration = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri(arns["echo"])}
    authorizer = {
        "type": "request",
        "identitySource": "method.request.header.Authorization",
        "authorizerResultTtlInSeconds": 30,
        "authorizerUri": uri(arns["authorizer"]),
    }
    token = {"type": "apiKey", "name": "Authorization", "in": "header"}
    answers = {
        name: {
            "statusCode": status,
            "responseParameters": {"gatewayresponse.header.Retry-After": "'1'"},
            "responseTemplates": {"application/json": json.dumps({"told": status})},
        }
        for name, status in (("UNAUTHORIZED", "401"), ("DEFAULT_5XX", "500"))
    }
    method = {"x-amazon-apigateway-integration": integration}
    return {
        "openapi": "3.0.1",
        "info": {"title": "door", "version": "1"},
        "components": {
            "securitySchemes": {
                "token": {**token, "x-amazon-apigateway-authorizer": authorizer},
                "key": {"type": "apiKey", "name": "x-api-key", "in": "header"},
            }
        },
        "paths": {
            "/guarded": {"get": {**method, "security": [{"token": [], "key": []}]}},
            "/broken": {"get": method},
            "/named/{name}/files": {"get": method},
        },
        "x-amazon-apigateway-api-key-source": "AUTHORIZER",
        "x-amazon-apigateway-gateway-responses": answers,
    }


def template(arns: dict[str, str]) -> dict[str, Any]:
    api = {"Ref": "Api"}
    stages = [{"ApiId": api, "Stage": {"Ref": "Stage"}}]
    throttle = {"RateLimit": 0.01, "BurstLimit": 2}
    kinds: dict[str, tuple[str, dict[str, Any]]] = {
        "Api": ("RestApi", {"Body": document(arns)}),
        "Deployment": ("Deployment", {"RestApiId": api}),
        "Stage": (
            "Stage",
            {"RestApiId": api, "StageName": "v1", "DeploymentId": {"Ref": "Deployment"}},
        ),
        "Plan": ("UsagePlan", {"ApiStages": stages, "Throttle": throttle}),
    }
    resources = {
        name: {"Type": f"AWS::ApiGateway::{kind}", "Properties": properties}
        for name, (kind, properties) in kinds.items()
    }
    outputs = {"Api": {"Value": api}, "Plan": {"Value": {"Ref": "Plan"}}}
    return {"Resources": resources, "Outputs": outputs}


class Door:
    def __init__(self, running: Emulator) -> None:
        self.client = running.client
        functions = running.client("lambda")
        arns = {name: create_function(functions, name, code) for name, code in NAMES.items()}
        stacks = running.client("cloudformation")
        stacks.create_stack(StackName="door", TemplateBody=json.dumps(template(arns)))
        stacks.get_waiter("stack_create_complete").wait(
            StackName="door", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
        )
        [stack] = stacks.describe_stacks(StackName="door")["Stacks"]
        told = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        self._plan = told["Plan"]
        self._http = httpx.Client(
            base_url=f"{running.endpoint}/restapis/{told['Api']}/v1/_user_request_"
        )

    def key(self, name: str) -> str:
        keys = self.client("apigateway")
        made = keys.create_api_key(name=name, enabled=True)
        keys.create_usage_plan_key(usagePlanId=self._plan, keyId=made["id"], keyType="API_KEY")
        return str(made["value"])

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._http.get(path, headers=headers)

    def get_raw(self, path: str) -> httpx.Response:
        """Not encoded by the client."""
        url = self._http.base_url
        raw = url.raw_path.rstrip(b"/") + path.encode()
        return self._http.get(url.copy_with(raw_path=raw))

    def times_asked(self) -> int:
        logs = self.client("logs")
        found = logs.filter_log_events(logGroupName="/aws/lambda/authorizer", filterPattern="asked")
        return len(found["events"])

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        opened = Door(running)
        yield opened
        opened.close()


def test_the_key_that_the_authorizer_names_opens_and_stays_hidden(door: Door) -> None:
    answer = door.get("/guarded", Authorization=f"Bearer good {door.key('ann')}")
    assert answer.status_code == 200
    assert answer.json() == {"principalId": "ann", "caller": "{}"}


def test_a_key_that_the_caller_sends_opens_nothing(door: Door) -> None:
    sent = {"x-api-key": door.key("bob")}
    assert door.get("/guarded", Authorization="Bearer keyless", **sent).status_code == 403


def test_a_users_calls_are_counted_also_when_the_authorizer_is_not_asked(door: Door) -> None:
    token, before = f"Bearer good {door.key('cy')}", door.times_asked()
    assert [door.get("/guarded", Authorization=token).status_code for _ in range(3)] == [
        *(200, 200),
        429,
    ]
    wait_for(lambda: door.times_asked() > before, "the authorizer's log")
    assert door.times_asked() == before + 1
    another = f"Bearer good {door.key('di')}"
    assert door.get("/guarded", Authorization=another).status_code == 200


@pytest.mark.parametrize(
    "sent",
    ["ann%40acme", "ann@acme", "a+b", "a%20b", "a%2Fb", "a%252Fb", "100%25", "Zo%C3%AB", "%zz"],
)
def test_a_path_is_handed_over_as_it_was_sent(door: Door, sent: str) -> None:
    answer = door.get_raw(f"/named/{sent}/files")
    assert answer.json() == {"path": f"/named/{sent}/files", "name": sent}


def test_gateway_responses_of_the_document_are_answered(door: Door) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = door.get("/guarded", **headers)
        assert answer.status_code == 401
        assert answer.json() == {"told": "401"}
        assert answer.headers["Retry-After"] == "1"


def test_a_function_that_fails_is_answered_by_the_gateway(door: Door) -> None:
    answer = door.get("/broken")
    assert (answer.status_code, answer.json()) == (500, {"told": "500"})


def secret(door: Door, stage: str) -> str:
    name = f"fileferry/{stage}/auth/signing-key"
    door.client("secretsmanager").create_secret(Name=name, SecretString="first")
    return name


def labels(door: Door, name: str) -> list[list[str]]:
    told = door.client("secretsmanager").describe_secret(SecretId=name)["VersionIdsToStages"]
    return sorted(sorted(each) for each in told.values())


def test_a_rotation_takes_its_four_steps_and_the_version_before_stays(door: Door) -> None:
    name, secrets = secret(door, "test"), door.client("secretsmanager")
    for _ in range(2):
        version = rotate(secrets, door.client("lambda"), "test")
        assert secrets.get_secret_value(SecretId=name)["VersionId"] == version
        assert labels(door, name)[-1] == ["AWSPREVIOUS"]
    assert "createSecret" in secrets.get_secret_value(SecretId=name)["SecretString"]


def test_a_step_that_fails_leaves_the_key_that_there_was(door: Door) -> None:
    name, secrets = secret(door, "broken"), door.client("secretsmanager")
    function = door.client("lambda").get_function(FunctionName=list(NAMES)[-1])
    arn = function["Configuration"]["FunctionArn"]
    secrets.rotate_secret(SecretId=name, RotationLambdaARN=arn)

    def failed() -> bool:
        found = door.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{list(NAMES)[-1]}")
        return any("does not sign" in each["message"] for each in found["events"])

    wait_for(failed, "the failure of the rotation")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "first"
    assert labels(door, name) == [["AWSCURRENT"], ["AWSPENDING"]]
    with pytest.raises(secrets.exceptions.InvalidRequestException, match="isn't complete"):
        secrets.rotate_secret(SecretId=name)
