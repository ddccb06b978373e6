"""Counts each hour how many of the stage's secrets should have been rotated and were not.

AWS deploys this file alone, as it stands in the template, so it imports nothing of ours. A secret
is due by its own rotation schedule, or by the days in its tag fileferry:rotate-days. A few days
later it is overdue. What else changes it makes it no younger: a tag, a replica, a rotation that
failed.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3

TAG = "fileferry:rotate-days"
GRACE = timedelta(days=2)


def overdue(
    secret: Mapping[str, Any], now: datetime, valued: Callable[[str], datetime | None]
) -> bool:
    """Whether it should have had another value by now. `valued` says since when it has the value
    that it has. A schedule is asked for its own date: the last rotation that succeeded."""
    tags = {each["Key"]: each["Value"] for each in secret.get("Tags", [])}
    scheduled = secret.get("RotationRules", {}).get("AutomaticallyAfterDays")
    days = scheduled or tags.get(TAG)
    if not days:
        return False
    since = secret.get("LastRotatedDate") if scheduled else valued(secret["Name"])
    due: datetime = (since or secret["CreatedDate"]) + timedelta(days=int(days))
    return now > due + GRACE


def valued_at(secrets: Any, name: str) -> datetime | None:  # noqa: ANN401 - boto3
    """None for one that has no value yet. Versions in use fit into one page."""
    for version in secrets.list_secret_version_ids(SecretId=name)["Versions"]:
        if "AWSCURRENT" in version.get("VersionStages", ()):
            created: datetime = version["CreatedDate"]
            return created
    return None


def handler(event: object, context: object) -> dict[str, list[str]]:
    stage, space = os.environ["STAGE"], os.environ["POWERTOOLS_METRICS_NAMESPACE"]
    service = os.environ["POWERTOOLS_SERVICE_NAME"]
    secrets = boto3.client("secretsmanager")
    pages = secrets.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [f"fileferry/{stage}/"]}]
    )
    now = datetime.now(UTC)
    valued = partial(valued_at, secrets)
    late = [
        each["Name"] for page in pages for each in page["SecretList"] if overdue(each, now, valued)
    ]
    for name in late:
        print(json.dumps({"level": "ERROR", "message": "secret overdue", "secret": name}))
    metric = {"Name": "SecretsOverdue", "Unit": "Count"}
    directive = {"Namespace": space, "Dimensions": [["service"]], "Metrics": [metric]}
    told = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"_aws": told, "service": service, "SecretsOverdue": len(late)}))
    return {"overdue": late}
