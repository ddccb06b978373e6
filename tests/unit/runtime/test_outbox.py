"""The outbox: what a stream brings is claimed, published and marked, or comes again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws

from runtime.dynamodb.outbox import (
    Claim,
    StoredEvent,
    claim,
    give_back,
    mark_published,
    outbox_rows,
    publish_rows,
    unpublished,
)
from runtime.dynamodb.table import Table
from runtime.publishing import CLAIM_SECONDS, STREAM, publish_claimed
from tests.unit.runtime.service_table import client_with_table

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BUSY = RuntimeError("busy")
RECORD = "T#42"


@dataclass
class Outbox:
    """As a service's adapter makes it of the runtime's functions."""

    table: Table

    def store(self, version: int, *ids: str, record: str = RECORD) -> None:
        events = [StoredEvent(record, each, "Told.v1", "{}") for each in ids]
        assert not self.table.write(list(outbox_rows(record, version, events, NOON)), BUSY)

    def waiting(self) -> list[str]:
        return [each.event_id for each in unpublished(self.table, RECORD)]

    def claim_event(
        self, record: str, event_id: str, holder: str, now: datetime, until: datetime
    ) -> bool:
        return claim(self.table, record, event_id, Claim(holder, now, until), BUSY)

    def mark_published(self, record: str, event_id: str) -> None:
        mark_published(self.table, record, event_id, BUSY)

    def give_back_event(self, record: str, event_id: str) -> None:
        give_back(self.table, record, event_id, BUSY)


@dataclass
class Bus:
    refused: frozenset[str] = frozenset()
    taken: list[str] = field(default_factory=list)

    def publish(self, events: Sequence[StoredEvent]) -> Sequence[str]:
        ids = [event.event_id for event in events]
        self.taken += [each for each in ids if each not in self.refused]
        return [each for each in ids if each in self.refused]


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    with mock_aws():
        yield Outbox(Table(client_with_table("service"), "service"))


def entries(*ids: str) -> list[tuple[str, StoredEvent]]:
    return [(RECORD, StoredEvent(RECORD, each, "Told.v1", "{}")) for each in ids]


def record(event_id: str) -> dict[str, Any]:
    image = {"pk": RECORD, "event_id": event_id, "detail_type": "Told.v1", "detail": "{}"}
    stored = {name: {"S": value} for name, value in image.items()}
    return {
        "eventName": "INSERT",
        "dynamodb": {"SequenceNumber": f"s-{event_id}", "NewImage": stored},
    }


def test_events_wait_in_the_order_of_versions_whatever_their_ids(outbox: Outbox) -> None:
    outbox.store(9, "z", "a")
    outbox.store(11, "m")
    outbox.store(10, "y")
    assert outbox.waiting() == ["z", "a", "y", "m"]


def test_one_id_is_stored_once_in_a_record(outbox: Outbox) -> None:
    outbox.store(1, "e-1")
    again = outbox_rows(RECORD, 2, [StoredEvent(RECORD, "e-1", "Told.v1", "{}")], NOON)
    assert outbox.table.write(list(again), BUSY) == {0}


def test_refused_events_are_given_back_and_the_others_marked(outbox: Outbox) -> None:
    outbox.store(1, "e-1", "e-2", "e-3")
    bus = Bus(frozenset({"e-2"}))
    told = entries("e-1", "e-2", "e-3")
    assert publish_claimed(told, outbox, bus.publish, "a", NOON) == {"e-2"}
    assert outbox.waiting() == ["e-2"]
    bus.refused = frozenset()
    assert publish_claimed(told, outbox, bus.publish, "b", NOON) == frozenset()
    assert bus.taken == ["e-1", "e-3", "e-2"]
    assert outbox.waiting() == []


def test_what_another_publisher_holds_is_left_to_it_until_it_must_be_dead(outbox: Outbox) -> None:
    outbox.store(1, "e-1")
    bus, dead = Bus(), NOON + timedelta(seconds=CLAIM_SECONDS)
    assert outbox.claim_event(RECORD, "e-1", "dying", NOON, dead)
    just_before = dead - timedelta(microseconds=1)
    assert publish_claimed(entries("e-1"), outbox, bus.publish, STREAM, just_before) == frozenset()
    assert bus.taken == []
    publish_claimed(entries("e-1"), outbox, bus.publish, STREAM, dead)
    assert bus.taken == ["e-1"]


def test_the_stream_takes_the_claims_of_its_dead_predecessor_at_once(outbox: Outbox) -> None:
    outbox.store(1, "e-1")
    bus = Bus()
    assert outbox.claim_event(RECORD, "e-1", STREAM, NOON, NOON + timedelta(seconds=CLAIM_SECONDS))
    publish_claimed(entries("e-1"), outbox, bus.publish, STREAM, NOON)
    assert bus.taken == ["e-1"]


def test_the_stream_brings_again_what_was_refused(outbox: Outbox) -> None:
    def publish(stored: Sequence[StoredEvent]) -> frozenset[str]:
        assert {each.partition for each in stored} == {RECORD}
        return frozenset({"e-2"})

    answer = publish_rows({"Records": [record("e-1"), record("e-2")]}, publish)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "s-e-2"}]}
