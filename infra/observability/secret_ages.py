"""Counts each hour how many of the stage's secrets should have been rotated and were not.

AWS deploys this file alone, as it stands in the template, so it imports nothing of ours. A secret
is due by its own rotation schedule, or by the days in its tag fileferry:rotate-days. A few days
later it is overdue.
"""

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

TAG = "fileferry:rotate-days"
GRACE = timedelta(days=2)


def overdue(secret: Mapping[str, Any], now: datetime) -> bool:
    """Whether it should have had another value by now. A secret without a date never is."""
    tags = {each["Key"]: each["Value"] for each in secret.get("Tags", [])}
    days = secret.get("RotationRules", {}).get("AutomaticallyAfterDays") or tags.get(TAG)
    changed = [
        secret[name]
        for name in ("CreatedDate", "LastChangedDate", "LastRotatedDate")
        if secret.get(name)
    ]
    if not days or not changed:
        return False
    return bool(now > max(changed) + timedelta(days=int(days)) + GRACE)


def handler(event: object, context: object) -> dict[str, list[str]]:
    stage, space = os.environ["STAGE"], os.environ["POWERTOOLS_METRICS_NAMESPACE"]
    service = os.environ["POWERTOOLS_SERVICE_NAME"]
    pages = (
        boto3.client("secretsmanager")
        .get_paginator("list_secrets")
        .paginate(Filters=[{"Key": "name", "Values": [f"fileferry/{stage}/"]}])
    )
    now = datetime.now(UTC)
    late = [each["Name"] for page in pages for each in page["SecretList"] if overdue(each, now)]
    for name in late:
        print(json.dumps({"level": "ERROR", "message": "secret overdue", "secret": name}))
    metric = {"Name": "SecretsOverdue", "Unit": "Count"}
    directive = {"Namespace": space, "Dimensions": [["service"]], "Metrics": [metric]}
    told = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    print(json.dumps({"_aws": told, "service": service, "SecretsOverdue": len(late)}))
    return {"overdue": late}
