"""A function's own part of the smoke test reads what the function reads, and changes nothing."""

from collections.abc import Iterator

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError
from moto import mock_aws

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.smoke_probe import asked_of, passed
from tests.unit.runtime.lambda_context import Invocation

TABLE = "fileferry-dev-mail"


@pytest.fixture
def aws() -> Iterator[None]:
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("pk", "sk")],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )
        yield


@pytest.mark.parametrize("action", ["GetItem", "Query"])
def test_it_reads_the_table_with_the_action_that_the_function_may(aws: None, action: str) -> None:
    asked = {"table": TABLE, "read": action, "key": "USER#smoke-test"}
    assert passed(asked)["read"] == ["table"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        passed(asked | {"table": "another"})


def test_it_looks_at_the_queue_and_reads_the_secret_without_telling_it(aws: None) -> None:
    url = boto3.client("sqs").create_queue(QueueName="mails")["QueueUrl"]
    boto3.client("secretsmanager").create_secret(Name="key", SecretString="not to be told")
    answer = passed({"queue": url, "secret": "key"})
    assert answer == {"smoke_test": "passed", "read": ["queue", "secret"]}
    with pytest.raises(ClientError):
        passed({"queue": f"{url}-gone"})
    with pytest.raises(ClientError):
        passed({"secret": "lost"})


@pytest.mark.parametrize(
    "event",
    [
        {"Records": []},
        {"body": '{"smoke_test": {}}'},
        {"smoke_test": {}, "headers": {}},
        {"smoke_test": "yes"},
        [{"smoke_test": {}}],
        None,
    ],
)
def test_no_other_event_is_taken_for_a_smoke_test(event: object) -> None:
    assert asked_of(event) is None


def test_the_wiring_is_built_and_the_act_left_out() -> None:
    seen: list[str] = []

    @entrypoint(lambda: seen.append("built"))
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> str:
        seen.append("acted")
        return "acted"

    answer: object = handler({"smoke_test": {}}, Invocation())
    assert answer == {"smoke_test": "passed", "read": []}
    assert seen == ["built"]


def test_a_wiring_that_cannot_be_built_fails_the_test() -> None:
    def build() -> None:
        raise KeyError("TRANSFERS_TABLE")

    @entrypoint(build)
    def handler(event: LambdaEvent, context: LambdaContext, wires: None) -> None: ...

    with pytest.raises(KeyError, match="TRANSFERS_TABLE"):
        handler({"smoke_test": {}}, Invocation())
