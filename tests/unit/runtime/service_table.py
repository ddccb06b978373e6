"""A service's table as its template makes it, in moto."""

from typing import Any

import boto3


def client_with_table(name: str) -> Any:  # noqa: ANN401 - boto3 client
    client = boto3.client("dynamodb", region_name="eu-central-1")
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key, _ in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
    )
    return client
