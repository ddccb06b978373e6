"""When publishers meet at the same event, it is published once, and never lost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import cast

import pytest

from kernel.outbox import CLAIM_SECONDS, STREAM, OutboxEvent, publish_claimed
from services.transfer.domain.ports import Ports
from services.transfer.use_cases.publish_pending import NotPublished, publish_pending
from tests.conformance.hooked_table import HookedTable, hooked_moto_table
from tests.conformance.records import NOON, a_transfer, after, an_event
from tests.conformance.stores import Stores
from tests.fakes.lives import Killed
from tests.fakes.metering import InMemoryMeter
from tests.fakes.outside import InMemoryBus

NUMBERS = count(1)
# Of a kind that no metric counts: these here have no data that could be counted.
EVENTS = [replace(an_event(each), detail_type="TransferPaused.v1") for each in ("e-1", "e-2")]
ENTRIES = [("t-1", event) for event in EVENTS]


@dataclass
class Publishers:
    """The stream and state Publish, each with connections of its own, and one bus."""

    table: HookedTable
    now: datetime = NOON
    bus: InMemoryBus = field(default_factory=InMemoryBus)
    on_the_way: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.table.stores.transfers.create(a_transfer(), EVENTS, None)

    def stream(self) -> frozenset[str]:
        ports = self._ports(self.table.stores)
        return publish_claimed(ENTRIES, ports.outbox, ports.bus, STREAM, ports.now)

    def state(self) -> None:
        publish_pending("t-1", ports=self._ports(self.table.rivals))

    def publish(self, events: Sequence[OutboxEvent]) -> Sequence[str]:
        """Publishes on the bus. Just before that, another publisher may be made to come."""
        if self.on_the_way:
            self.on_the_way.pop()()
        return self.bus.publish(events)

    def _ports(self, stores: Stores) -> Ports:
        """What publishing needs of them."""
        ports = SimpleNamespace(
            outbox=stores.outbox,
            bus=SimpleNamespace(publish=self.publish),
            meter=InMemoryMeter(),
            policy=SimpleNamespace(synthetic_user=None),
            now=lambda: self.now,
            new_id=lambda: f"id-{next(NUMBERS)}",
        )
        return cast(Ports, ports)

    def told(self) -> list[str]:
        return sorted(event.event_id for event in self.bus.taken)


@pytest.fixture
def publishers() -> Iterator[Publishers]:
    with hooked_moto_table() as opened:
        yield Publishers(opened)


def die() -> None:
    raise Killed("publisher")


@pytest.mark.parametrize("write", range(4))  # two claims, then two marks
def test_two_publishers_at_once_tell_each_event_once(publishers: Publishers, write: int) -> None:
    unfinished: list[NotPublished] = []

    def state() -> None:
        try:
            publishers.state()
        except NotPublished as error:
            unfinished.append(error)

    at_write(publishers.table, write, state)
    assert publishers.stream() == frozenset()
    assert publishers.told() == ["e-1", "e-2"]
    assert [error.event_ids for error in unfinished] == NOT_YET[write]
    publishers.state()
    assert publishers.told() == ["e-1", "e-2"]


# What state Publish saw in the stream's hands when it came at that write.
NOT_YET: list[list[tuple[str, ...]]] = [[], [("e-1",)], [("e-1", "e-2")], [("e-2",)]]


def at_write(table: HookedTable, number: int, action: Callable[[], object]) -> None:
    """Acts before the write of that number. The write before it prepares that."""
    if number == 0:
        table.before_next_write(action)
        return
    table.after_next_write(lambda: at_write(table, number - 1, action))


def test_what_state_publish_has_brought_out_the_stream_leaves_alone(
    publishers: Publishers,
) -> None:
    publishers.state()
    assert publishers.stream() == frozenset()
    assert publishers.told() == ["e-1", "e-2"]


def test_rows_that_the_stream_brings_twice_are_told_once(publishers: Publishers) -> None:
    for _ in range(2):
        assert publishers.stream() == frozenset()
    assert publishers.told() == ["e-1", "e-2"]


def test_what_the_bus_refuses_is_free_for_the_next_publisher_at_once(
    publishers: Publishers,
) -> None:
    publishers.bus.refuse = 1
    assert publishers.stream() == {"e-1"}
    assert publishers.told() == ["e-2"]
    publishers.bus.refuse = 1
    with pytest.raises(NotPublished, match="e-1"):
        publishers.state()
    publishers.state()
    assert publishers.told() == ["e-1", "e-2"]


def test_a_stream_that_died_with_its_claims_takes_them_again_at_once(
    publishers: Publishers,
) -> None:
    publishers.on_the_way = [die]
    with pytest.raises(Killed):
        publishers.stream()
    publishers.now = after(1)
    assert publishers.stream() == frozenset()
    assert publishers.told() == ["e-1", "e-2"]


def test_state_publish_comes_back_until_a_dead_publishers_claim_is_over(
    publishers: Publishers,
) -> None:
    publishers.on_the_way = [die]
    with pytest.raises(Killed):
        publishers.stream()
    publishers.now = after(CLAIM_SECONDS - 0.001)
    with pytest.raises(NotPublished, match="e-1, e-2"):
        publishers.state()
    assert publishers.told() == []
    publishers.now = after(CLAIM_SECONDS)
    publishers.state()
    assert publishers.told() == ["e-1", "e-2"]


def test_two_states_at_once_are_not_taken_for_each_other(publishers: Publishers) -> None:
    """A step may be repeated while its first function lives. Neither takes the other's claim."""
    refused: list[NotPublished] = []

    def second() -> None:
        with pytest.raises(NotPublished) as raised:
            publishers.state()
        refused.append(raised.value)

    publishers.on_the_way = [second]
    publishers.state()
    assert [error.event_ids for error in refused] == [("e-1", "e-2")]
    assert publishers.told() == ["e-1", "e-2"]
