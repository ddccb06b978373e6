"""New indexes of a table that stands come one by one; a new table gets all at once."""

import json
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.indexes import (
    TooManyNewIndexes,
    left_out_in_each_update,
    require_few_indexes,
    without_indexes,
)
from infra.sam import sam_command
from infra.stacks import find_stack, read_environment
from tests.infra.resources import TEMPLATES

TRANSFER = TEMPLATES["transfer"]
INDEXES = [
    each["IndexName"]
    for each in TRANSFER["Resources"]["TransfersTable"]["Properties"]["GlobalSecondaryIndexes"]
]


def table_of(template: dict[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = template["Resources"]["TransfersTable"]["Properties"]
    return table


def create(dynamodb: Any, left_out: list[str]) -> None:  # noqa: ANN401 - a boto3 client
    table = table_of(without_indexes(TRANSFER, left_out))
    names = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    given = {name: table[name] for name in names if table.get(name)}
    dynamodb.create_table(TableName="fileferry-dev-transfer", **given)


@mock_aws
def test_each_update_makes_one_index_and_the_last_leaves_none_out() -> None:
    dynamodb = boto3.client("dynamodb", region_name="eu-central-1")
    assert left_out_in_each_update(TRANSFER, "dev", dynamodb) == [[]]
    create(dynamodb, INDEXES[3:])
    updates = left_out_in_each_update(TRANSFER, "dev", dynamodb)
    assert updates == [INDEXES[made:] for made in range(4, len(INDEXES))] + [[]]
    assert left_out_in_each_update(TEMPLATES["bus"], "dev", dynamodb) == [[]]


@mock_aws
def test_a_table_that_has_all_indexes_is_updated_once() -> None:
    dynamodb = boto3.client("dynamodb", region_name="eu-central-1")
    create(dynamodb, [])
    assert left_out_in_each_update(TRANSFER, "dev", dynamodb) == [[]]


def test_a_template_without_some_indexes_defines_the_keys_of_the_others_alone() -> None:
    stack = find_stack("transfer")
    values = read_environment("dev").of(stack)
    command = sam_command(stack, "dev", "sam", values, left_out=INDEXES[1:])
    path = command[command.index("--template-file") + 1]
    with open(path, encoding="utf-8") as file:
        table = table_of(json.load(file))
    assert [each["IndexName"] for each in table["GlobalSecondaryIndexes"]] == INDEXES[:1]
    defined = {each["AttributeName"] for each in table["AttributeDefinitions"]}
    assert defined == {"pk", "sk", "gsi1pk", "gsi1sk"}
    assert without_indexes(TRANSFER, []) == TRANSFER


def test_code_does_not_come_before_the_indexes_that_it_asks_where_a_canary_watches() -> None:
    with pytest.raises(TooManyNewIndexes, match=r"auth gets 2 new indexes.* ask late before"):
        require_few_indexes("auth", "prod", [["late"], []])
    require_few_indexes("auth", "prod", [[]])
