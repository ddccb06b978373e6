"""A service as its completed template deploys it, in moto: its tables, queues and variables.

What else its acts need has to be there by itself; services/transfer has a `deployed` of its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from infra.stacks import find_stack
from infra.templates import Template
from tests.integration.functions import environment
from tests.integration.moto_clients import moto_client

OF_CREATION = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::AccountId": "123456789012",
}


@dataclass(frozen=True)
class InMoto:
    dynamodb: Any
    tables: Mapping[str, str]  # names by logical id
    queues: Mapping[str, str]  # addresses by logical id

    def rows(self) -> list[dict[str, Any]]:
        scans = [self.dynamodb.scan(TableName=name)["Items"] for name in self.tables.values()]
        return [row for rows in scans for row in rows]


@contextmanager
def in_moto(service: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMoto]:
    template = _template_of(service)
    with mock_aws():
        dynamodb = moto_client("dynamodb")
        tables = {
            name: _create_table(dynamodb, f"fileferry-local-{service}", each["Properties"])
            for name, each in template["Resources"].items()
            if each["Type"] == "AWS::DynamoDB::Table"
        }
        queues = _create_queues(template["Resources"])
        for name, value in environment(template, {**PSEUDO, **tables, **queues}).items():
            if not name.startswith("POWERTOOLS_"):  # each test has telemetry of its own
                monkeypatch.setenv(name, value)
        yield InMoto(dynamodb, tables, queues)


@cache
def _template_of(service: str) -> Template:
    return find_stack(service).completed()


def _create_table(dynamodb: Any, name: str, properties: Mapping[str, Any]) -> str:  # noqa: ANN401
    described = {key: properties[key] for key in OF_CREATION if key in properties}
    stream = {"StreamEnabled": True, **properties["StreamSpecification"]}
    dynamodb.create_table(TableName=name, StreamSpecification=stream, **described)
    return name


def _create_queues(declared: Mapping[str, Any]) -> dict[str, str]:
    """With the names that they have on a laptop, because the roles of the functions have them."""
    sqs = moto_client("sqs")
    made = {}
    for logical_id, each in declared.items():
        if each["Type"] == "AWS::SQS::Queue":
            name = each["Properties"]["QueueName"]["Fn::Sub"].replace("${Stage}", "local")
            made[logical_id] = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    return made
