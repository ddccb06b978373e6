"""An event that comes again changes nothing; one that failed may come again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
)
from moto import mock_aws

from runtime.inbox import REMEMBER_SECONDS, Inbox
from tests.unit.runtime.lambda_context import Invocation
from tests.unit.runtime.service_table import client_with_table

TABLE = "fileferry-test-transfer"


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield client_with_table(TABLE)


@pytest.fixture
def inbox(client: Any) -> Inbox:  # noqa: ANN401 - boto3 client
    return Inbox(client, TABLE, "on_transfer_requested")


def test_an_event_is_acted_on_once(inbox: Inbox) -> None:
    acted: list[str] = []
    for event_id in ("e-1", "e-1", "e-2", "e-1"):
        inbox.once(event_id, Invocation(), partial(acted.append, event_id))
    assert acted == ["e-1", "e-2"]


def test_another_process_knows_it_too(client: Any, inbox: Inbox) -> None:  # noqa: ANN401
    acted: list[int] = []
    inbox.once("e-1", Invocation(), lambda: acted.append(1))
    Inbox(client, TABLE, "on_transfer_requested").once("e-1", Invocation(), lambda: acted.append(2))
    assert acted == [1]


def test_two_consumers_each_get_the_event(client: Any, inbox: Inbox) -> None:  # noqa: ANN401
    acted: list[int] = []
    inbox.once("e-1", Invocation(), lambda: acted.append(1))
    Inbox(client, TABLE, "on_another").once("e-1", Invocation(), lambda: acted.append(2))
    assert acted == [1, 2]


def test_a_failure_goes_on_and_the_event_may_come_again(inbox: Inbox) -> None:
    def fail() -> None:
        raise ConnectionError("no")

    with pytest.raises(ConnectionError, match="no"):
        inbox.once("e-1", Invocation(), fail)
    acted: list[int] = []
    inbox.once("e-1", Invocation(), lambda: acted.append(1))
    assert acted == [1]


def test_an_event_another_invocation_works_on_is_refused_for_now(inbox: Inbox) -> None:
    acted: list[int] = []

    def again() -> None:
        inbox.once("e-1", Invocation(), lambda: acted.append(2))

    with pytest.raises(IdempotencyAlreadyInProgressError):
        inbox.once("e-1", Invocation(), again)
    assert acted == []


def test_an_invocation_that_was_killed_blocks_no_longer_than_it_could_have_run(
    client: Any,  # noqa: ANN401 - boto3 client
    inbox: Inbox,
) -> None:
    inbox.once("e-1", Invocation(), lambda: None)
    (row,) = client.scan(TableName=TABLE)["Items"]
    # as a killed invocation leaves it: in progress, its time over
    row |= {"status": {"S": "INPROGRESS"}, "in_progress_expiration": {"N": "1"}}
    client.put_item(TableName=TABLE, Item=row)
    acted: list[int] = []
    inbox.once("e-1", Invocation(remaining_milliseconds=0), lambda: acted.append(1))
    assert acted == [1]


def test_what_it_remembers_ages_in_the_services_own_table(client: Any, inbox: Inbox) -> None:  # noqa: ANN401
    inbox.once("e-1", Invocation(), lambda: {"not": "stored"})
    (row,) = client.scan(TableName=TABLE)["Items"]
    assert row["pk"] == {"S": "INBOX"}
    assert row["sk"]["S"].startswith("on_transfer_requested#")
    assert row["status"] == {"S": "COMPLETED"}
    assert "not" not in str(row.get("data"))
    left = int(row["expires_at"]["N"]) - datetime.now(UTC).timestamp()
    assert left == pytest.approx(REMEMBER_SECONDS, abs=60)
