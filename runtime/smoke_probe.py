"""A function's own part of the smoke test of a new version (runtime.smoke_hook has the rest).

The entrypoint calls it in the place of the handler's act, when the wiring stands. So all that the
module imports was found, and the settings could be read. Then the function reads with its own role
what it works on. Nothing is written, and nothing that was read is answered.

    {"smoke_test": {"table": "fileferry-dev-auth", "read": "GetItem", "key": "USER#smoke-test",
                    "queue": "https://...", "secret": "arn:..."}}

Only whoever may invoke the function can send this. API Gateway, queues and streams send other keys.
"""

from collections.abc import Mapping
from typing import Any

from botocore.config import Config

from runtime.clients import AwsClients

ASKED = "smoke_test"
NO_ROW = {"S": "smoke-test"}  # as a sort key; no row of ours has it
# Less than the ten seconds of the authorizer, for all that is asked of it.
CALLS = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=2
)


def asked_of(event: object) -> Mapping[str, str] | None:
    """What a smoke test asks, or None for any other event."""
    if not isinstance(event, Mapping) or set(event) != {ASKED}:
        return None
    asked = event[ASKED]
    return asked if isinstance(asked, Mapping) else None


def passed(asked: Mapping[str, str]) -> dict[str, Any]:
    """Raises what AWS answers when the function cannot read."""
    clients, read = AwsClients(), []
    if action := asked.get("read"):
        _read_row(clients.shared("dynamodb", CALLS), asked["table"], asked["key"], action)
        read.append("table")
    if queue := asked.get("queue"):
        clients.shared("sqs", CALLS).get_queue_attributes(
            QueueUrl=queue, AttributeNames=["QueueArn"]
        )
        read.append("queue")
    if secret := asked.get("secret"):
        clients.shared("secretsmanager", CALLS).get_secret_value(SecretId=secret)
        read.append("secret")
    return {ASKED: "passed", "read": read}


def _read_row(dynamodb: Any, table: str, key: str, action: str) -> None:  # noqa: ANN401 - boto3
    if action == "GetItem":
        dynamodb.get_item(TableName=table, Key={"pk": {"S": key}, "sk": NO_ROW})
        return
    dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": key}},
        Limit=1,
    )
