"""Whoever watches an answer: in memory, and over a bus."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from contracts.agent_events import AnswerStreamedV1
from contracts.catalogue import parse
from contracts.envelope import Event
from runtime.bus import EventBusPublisher
from services.agent.adapters.bus_answer_stream import BusAnswerStream
from services.agent.domain.ports import AnswerStream, Piece
from tests.fakes.agent_outside import InMemoryStream
from tests.fakes.agent_world import NOON
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry"]

PIECE = Piece(
    "c-1", "ann", "turn-1", "corr-1", 3, 'Grüß "dich"\n\u202e😀', "list_files", ended=True
)


@dataclass(frozen=True)
class Backend:
    stream: AnswerStream
    told: Callable[[], list[Piece]]
    deafen: Callable[[], None]


@pytest.fixture(params=["in_memory", "moto"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "in_memory":
        fake = InMemoryStream()
        yield Backend(fake, lambda: fake.pieces, lambda: setattr(fake, "deaf", True))
        return
    with mock_aws():
        client, sent = boto3.client("events"), list[Event[Any]]()
        client.create_event_bus(Name="bus")

        def keep(params: dict[str, Any], **_: object) -> None:
            sent.extend(
                parse(each["DetailType"], json.loads(each["Detail"])) for each in params["Entries"]
            )

        client.meta.events.register("provide-client-params.events.PutEvents", keep)
        bus = EventBusPublisher(client, "bus", "agent")
        stream = BusAnswerStream(bus, lambda: NOON, lambda: "e-1")
        yield Backend(
            stream,
            lambda: [as_piece(each) for each in sent],
            lambda: client.delete_event_bus(Name="bus"),
        )


def as_piece(event: Event[Any]) -> Piece:
    data = event.data
    assert isinstance(data, AnswerStreamedV1)
    return Piece(
        data.conversation_id,
        data.owner,
        data.turn_id,
        event.meta.correlation_id,
        data.number,
        data.text,
        data.tool,
        data.ended,
    )


@pytest.mark.usefixtures("fresh_telemetry")
def test_a_piece_is_told_as_it_is(backend: Backend) -> None:
    assert backend.stream.tell(PIECE)
    assert backend.told() == [PIECE]


@pytest.mark.usefixtures("fresh_telemetry")
def test_when_nobody_can_be_told_it_says_so_and_does_not_fail(backend: Backend) -> None:
    backend.deafen()
    assert not backend.stream.tell(PIECE)
