"""Gives each secret that records name a replica in the stage's other region."""

from typing import Any

PLACES = ("destinations/", "notify/channels/")  # behind fileferry/<stage>/


def replicate_secrets(secrets: Any, stage: str, region: str) -> int:  # noqa: ANN401 - boto3 has no types
    """How many had none. A replica of the other region has its own home there, and is left alone.
    Raises ClientError."""
    done = 0
    for place in PLACES:
        filters = [{"Key": "name", "Values": [f"fileferry/{stage}/{place}"]}]
        pages = secrets.get_paginator("list_secrets").paginate(Filters=filters)
        for each in (secret for page in pages for secret in page["SecretList"]):
            told = secrets.describe_secret(SecretId=each["ARN"])
            has = {status["Region"] for status in told.get("ReplicationStatus", ())}
            if region in has or told.get("PrimaryRegion") == region:
                continue
            secrets.replicate_secret_to_regions(
                SecretId=each["ARN"], AddReplicaRegions=[{"Region": region}]
            )
            done += 1
    return done
