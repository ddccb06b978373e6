"""MiniStack's DynamoDB queries over long partitions, in time that does not hurt.

DynamoDB keeps a partition in order and reads only the range that is asked for. MiniStack reads
every row of the partition, and parses the key condition anew for each: 28 microseconds a row. Then
a terabyte's ledger, 10,000 rows, makes each query last a third of a second. Here the three shapes
of key conditions that are in use are read once.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import ministack.services.dynamodb as dynamodb

from infra.local.anchors import expect

Words = Mapping[str, Any]
SLOT, OTHER = "KeyConditionExpression", "ConditionExpression"
SHAPE = re.compile(
    r"(?P<pk>#\w+) = (?P<equal>:\w+)"
    r"(?: AND (?:(?P<sk>#\w+) BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)"
    r"|begins_with\((?P<prefixed>#\w+), (?P<prefix>:\w+)\)))?"
)


def read_key_conditions_once() -> None:
    stock = dynamodb._evaluate_condition
    expect(callable(stock), "the evaluation of conditions moved")

    def evaluate(
        expression: str, row: Words, values: Words, names: Words, slot: str = OTHER
    ) -> Any:  # noqa: ANN401
        shape = shape_of(expression) if slot == SLOT else None
        found = None if shape is None else matches(shape, row, values, names)
        return stock(expression, row, values, names, slot=slot) if found is None else found

    dynamodb._evaluate_condition = evaluate


@lru_cache(maxsize=256)
def shape_of(expression: str) -> dict[str, Any] | None:
    found = SHAPE.fullmatch(expression)
    return None if found is None else found.groupdict()


def matches(shape: Words, row: Words, values: Words, names: Words) -> bool | None:
    """None: something is not a string, or is missing, and MiniStack's own evaluation has to say."""

    def bytes_of(attributes: Words, name: str) -> bytes:
        text: str = attributes[name]["S"]
        return text.encode()

    try:
        found = bytes_of(row, names[shape["pk"]]) == bytes_of(values, shape["equal"])
        if shape["sk"]:
            low, high = bytes_of(values, shape["low"]), bytes_of(values, shape["high"])
            return found and low <= bytes_of(row, names[shape["sk"]]) <= high
        if shape["prefixed"]:
            prefix = bytes_of(values, shape["prefix"])
            return found and bytes_of(row, names[shape["prefixed"]]).startswith(prefix)
    except (KeyError, TypeError, AttributeError):
        return None
    return found
