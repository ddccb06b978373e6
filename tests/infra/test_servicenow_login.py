"""What may be stored as the login at ServiceNow, and what is shown of a wrong one."""

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.servicenow_login import LoginWrong, checked, secret_of, store, told

BASIC = {"url": "https://acme.service-now.com", "user": "ferry", "password": "pw-in-the-test"}
OAUTH2 = {"url": BASIC["url"], "client_id": "c", "client_secret": "secret-in-the-test"}


@pytest.mark.parametrize(
    "login", [BASIC, OAUTH2, OAUTH2 | {"token_url": "https://acme.example/token"}]
)
def test_a_password_or_a_client_is_a_login(login: dict[str, str]) -> None:
    assert checked(login) == login


@pytest.mark.parametrize(
    "login",
    [
        [],
        {},
        BASIC | {"token_url": "https://acme.example/token"},
        BASIC | {"more": "x"},
        BASIC | OAUTH2,
        BASIC | {"password": ""},
        BASIC | {"password": 7},
        BASIC | {"url": "http://acme.service-now.com"},
        BASIC | {"url": "acme.service-now.com"},
        BASIC | {"url": "https://me:pw-in-the-test@acme.service-now.com"},
        BASIC | {"url": "https://["},
        OAUTH2 | {"token_url": "ftp://acme.example"},
    ],
)
def test_all_else_is_refused_without_showing_it(login: object) -> None:
    with pytest.raises(LoginWrong) as refused:
        checked(login)
    assert "in-the-test" not in str(refused.value)


def test_only_the_local_stage_may_have_one_over_http() -> None:
    login = BASIC | {"url": "http://127.0.0.1:4000"}
    assert checked(login, loopback=True) == login


def test_input_that_is_no_json_is_not_repeated() -> None:
    with pytest.raises(LoginWrong) as refused:
        told('{"password": "pw-in-the-test"')
    assert "in-the-test" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.fixture
def vault() -> Any:  # noqa: ANN401 - boto3 has no types
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-central-1")


def test_it_becomes_a_new_version_of_the_stages_secret(vault: Any) -> None:  # noqa: ANN401
    vault.create_secret(Name=secret_of("dev"), SecretString="{}")
    store(vault, "dev", BASIC)
    assert json.loads(vault.get_secret_value(SecretId=secret_of("dev"))["SecretString"]) == BASIC


def test_a_stage_without_ticketing_says_what_to_deploy(vault: Any) -> None:  # noqa: ANN401
    with pytest.raises(LoginWrong, match="make deploy-ticketing STAGE=dev"):
        store(vault, "dev", BASIC)
