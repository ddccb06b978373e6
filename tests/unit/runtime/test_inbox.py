"""An event that comes again or twice at once changes nothing. One that failed may come again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from runtime.dynamodb.inbox import LIFETIME, Consumed, consumed, write_once
from runtime.dynamodb.items import to_attribute
from runtime.dynamodb.table import Action, Table, row_key, update
from tests.unit.runtime.service_table import client_with_table

NAME = "fileferry-test-tickets"
NOW = datetime(2026, 11, 22, 8, 15, tzinfo=UTC)
COUNTER = row_key("COUNTER", "COUNTER")
BUSY = RuntimeError("busy")


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        client = client_with_table(NAME)
        client.put_item(TableName=NAME, Item=COUNTER | {"count": to_attribute(0)})
        yield client


@pytest.fixture
def table(client: Any) -> Table:  # noqa: ANN401 - boto3 client
    return Table(client, NAME)


def event(event_id: str = "e-1", consumer: str = "tickets") -> Consumed:
    return Consumed(event_id, consumer, NOW)


def count(below: int = 1_000) -> list[Action]:
    """A change that shows if it is made twice. It is refused from `below` on."""
    return [update(COUNTER, "ADD #count :one", "#count < :below", one=1, below=below)]


def counted(table: Table) -> int:
    row = table.read(COUNTER)
    assert row is not None
    return int(row["count"]["N"])


def test_an_event_that_comes_again_changes_nothing_and_counts_as_written(table: Table) -> None:
    for event_id in ("e-1", "e-1", "e-2", "e-1"):
        assert write_once(table, event(event_id), count(), BUSY) == frozenset()
    assert counted(table) == 2


def test_two_consumers_of_one_service_each_get_the_event(table: Table) -> None:
    for consumer in ("tickets", "mails"):
        write_once(table, event(consumer=consumer), count(), BUSY)
    assert counted(table) == 2


def test_a_delivery_at_the_same_moment_changes_it_once(table: Table, client: Any) -> None:  # noqa: ANN401
    """The rival has written everything just before this one writes."""
    waiting = [Table(boto3.client("dynamodb", region_name="eu-central-1"), NAME)]

    def overtake(**_: object) -> None:
        if waiting:
            write_once(waiting.pop(), event(), count(), BUSY)

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", overtake)
    assert write_once(table, event(), count(), BUSY) == frozenset()
    assert not waiting
    assert counted(table) == 1


def test_a_change_that_is_refused_leaves_the_event_unconsumed(table: Table) -> None:
    assert write_once(table, event(), count(below=0), BUSY) == frozenset({0})
    assert write_once(table, event(), count(), BUSY) == frozenset()
    assert counted(table) == 1


def test_an_event_consumed_before_is_told_from_a_change_that_is_refused_now(table: Table) -> None:
    write_once(table, event(), count(), BUSY)
    assert write_once(table, event(), count(below=0), BUSY) == frozenset()
    assert table.write([*count(below=0), consumed(event())], BUSY) == {0, 1}


def test_a_row_is_kept_as_long_as_a_message_or_a_replay_can_come(table: Table) -> None:
    write_once(table, event(), count(), BUSY)
    row = table.read(row_key("INBOX#e-1", "tickets"))
    assert row is not None
    assert int(row["expires_at"]["N"]) == int((NOW + LIFETIME).timestamp())
