"""A rotation of the signing key ends nobody's token unless somebody insists."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.signing_key import TOKEN_LIFE, TooEarly, require_age, secret_of

STAGE = "dev"


@pytest.fixture
def vault() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="eu-central-1")
        client.create_secret(Name=secret_of(STAGE), SecretString="first")
        yield client


def in_minutes(minutes: float) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_the_first_key_can_be_exchanged_at_once(vault: Any) -> None:  # noqa: ANN401
    require_age(vault, STAGE, in_minutes(0))


def test_a_second_exchange_waits_until_the_tokens_of_the_key_before_have_ended(
    vault: Any,  # noqa: ANN401
) -> None:
    vault.put_secret_value(SecretId=secret_of(STAGE), SecretString="second")
    for minutes in (0, 58):
        with pytest.raises(TooEarly, match="FORCE=1"):
            require_age(vault, STAGE, in_minutes(minutes))
    require_age(vault, STAGE, in_minutes(TOKEN_LIFE.total_seconds() / 60 + 1))
