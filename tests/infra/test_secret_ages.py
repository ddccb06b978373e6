"""Secrets that were not rotated in time are counted, by what Secrets Manager says of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.observability.secret_ages import handler, overdue, valued_at

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def secret(age_days: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """As list_secrets describes it. Somebody tagged it yesterday, which is no new value."""
    return {"Name": "s", "CreatedDate": ago(age_days), "LastChangedDate": ago(1), **more}


RULES = {"RotationRules": {"AutomaticallyAfterDays": 30}}
TAGS = {"Tags": [{"Key": "fileferry:rotate-days", "Value": "90"}]}


@pytest.mark.parametrize(
    ("given", "valued", "late"),
    [
        (secret(1_000), None, False),  # nobody said that it should be rotated
        (secret(31, **RULES), None, False),
        (secret(33, **RULES), None, True),
        (secret(100, **RULES, LastRotatedDate=ago(31)), None, False),
        (secret(100, **RULES, LastRotatedDate=ago(33)), None, True),
        (secret(91, **TAGS), None, False),  # it has no value yet
        (secret(93, **TAGS), None, True),
        (secret(400, **TAGS), ago(91), False),
        (secret(400, **TAGS), ago(93), True),
    ],
)
def test_a_secret_is_overdue_some_days_after_its_rotation_was_due(
    given: dict[str, Any], valued: datetime | None, late: bool
) -> None:
    assert overdue(given, NOW, lambda _: valued) is late


@mock_aws
def test_a_value_is_as_old_as_the_version_that_is_used() -> None:
    secrets = boto3.client("secretsmanager", "eu-central-1")
    secrets.create_secret(Name="empty")
    assert valued_at(secrets, "empty") is None
    secrets.create_secret(Name="s", SecretString="1")
    first = valued_at(secrets, "s")
    assert first is not None
    secrets.put_secret_value(SecretId="s", SecretString="2", VersionStages=["AWSPENDING"])
    assert valued_at(secrets, "s") == first


@mock_aws
def test_only_secrets_of_the_stage_count_and_only_their_number_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "STAGE": "dev",
        "POWERTOOLS_METRICS_NAMESPACE": "FileFerry/dev",
        "POWERTOOLS_SERVICE_NAME": "observability",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    secrets = boto3.client("secretsmanager")
    due_long_ago = [{"Key": "fileferry:rotate-days", "Value": "-9"}]
    for name in ("fileferry/dev/a", "fileferry/dev/b", "fileferry/prod/a", "other"):
        secrets.create_secret(Name=name, SecretString="hidden", Tags=due_long_ago)
    secrets.create_secret(Name="fileferry/dev/fresh", SecretString="hidden")
    assert handler({}, None) == {"overdue": ["fileferry/dev/a", "fileferry/dev/b"]}
    written = capsys.readouterr().out
    assert "hidden" not in written
    told = json.loads(written.splitlines()[-1])
    [directive] = told["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("FileFerry/dev", [["service"]])
    assert (told["service"], told["SecretsOverdue"]) == ("observability", 2)
