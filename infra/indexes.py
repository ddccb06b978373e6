"""Adds a table's new indexes one by one, because one update of a table makes one index at most.

A new table gets all of them at once. Until the last update, lists by an index that is still missing
are answered with 500. What the release before could do works all the time. Where a
canary watches, several at once are refused.
"""

import copy
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from infra.templates import Template


class TooManyNewIndexes(Exception):
    """All but the last would come after the code that asks them, and its 500s ring the canary."""


def left_out_in_each_update(template: Template, stage: str, dynamodb: Any) -> list[list[str]]:  # noqa: ANN401 - a boto3 client
    """For each deployment the indexes that it leaves out. The last one leaves out none."""
    missing: list[str] = []
    for table in _tables(template):
        name = table["TableName"]["Fn::Sub"].replace("${Stage}", stage)
        try:
            described = dynamodb.describe_table(TableName=name)["Table"]
        except dynamodb.exceptions.ResourceNotFoundException:
            continue
        there = {each["IndexName"] for each in described.get("GlobalSecondaryIndexes", [])}
        wanted = [each["IndexName"] for each in table.get("GlobalSecondaryIndexes", [])]
        missing += [name for name in wanted if name not in there]
    return [missing[done:] for done in range(1, len(missing))] + [[]]


def require_few_indexes(stack: str, stage: str, updates: Sequence[Collection[str]]) -> None:
    """`updates` are what each update leaves out. Raises TooManyNewIndexes."""
    if len(updates) > 1:
        raise TooManyNewIndexes(
            f"{stack} gets {len(updates)} new indexes at once on {stage}, and one update makes"
            f" one. The code would ask {', '.join(updates[0])} before they are there. Deploy the"
            " indexes in earlier releases, one in each. Or all of them without a canary, when"
            " nobody uses what asks them yet: OVERRIDE=1"
        )


def without_indexes(template: Template, left_out: Collection[str]) -> Template:
    """Also without the attributes that are keys of nothing else, because DynamoDB refuses them."""
    made = copy.deepcopy(template)
    for table in _tables(made):
        indexes = table.get("GlobalSecondaryIndexes", [])
        kept = [each for each in indexes if each["IndexName"] not in left_out]
        keys = [*table["KeySchema"], *(key for each in kept for key in each["KeySchema"])]
        used = {key["AttributeName"] for key in keys}
        defined = table["AttributeDefinitions"]
        table["AttributeDefinitions"] = [each for each in defined if each["AttributeName"] in used]
        if indexes:
            table["GlobalSecondaryIndexes"] = kept
    return made


def _tables(template: Template) -> Iterator[dict[str, Any]]:
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::DynamoDB::Table":
            yield resource["Properties"]
