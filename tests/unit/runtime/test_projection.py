"""Of two events the newer one wins, in any order, and also when they come repeatedly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import boto3
import pytest
from moto import mock_aws

from runtime.dynamodb.items import to_attribute
from runtime.dynamodb.projection import Position, write_newer
from runtime.dynamodb.table import Table, row_key
from tests.unit.runtime.service_table import client_with_table

NAME = "fileferry-test-progress"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = row_key("T#t-1", "STATE")
BUSY = RuntimeError("busy")


@pytest.fixture
def client() -> Iterator[Any]:
    with mock_aws():
        yield client_with_table(NAME)


@pytest.fixture
def table(client: Any) -> Table:  # noqa: ANN401 - boto3 client
    return Table(client, NAME)


def at(sequence: int, seconds: float = 0) -> Position:
    return Position(sequence, NOON + timedelta(seconds=seconds))


def write(table: Table, says: str, position: Position) -> bool:
    return write_newer(table, KEY | {"says": to_attribute(says)}, position, BUSY)


def said(table: Table) -> str:
    row = table.read(KEY)
    assert row is not None
    return str(row["says"]["S"])


EVENTS = {
    "requested": at(0),
    "started": at(3),
    "sample of started": at(3, seconds=1.5),
    "completed, by a clock that is late": at(10, seconds=-60),
}


def test_the_newest_wins_in_every_order_and_however_often_they_come(table: Table) -> None:
    for number, order in enumerate(permutations(EVENTS)):
        key = row_key(f"T#{number}", "STATE")
        for says in (*order, *order):
            write_newer(table, key | {"says": to_attribute(says)}, EVENTS[says], BUSY)
        row = table.read(key)
        assert row is not None
        assert row["says"]["S"] == "completed, by a clock that is late", order


def test_the_writer_hears_whether_it_was_newer(table: Table) -> None:
    assert write(table, "requested", at(0))
    assert write(table, "sample", at(2, seconds=1))
    assert not write(table, "the same again", at(2, seconds=1))
    assert not write(table, "an earlier sample", at(2))
    assert not write(table, "an older state", at(1, seconds=60))
    assert said(table) == "sample"


def test_a_numbers_size_decides_not_its_text(table: Table) -> None:
    assert write(table, "nine", at(9))
    assert write(table, "ten", at(10))


def test_an_old_row_goes_whole(table: Table) -> None:
    more = {"says": to_attribute("failed"), "reason": to_attribute("disk_full")}
    write_newer(table, KEY | more, at(4), BUSY)
    write(table, "requested again", at(5))
    row = table.read(KEY)
    assert row is not None
    assert "reason" not in row


@pytest.mark.parametrize(("rival", "wins"), [(at(5), "rival"), (at(3), "own")])
def test_two_at_the_same_moment(table: Table, client: Any, rival: Position, wins: str) -> None:  # noqa: ANN401
    """The rival comes between our reading of the clock and our writing."""
    other = Table(boto3.client("dynamodb", region_name="eu-central-1"), NAME)
    waiting = [rival]

    def overtake(**_: object) -> None:
        if waiting:
            assert write(other, "rival", waiting.pop())

    client.meta.events.register("before-call.dynamodb.TransactWriteItems", overtake)
    assert write(table, "own", at(4)) == (wins == "own")
    assert said(table) == wins
