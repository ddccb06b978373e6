"""A key condition that is read once finds the same rows as MiniStack's own evaluation."""

from typing import Any

import ministack.services.dynamodb as dynamodb
import pytest

from infra.local.query_corrections import SLOT, matches, shape_of

WHOLE = "#pk = :pk"
RANGE = "#pk = :pk AND #sk BETWEEN :first AND :last"
PREFIX = "#pk = :pk AND begins_with(#sk, :first)"
NAMES = {"#pk": "pk", "#sk": "sk"}
VALUES = {":pk": {"S": "T#1"}, ":first": {"S": "DONE#é"}, ":last": {"S": "DONE#😀"}}
SORT_KEYS = ("", "DONE", "DONE#", "DONE#é", "DONE#é1", "DONE#\uffff", "DONE#😀", "DONE#😀0", "OPEN")


@pytest.mark.parametrize("expression", [WHOLE, RANGE, PREFIX])
@pytest.mark.parametrize("partition", ["T#1", "T#2", ""])
@pytest.mark.parametrize("sort_key", SORT_KEYS)
def test_the_same_rows_are_found(expression: str, partition: str, sort_key: str) -> None:
    row = {"pk": {"S": partition}, "sk": {"S": sort_key}}
    shape = shape_of(expression)
    assert shape is not None
    stock = dynamodb._evaluate_condition(expression, row, VALUES, NAMES, slot=SLOT)
    assert matches(shape, row, VALUES, NAMES) == stock


@pytest.mark.parametrize(
    "row",
    [{"pk": {"N": "1"}, "sk": {"S": "a"}}, {"pk": {"S": "T#1"}}, {"pk": {"S": "T#1"}, "sk": None}],
)
def test_what_is_no_string_is_left_to_ministack(row: dict[str, Any]) -> None:
    shape = shape_of(RANGE)
    assert shape is not None
    assert matches(shape, row, VALUES, NAMES) is None


@pytest.mark.parametrize(
    "expression", ["#pk = :pk AND #sk > :first", "pk = :pk", "#pk = :pk OR #pk = :first", ""]
)
def test_another_shape_is_left_to_ministack(expression: str) -> None:
    assert shape_of(expression) is None
