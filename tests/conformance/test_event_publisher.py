"""EventPublisher. Events that the bus took reach its listeners. Refused ones are known by id."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from kernel.outbox import EventPublisher, OutboxEvent
from runtime.bus import MAX_BYTES, EventBusPublisher
from tests.conformance.clouds import CLOUDS, Clients, arn_of, cloud, new_name, new_queue, received
from tests.fakes.outside import InMemoryBus
from tests.servers.waiting import wait_for

Heard = list[tuple[str, str]]  # (detail-type, detail)


@dataclass
class Bus:
    port: EventPublisher
    heard: Callable[[], Heard]
    will_refuse: Callable[[int], None]  # the next so many; only the fake has to be told


@pytest.fixture(params=["in_memory", *CLOUDS])
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    if request.param == "in_memory":
        yield in_memory_bus()
        return
    with cloud(request.param, request) as clients:
        yield bus_before_a_queue(clients)


def in_memory_bus() -> Bus:
    fake = InMemoryBus()

    def heard() -> Heard:
        return sorted((event.detail_type, event.detail) for event in fake.taken)

    def will_refuse(number: int) -> None:
        fake.refuse = number

    return Bus(fake, heard, will_refuse)


def bus_before_a_queue(clients: Clients) -> Bus:
    """Hears only events that pass a rule on our source."""
    events, sqs, name = clients("events"), clients("sqs"), new_name("bus")
    url = new_queue(sqs)
    events.create_event_bus(Name=name)
    pattern = json.dumps({"source": ["fileferry.transfer"]})
    events.put_rule(Name="all", EventBusName=name, EventPattern=pattern)
    target = {"Id": "queue", "Arn": arn_of(sqs, url)}
    events.put_targets(Rule="all", EventBusName=name, Targets=[target])
    arrived: Heard = []

    def heard() -> Heard:
        told = map(json.loads, received(sqs, url))
        arrived.extend((each["detail-type"], json.dumps(each["detail"])) for each in told)
        return sorted(arrived)

    return Bus(EventBusPublisher(events, name, "transfer"), heard, lambda _: None)


def facts(count: int) -> list[OutboxEvent]:
    return [
        OutboxEvent(f"e-{n:02d}", f"TransferPaused.v{n % 3}", json.dumps({"n": n, "what": "größe"}))
        for n in range(count)
    ]


def as_heard(events: list[OutboxEvent]) -> Heard:
    return sorted((event.detail_type, event.detail) for event in events)


def test_more_events_than_one_call_takes_all_arrive_as_written(bus: Bus) -> None:
    events = facts(23)
    assert list(bus.port.publish(events)) == []
    wait_for(lambda: len(bus.heard()) == len(events), "the events")
    assert bus.heard() == as_heard(events)


def test_nothing_to_publish_is_no_error(bus: Bus) -> None:
    assert list(bus.port.publish([])) == []
    assert bus.heard() == []


def test_an_event_too_large_is_refused_and_does_not_keep_the_others_back(bus: Bus) -> None:
    refuses_only(bus, '{"much": "' + "x" * MAX_BYTES + '"}')


@pytest.mark.parametrize("bus", ["in_memory", "moto"], indirect=True)  # MiniStack takes it
def test_one_event_refused_by_the_bus_is_told_from_the_others_of_its_call(bus: Bus) -> None:
    refuses_only(bus, "no JSON")


def refuses_only(bus: Bus, detail: str) -> None:
    others = facts(12)
    bus.will_refuse(1)
    refused = bus.port.publish([OutboxEvent("e-bad", "TransferPaused.v1", detail), *others])
    assert list(refused) == ["e-bad"]
    wait_for(lambda: len(bus.heard()) == len(others), "the other events")
    assert bus.heard() == as_heard(others)
