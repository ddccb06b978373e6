"""Whom the authorizer lets pass, what it answers API Gateway, and why it refuses others."""

import json

import pytest
from botocore.exceptions import ClientError

from contracts.caller import Caller
from tests.integration.auth.deployed import REGION, SECRET, TABLE, Deployed, rest_call
from tests.integration.moto_clients import moto_client
from tests.unit.auth.forging import parts_of, signed
from tests.unit.runtime.conftest import Lines

ARN = f"arn:aws:execute-api:{REGION}:123456789012:abc123/v1"


def test_a_caller_passes_with_all_the_services_need_to_know(deployed: Deployed) -> None:
    admin = deployed.admin()
    grants = {"sources": [{"bucket": "outgoing", "prefix": "ann/"}], "destinations": ["acme"]}
    deployed.user(admin, roles=["operator", "user"], grants=grants)
    token = deployed.log_in("ann")["access_token"]
    answer = deployed.authorizer({"Authorization": f"Bearer {token}"})
    assert answer["principalId"] == "ann"
    assert answer["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [{"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{ARN}/*"}],
    }
    caller = Caller.model_validate_json(answer["context"]["caller"])
    assert (caller.user, caller.roles) == ("ann", ("user", "operator"))
    assert caller.grants.model_dump(mode="json") == grants
    [key] = [
        each["value"]
        for each in moto_client("apigateway").get_api_keys(includeValues=True)["items"]
        if each["name"] == "fileferry-local-ann"
    ]
    assert answer["usageIdentifierKey"] == key
    assert set(answer) == {"principalId", "policyDocument", "context", "usageIdentifierKey"}


def test_the_largest_grants_fit_into_the_answer(deployed: Deployed) -> None:
    admin = deployed.admin()
    sources = [{"bucket": f"bucket-{n:02d}", "prefix": "größe/" + "x" * 50} for n in range(45)]
    deployed.user(admin, grants={"sources": sources, "destinations": ["*"]})
    token = deployed.log_in("ann")["access_token"]
    answer = deployed.authorizer({"Authorization": f"Bearer {token}"})
    assert len(json.dumps(answer, ensure_ascii=False).encode()) < 8_000


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER  "])
def test_header_and_scheme_are_taken_in_any_case(
    deployed: Deployed, name: str, scheme: str
) -> None:
    token = deployed.admin()
    assert deployed.authorizer({name: f"{scheme}{token}"})["principalId"] == "root"


@pytest.mark.parametrize(
    "form",
    ["{}", "Basic {}", "Bearer", "Bearer ", "Bearer {} {}", "Bearer {},Bearer {}", "", "Token {}"],
)
def test_another_authorization_than_one_bearer_token_is_refused(
    deployed: Deployed, form: str
) -> None:
    token = deployed.admin()
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.authorizer({"Authorization": form.replace("{}", token)})


@pytest.mark.parametrize("headers", [None, {}, {"X-Api-Key": "k"}])
def test_a_missing_token_is_refused(deployed: Deployed, headers: dict[str, str] | None) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.authorizer(headers)


def test_two_authorization_headers_are_refused(deployed: Deployed) -> None:
    token = deployed.admin()
    event = rest_call({"Authorization": f"Bearer {token}"})
    event["multiValueHeaders"] = {"Authorization": [f"Bearer {token}", "Bearer other"]}
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.invoke("authorizer", event)


def test_a_refusal_is_logged_with_its_reason_and_without_the_token(
    deployed: Deployed, lines: Lines
) -> None:
    token = deployed.admin()
    deployed.api("POST", "/api/logout", token=token)
    lines()
    for headers in ({"Authorization": f"Bearer {token}"}, {}):
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            deployed.authorizer(headers)
    logged = [line for line in lines() if line.get("message") == "caller refused"]
    assert [line["reason"] for line in logged] == ["logout", "no token"]
    assert {line["level"] for line in logged} == {"INFO"}
    assert token not in json.dumps(logged)


@pytest.mark.parametrize(
    "absurd",
    [{"sid": "s" * 1_500}, {"sub": "u" * 2_100}, {"sub": "\ud800"}, {"sid": ""}, {"exp": 10**18}],
    ids=lambda each: next(iter(each)),
)
def test_claims_that_can_be_no_key_are_refused_and_no_failure(
    deployed: Deployed, absurd: dict[str, object]
) -> None:
    header, claims = parts_of(deployed.admin())
    stored = moto_client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    token = signed(header, claims | absurd, json.loads(stored)["key"].encode())
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.authorizer({"Authorization": f"Bearer {token}"})


def test_an_error_of_ours_is_no_refusal(deployed: Deployed) -> None:
    token = deployed.admin()
    moto_client("dynamodb").delete_table(TableName=TABLE)
    with pytest.raises(ClientError):
        deployed.authorizer({"Authorization": f"Bearer {token}"})


def test_a_missing_signing_key_is_no_refusal(deployed: Deployed) -> None:
    token = deployed.admin()
    moto_client("secretsmanager").delete_secret(SecretId=SECRET, ForceDeleteWithoutRecovery=True)
    deployed.warm = {}
    with pytest.raises(ClientError):
        deployed.authorizer({"Authorization": f"Bearer {token}"})
