"""Reads, queries and conditional writes of one table. Only this place knows DynamoDB's errors.

Every write is a TransactWriteItems, even of one row, because botocore gives each such call a
request token. When an answer is lost and the network layer sends the write again, DynamoDB
recognises it and does not take it for somebody else's.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, to_attribute

CONFLICT_TRIES = 30  # a transaction takes milliseconds, and one of two in conflict wins

ANYWAY = "attribute_not_exists(#pk) OR attribute_exists(#pk)"  # a condition that always holds

Action = tuple[str, dict[str, Any]]


def row_key(partition: str, sort: str) -> Item:
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def put(item: Item, condition: str, **values: object) -> Action:
    """In conditions and changes `#name` stands for the attribute, `:name` for the given value."""
    request = {"Item": item, "ConditionExpression": condition}
    return "Put", request | _placeholders(condition, values)


def update(key: Item, change: str, condition: str, **values: object) -> Action:
    request = {"Key": key, "UpdateExpression": change, "ConditionExpression": condition}
    return "Update", request | _placeholders(f"{change} {condition}", values)


def delete(key: Item, condition: str, **values: object) -> Action:
    request = {"Key": key, "ConditionExpression": condition}
    return "Delete", request | _placeholders(condition, values)


def check(key: Item, condition: str, **values: object) -> Action:
    request = {"Key": key, "ConditionExpression": condition}
    return "ConditionCheck", request | _placeholders(condition, values)


class Table:
    def __init__(self, client: BaseClient, name: str) -> None:
        self._client = client
        self._name = name

    def read(self, key: Item) -> Item | None:
        """Strongly consistent."""
        answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        item: Item | None = answer.get("Item")
        return item

    def write(
        self, actions: Sequence[Action], busy: Exception, tries: int = CONFLICT_TRIES
    ) -> frozenset[int]:
        """Writes all or nothing. Returns an empty set when written, and otherwise the indices of
        the actions that were refused.

        Raises `busy` when other transactions on the same rows were in the way at each try.
        """
        items = [{kind: {"TableName": self._name} | request} for kind, request in actions]
        for _ in range(tries):
            try:
                self._client.transact_write_items(TransactItems=items)
            except self._client.exceptions.TransactionCanceledException as cancelled:
                codes = [reason["Code"] for reason in cancelled.response["CancellationReasons"]]
                refused = {i for i, code in enumerate(codes) if code == "ConditionalCheckFailed"}
                if refused:
                    return frozenset(refused)
                if "TransactionConflict" not in codes:
                    raise
            else:
                return frozenset()
        raise busy

    def rows(
        self, key_condition: str, values: dict[str, object], **options: object
    ) -> Iterator[Item]:
        """Every row of every page. Strongly consistent, except on an index."""
        request = _placeholders(key_condition, values)
        request |= {"TableName": self._name, "KeyConditionExpression": key_condition} | options
        request["ConsistentRead"] = "IndexName" not in options
        while True:
            answer = self._client.query(**request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def rows_under(self, partition: str, prefix: str, **options: object) -> Iterator[Item]:
        """The rows of a partition whose sort key begins with `prefix`, in order of the sort key."""
        values: dict[str, object] = {"pk": partition, "prefix": prefix}
        return self.rows("#pk = :pk AND begins_with(#sk, :prefix)", values, **options)


def _placeholders(expressions: str, values: dict[str, object]) -> dict[str, Any]:
    names = {f"#{name}": name for name in re.findall(r"#(\w+)", expressions)}
    attributes = {f":{name}": to_attribute(value) for name, value in values.items()}
    found: dict[str, Any] = {}
    if names:
        found["ExpressionAttributeNames"] = names
    if attributes:
        found["ExpressionAttributeValues"] = attributes
    return found
