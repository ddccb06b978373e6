"""Every consumer's handler accepts every example of the events it listens to, as its queue brings
them: twice, and beside a message that is no event.

A service runs here as its template deploys it, with empty tables. One whose act needs something to
be there before gets it from a function in PREPARED.
"""

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.catalogue import CATALOGUE
from services.progress.domain.telling import Piece
from tests.contract.examples import Example, examples
from tests.fakes.deliveries import Queue, batch, failed, put_by_rule
from tests.fakes.live_world import LiveWorld
from tests.fakes.world import World
from tests.integration.in_moto import in_moto
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.lambda_context import Invocation

__all__ = ["fresh_telemetry"]


@dataclass(frozen=True)
class Tried:
    """`left`: what acts have left behind until now; `wanted`: what that is at the end, if known."""

    wires: Any
    left: Callable[[], object]
    wanted: object = None


def with_the_transfer(event: dict[str, Any]) -> Tried:
    world, told = World(), event["data"]
    asked_for = world.request(b"")
    known = replace(asked_for, id=told["transfer_id"], run=told["run"])
    world.transfers.create(known, [], None)
    wires = SimpleNamespace(ports=world.ports, sqs=Queue())
    wanted = {(asked_for.id, 1), (known.id, known.run)}
    return Tried(wires, lambda: set(world.workflow.executions), wanted)


def while_it_is_fresh(event: dict[str, Any]) -> Tried:
    """A piece that is told twice is told in the same words."""
    world, told = (
        LiveWorld(clock=datetime.fromisoformat(event["meta"]["occurred_at"])),
        event["data"],
    )
    named = {n: told[n] for n in ("owner", "conversation_id", "turn_id", "number")}
    more = {n: told[n] for n in ("text", "tool", "ended") if n in told}
    wires = SimpleNamespace(ports=world.ports, sqs=Queue())
    wanted = {Piece(**named, at=world.clock, **more)}
    return Tried(wires, lambda: {each.message for each in world.notices.queued}, wanted)


PREPARED: dict[tuple[str, str], Callable[[dict[str, Any]], Tried]] = {
    ("transfer", "TransferRequested.v1"): with_the_transfer,
    ("progress", "AnswerStreamed.v1"): while_it_is_fresh,
}


def never(event: dict[str, Any]) -> bool:
    return False


# Events that a service listens to, and of which it passes some over.
PASSED_OVER: dict[str, Callable[[dict[str, Any]], bool]] = {
    "agent": lambda event: event["data"]["run"] > 1,  # it learns from first runs only
}
CONSUMED = {(consumer, spec.detail_type) for spec in CATALOGUE for consumer in spec.consumers}


@contextmanager
def tried(service: str, example: Example, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tried]:
    prepare = PREPARED.get((service, example.detail_type))
    if prepare is not None:
        yield prepare(json.loads(example.text))
        return
    with in_moto(service, monkeypatch) as deployed:
        yield Tried(wires_of(service), deployed.rows)


@cache
def wires_of(service: str) -> object:
    """Made once: its tables have the same names in each test, and clients take a while to make."""
    return importlib.import_module(f"services.{service}.wiring").build()


def test_nothing_is_prepared_that_nobody_consumes() -> None:
    assert set(PREPARED) <= CONSUMED


@pytest.mark.parametrize(
    ("service", "example"),
    [
        pytest.param(service, each, id=f"{service}-{each.detail_type}-{each.name}")
        for service, detail_type in sorted(CONSUMED)
        for each in examples()
        if each.detail_type == detail_type
    ],
)
def test_a_consumer_accepts_an_example(
    service: str, example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = importlib.import_module(f"services.{service}.handlers.consumer").handler.__wrapped__
    body = put_by_rule(example.detail_type, json.loads(example.text))
    with tried(service, example, monkeypatch) as it:
        before = it.left()
        first = handler(batch(body, "no event", body), Invocation(), it.wires)
        after = it.left()
        again = handler(batch(body), Invocation(), it.wires)
        assert (failed(first), failed(again)) == (["m-1"], [])
        passes_over = PASSED_OVER.get(service, never)
        assert (after == before) == passes_over(json.loads(example.text)), "is it passed over?"
        assert it.left() == after, "it does something more when the event comes again"
        assert it.wanted in (None, after)
