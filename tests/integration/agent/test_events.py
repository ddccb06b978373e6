"""The way of an event: queue -> consumer, in its role -> the row of its transfer."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contracts.catalogue import spec_of
from services.agent.handlers.consumer import CONSUMES
from tests.contract.examples import examples
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.functions import cold_start
from tests.integration.in_moto import InMoto, in_moto
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.lambda_context import Invocation

__all__ = ["fresh_telemetry"]

CONSUMED = [spec_of(model).detail_type for model in CONSUMES]


@pytest.fixture
def deployed(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[InMoto]:
    with in_moto("agent", monkeypatch) as deployed:
        yield deployed


def with_sequence(detail_type: str, sequence: int) -> str:
    example = next(each for each in examples() if each.detail_type == detail_type)
    detail: dict[str, Any] = json.loads(example.text)
    detail["data"] |= {"transfer_id": "t-1", "sequence": sequence}
    return put_by_rule(detail_type, detail)


@pytest.mark.parametrize("detail_type", CONSUMED)
def test_an_event_that_comes_late_changes_nothing(deployed: InMoto, detail_type: str) -> None:
    consumer = cold_start("agent", "consumer")
    newer, older = with_sequence(detail_type, 9), with_sequence(detail_type, 8)
    assert failed(consumer(batch(newer, older, newer), Invocation())) == []
    [row] = deployed.rows()
    assert (row["newest_event"]["S"], row["sequence"]["N"]) == (detail_type, "9")
