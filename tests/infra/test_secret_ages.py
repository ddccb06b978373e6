"""Secrets that were not rotated in time are counted, by what Secrets Manager says of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.observability.secret_ages import handler, overdue

NOW = datetime(2026, 6, 30, tzinfo=UTC)


def secret(age_days: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Name": "s", "CreatedDate": NOW - timedelta(days=age_days), **more}


RULES = {"RotationRules": {"AutomaticallyAfterDays": 30}}
TAGS = {"Tags": [{"Key": "fileferry:rotate-days", "Value": "90"}]}


@pytest.mark.parametrize(
    ("given", "late"),
    [
        (secret(1_000), False),  # nobody said that it should be rotated
        (secret(31, **RULES), False),
        (secret(33, **RULES), True),
        (secret(100, **RULES, LastRotatedDate=NOW - timedelta(days=31)), False),
        (secret(100, **RULES, LastRotatedDate=NOW - timedelta(days=33)), True),
        (secret(91, **TAGS), False),
        (secret(93, **TAGS), True),
        (secret(400, **TAGS, LastChangedDate=NOW - timedelta(days=1)), False),
    ],
)
def test_a_secret_is_overdue_some_days_after_its_rotation_was_due(
    given: dict[str, Any], late: bool
) -> None:
    assert overdue(given, NOW) is late


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
