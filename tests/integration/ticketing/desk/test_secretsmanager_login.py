"""The secret of ServiceNow in Secrets Manager."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from services.ticketing.adapters.secretsmanager_login import SecretsManagerLogin
from services.ticketing.domain.errors import NotConfigured, Unreachable
from tests.integration.moto_clients import moto_client

NAME = "fileferry/local/ticketing/servicenow"
GOOD = {"url": "https://acme.service-now.com", "user": "fileferry", "password": "horse"}


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield moto_client("secretsmanager")


def test_each_value_of_the_secret_has_a_version(client: Any) -> None:  # noqa: ANN401
    client.create_secret(Name=NAME, SecretString=json.dumps(GOOD))
    login = SecretsManagerLogin(client, NAME)
    first = login.version()
    assert first.configured
    assert login.version() == first
    assert login.instance().version == first.version
    client.put_secret_value(SecretId=NAME, SecretString=json.dumps(GOOD | {"password": "new"}))
    assert login.version() != first
    assert login.instance().secret == "new"


@pytest.mark.parametrize("text", [None, "{}", "placeholder"])
def test_a_secret_that_names_no_instance_is_not_configured(
    client: Any,  # noqa: ANN401
    text: str | None,
) -> None:
    if text is not None:
        client.create_secret(Name=NAME, SecretString=text)
    login = SecretsManagerLogin(client, NAME)
    assert not login.version().configured
    with pytest.raises(NotConfigured) as missing:
        login.instance()
    assert missing.value.version == login.version().version


def test_a_secret_that_is_being_deleted_is_not_configured(client: Any) -> None:  # noqa: ANN401
    client.create_secret(Name=NAME, SecretString=json.dumps(GOOD))
    client.delete_secret(SecretId=NAME)
    assert not SecretsManagerLogin(client, NAME).version().configured


def test_secrets_manager_that_cannot_be_reached_is_an_outage() -> None:
    quick = Config(connect_timeout=1, retries={"total_max_attempts": 1})
    gone = boto3.client("secretsmanager", endpoint_url="http://127.0.0.1:1", config=quick)
    with pytest.raises(Unreachable, match="Secrets Manager"):
        SecretsManagerLogin(gone, NAME).instance()
