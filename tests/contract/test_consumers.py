"""Every consumer's handler accepts every example of its events, as its queue delivers them.

Each comes twice, and beside a message that is no event.
"""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.catalogue import CATALOGUE
from tests.contract.examples import Example, examples
from tests.fakes.deliveries import Queue, batch, failed, put_by_rule
from tests.fakes.world import World
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.lambda_context import Invocation

__all__ = ["fresh_telemetry"]


@dataclass(frozen=True)
class Tried:
    """`ports` have the event's records. `done` says whether its act was done once."""

    ports: Any
    done: Callable[[], bool]


def started_workflow(event: dict[str, Any]) -> Tried:
    world, told = World(), event["data"]
    asked_for = world.request(b"")
    known = replace(asked_for, id=told["transfer_id"], run=told["run"])
    world.transfers.create(known, [], None)
    wanted = {(asked_for.id, 1), (known.id, known.run)}
    return Tried(world.ports, lambda: set(world.workflow.executions) == wanted)


TRIES: dict[tuple[str, str], Callable[[dict[str, Any]], Tried]] = {
    ("transfer", "TransferRequested.v1"): started_workflow,
}


def test_every_consumer_of_the_catalogue_is_tried_here() -> None:
    assert set(TRIES) == {
        (consumer, spec.detail_type) for spec in CATALOGUE for consumer in spec.consumers
    }


@pytest.mark.parametrize(
    ("consumer", "example"),
    [(key, each) for key in TRIES for each in examples() if each.detail_type == key[1]],
    ids=lambda each: "-".join(each[:2]),
)
def test_a_consumer_accepts_an_example(consumer: tuple[str, str], example: Example) -> None:
    service, detail_type = consumer
    detail = json.loads(example.text)
    tried = TRIES[consumer](detail)
    assert not tried.done()
    handler = importlib.import_module(f"services.{service}.handlers.consumer").handler.__wrapped__
    body = put_by_rule(detail_type, detail)
    wires = SimpleNamespace(ports=tried.ports, sqs=Queue())
    for bodies, refused in (((body, "no event", body), ["m-1"]), ((body,), [])):
        assert failed(handler(batch(*bodies), Invocation(), wires)) == refused
        assert tried.done()
