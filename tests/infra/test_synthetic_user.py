"""`make synthetic-user` makes a user for one object and one partner, and loses no login."""

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.calling import CallRefused
from infra.deploy import parameters_of
from infra.stacks import STAGES, Environment, find_stack
from infra.synthetic_user import (
    NotNamed,
    SyntheticUser,
    SyntheticUserMissing,
    make,
    named,
    require_synthetic_user,
    secret_of,
)

USER = SyntheticUser("synthetic", "test-partner", "outgoing", "synthetic/1k.bin")


class Functions:
    """Answers as boto3's client of AWS Lambda does. `refuses`: the name is taken."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses, self.events = refuses, list[dict[str, Any]]()

    def invoke(self, **called: Any) -> dict[str, Any]:  # noqa: ANN401
        self.events.append(json.loads(called["Payload"]))
        if not self.refuses:
            return {"Payload": io.BytesIO(b"{}")}
        told = {"errorType": "UserExists", "errorMessage": "The name is a user's."}
        return {"Payload": io.BytesIO(json.dumps(told).encode()), "FunctionError": "Unhandled"}


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-central-1")


def stored(secrets: Any) -> Any:  # noqa: ANN401
    return json.loads(secrets.get_secret_value(SecretId=secret_of("dev"))["SecretString"])


def test_its_password_is_where_the_function_reads_it(secrets: Any) -> None:  # noqa: ANN401
    secrets.create_secret(Name=secret_of("dev"), SecretString="{}")
    functions = Functions()
    make(functions, secrets, "dev", USER)
    [event] = functions.events
    assert stored(secrets) == {"user": "synthetic", "password": event["password"]}
    assert len(event["password"]) >= 20
    assert event["roles"] == ["user"]
    assert event["grants"] == {
        "sources": [{"bucket": "outgoing", "prefix": "synthetic/1k.bin"}],
        "destinations": ["test-partner"],
    }


def test_a_name_that_is_taken_keeps_its_login(secrets: Any) -> None:  # noqa: ANN401
    secrets.create_secret(Name=secret_of("dev"), SecretString='{"user": "a", "password": "good"}')
    with pytest.raises(CallRefused, match="is a user's"):
        make(Functions(refuses=True), secrets, "dev", USER)
    assert stored(secrets) == {"user": "a", "password": "good"}


def test_a_stage_without_the_stack_makes_nobody(secrets: Any) -> None:  # noqa: ANN401
    functions = Functions()
    with pytest.raises(NotNamed, match="make deploy-synthetic STAGE=dev"):
        make(functions, secrets, "dev", USER)
    assert functions.events == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_names_no_partner_is_told_what_to_write(stage: str) -> None:
    with pytest.raises(NotNamed, match=f"{stage}.toml names no SyntheticUser, no DestinationId"):
        named(stage)


@pytest.mark.parametrize(("user", "partner"), [("", ""), ("synthetic", ""), ("synthetic", "p")])
def test_a_stage_may_name_the_user_alone(user: str, partner: str) -> None:
    """Its other region does not inherit the partner."""
    require_synthetic_user(environment(user, partner))


def test_a_partner_without_the_user_is_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.deploy.read_environment", lambda _: environment("", "test-partner"))
    told = r"dev\.toml names the DestinationId 'test-partner' and no SyntheticUser"
    for stack in ("synthetic", "transfer", "observability"):
        with pytest.raises(SyntheticUserMissing, match=told):
            parameters_of(find_stack(stack), "dev", "")


def environment(user: str, partner: str) -> Environment:
    parameters = {"all": {"SyntheticUser": user}, "synthetic": {"DestinationId": partner}}
    return Environment("dev", "eu-central-1", parameters, ("eu-central-1",))
