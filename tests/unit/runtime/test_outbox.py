"""Events that a stream delivers are claimed, published and marked, or they come again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.client import BaseClient
from moto import mock_aws

from kernel.outbox import CLAIM_SECONDS, STREAM, Entry, OutboxBusy, OutboxEvent, publish_claimed
from runtime.dynamodb.outbox import DynamoDbOutbox, outbox_rows
from runtime.dynamodb.table import CONFLICT_TRIES, Table
from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.outbox import publish_outbox
from tests.unit.runtime.conftest import Lines
from tests.unit.runtime.lambda_context import Invocation
from tests.unit.runtime.service_table import client_with_table

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BUSY = RuntimeError("busy")
RECORD = "42"  # in the partition T#42


@dataclass
class Stored:
    """One outbox, and the table that writers share with it."""

    client: BaseClient
    outbox: DynamoDbOutbox
    table: Table

    def store(self, version: int, *ids: str) -> frozenset[int]:
        events = [event for _, event in entries(*ids)]
        return self.table.write(list(outbox_rows(f"T#{RECORD}", version, events, NOON)), BUSY)

    def waiting(self) -> list[str]:
        return [each.event_id for each in self.outbox.unpublished(RECORD)]


class HttpAnswer:
    status_code = 400


@dataclass
class Bus:
    refused: frozenset[str] = frozenset()
    taken: list[str] = field(default_factory=list)

    def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
        ids = [event.event_id for event in events]
        self.taken += [each for each in ids if each not in self.refused]
        return [each for each in ids if each in self.refused]


@pytest.fixture
def stored() -> Iterator[Stored]:
    with mock_aws():
        client = client_with_table("service")
        outbox = DynamoDbOutbox(client, "service", records="T#")
        yield Stored(client, outbox, Table(client, "service"))


def entries(*ids: str) -> list[Entry]:
    return [(RECORD, OutboxEvent(each, "Told.v1", "{}")) for each in ids]


def streamed(event_id: str) -> dict[str, Any]:
    image = {"pk": f"T#{RECORD}", "event_id": event_id, "detail_type": "Told.v1", "detail": "{}"}
    row = {name: {"S": value} for name, value in image.items()}
    return {"eventName": "INSERT", "dynamodb": {"SequenceNumber": f"s-{event_id}", "NewImage": row}}


def test_events_wait_in_the_order_of_versions_whatever_their_ids(stored: Stored) -> None:
    stored.store(9, "z", "a")
    stored.store(11, "m")
    stored.store(10, "y")
    assert stored.waiting() == ["z", "a", "y", "m"]


def test_one_id_is_stored_once_in_a_record(stored: Stored) -> None:
    assert stored.store(1, "e-1") == frozenset()
    assert stored.store(2, "e-1") == {0}


def test_refused_events_are_given_back_and_the_others_marked(stored: Stored) -> None:
    stored.store(1, "e-1", "e-2", "e-3")
    bus = Bus(frozenset({"e-2"}))
    told = entries("e-1", "e-2", "e-3")
    assert publish_claimed(told, stored.outbox, bus, "a", lambda: NOON) == {"e-2"}
    assert stored.waiting() == ["e-2"]
    bus.refused = frozenset()
    assert publish_claimed(told, stored.outbox, bus, "b", lambda: NOON) == frozenset()
    assert bus.taken == ["e-1", "e-3", "e-2"]
    assert stored.waiting() == []


def test_what_another_publisher_holds_is_left_to_it_until_it_must_be_dead(stored: Stored) -> None:
    stored.store(1, "e-1")
    bus, dead = Bus(), NOON + timedelta(seconds=CLAIM_SECONDS)
    assert stored.outbox.claim(RECORD, "e-1", "dying", NOON, dead)
    just_before = dead - timedelta(microseconds=1)
    told = entries("e-1")
    assert publish_claimed(told, stored.outbox, bus, STREAM, lambda: just_before) == frozenset()
    assert bus.taken == []
    publish_claimed(told, stored.outbox, bus, STREAM, lambda: dead)
    assert bus.taken == ["e-1"]


def test_nobody_else_publishes_what_waits_behind_many_slow_calls_of_the_bus(
    stored: Stored,
) -> None:
    ids = [f"e-{number:02d}" for number in range(30)]
    stored.store(1, *ids[:20])
    stored.store(2, *ids[20:])
    bus, clock = Bus(), [NOON]
    rivals = Bus()

    class Slow(Bus):
        def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
            calls = len(events) // 10
            clock[0] += timedelta(seconds=calls * CLAIM_SECONDS * 0.9)
            publish_claimed(entries(*(e.event_id for e in events)), stored.outbox, rivals, "b", now)
            return bus.publish(events)

    def now() -> datetime:
        return clock[0]

    publish_claimed(entries(*ids), stored.outbox, Slow(), "a", now)
    assert (bus.taken, rivals.taken) == (ids, [])


def test_the_stream_takes_the_claims_of_its_dead_predecessor_at_once(stored: Stored) -> None:
    stored.store(1, "e-1")
    bus, until = Bus(), NOON + timedelta(seconds=CLAIM_SECONDS)
    assert stored.outbox.claim(RECORD, "e-1", STREAM, NOON, until)
    publish_claimed(entries("e-1"), stored.outbox, bus, STREAM, lambda: NOON)
    assert bus.taken == ["e-1"]


def test_the_stream_brings_again_what_was_refused(stored: Stored) -> None:
    stored.store(1, "e-1", "e-2")
    bus = Bus(frozenset({"e-2"}))
    event = {"Records": [streamed("e-1"), streamed("e-2")]}
    answer = publish_outbox(event, stored.outbox, bus, lambda: NOON)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "s-e-2"}]}
    assert (bus.taken, stored.waiting()) == (["e-1"], ["e-2"])


def test_an_event_that_others_change_all_the_time_is_busy_and_comes_again(stored: Stored) -> None:
    stored.store(1, "e-1")
    conflict = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "TransactionConflict"}],
    }
    tries: list[object] = []

    def in_the_way(**_: object) -> tuple[HttpAnswer, dict[str, Any]]:
        tries.append(None)
        return HttpAnswer(), conflict

    stored.client.meta.events.register("before-call.dynamodb.TransactWriteItems", in_the_way)
    with pytest.raises(OutboxBusy, match="e-1") as busy:
        publish_claimed(entries("e-1"), stored.outbox, Bus(), STREAM, lambda: NOON)
    assert busy.value.retryable
    assert len(tries) == CONFLICT_TRIES


@pytest.mark.parametrize(("refused", "counts"), [((), []), (("a", "b"), [[1.0]])])
def test_a_version_that_publishes_nothing_is_blamed(
    refused: tuple[str, ...], counts: list[list[float]], lines: Lines, stored: Stored
) -> None:
    """It raises nothing, so Lambda counts no error of it."""
    stored.store(1, "a", "b", "c")
    bus = Bus(frozenset(refused))

    @entrypoint(lambda: stored.outbox)
    def handler(event: LambdaEvent, context: LambdaContext, outbox: DynamoDbOutbox) -> object:
        return publish_outbox(event, outbox, bus, lambda: NOON)

    handler({"Records": [streamed(each) for each in "abc"]}, Invocation())
    counted = [each["VersionFailures"] for each in lines() if "VersionFailures" in each]
    assert counted == counts
