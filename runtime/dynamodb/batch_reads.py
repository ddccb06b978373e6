"""Reads many rows by their keys, in as few calls as there can be."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from runtime.dynamodb.items import Item

MAX_KEYS = 100  # of one call
# DynamoDB's answer, after all tries of the network layer, when it could read none of the keys.
BUSY = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException"})
TRIES = 10  # in a row that read nothing; only a table that is overloaded answers so


def read_rows(
    client: Any,
    table: str,
    keys: Sequence[Item],
    not_read: Callable[[int], Exception],
) -> Iterator[Item]:
    """Those that exist, in any order. Strongly consistent. DynamoDB leaves keys over when an answer
    gets large or the table is busy. Raises `not_read` of the number that could not be read."""
    left, fruitless = list(keys), 0
    while left:
        asked, rest = left[:MAX_KEYS], left[MAX_KEYS:]
        request = {table: {"Keys": asked, "ConsistentRead": True}}
        try:
            answer = client.batch_get_item(RequestItems=request)
        except ClientError as error:
            if error.response["Error"]["Code"] in BUSY:
                raise not_read(len(left)) from error
            raise
        yield from answer["Responses"].get(table, ())
        over = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
        fruitless = fruitless + 1 if len(over) == len(asked) else 0
        if fruitless == TRIES:
            raise not_read(len(over) + len(rest))
        left = [*over, *rest]
