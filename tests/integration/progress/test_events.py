"""The way of an event: queue -> consumer, in its role -> the rows of its transfer, and a notice."""

import json
from typing import Any

import pytest

from contracts import transfer_events as fact
from contracts.catalogue import spec_of
from services.progress.handlers.consumer import CONSUMES
from tests.contract.examples import examples
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.progress.watched import Watched

SAMPLES = (fact.TransferProgressedV1, fact.TransferDelayedV1)  # tell no state of their own
ROWS = 3  # its state, and its place in two lists
ENDINGS = ("TransferCompleted.v1", "TransferFailed.v1", "TransferCancelled.v1")
COUNTED = 3  # its ending, and figures of its owner and of everybody
FACTS = [
    spec_of(model).detail_type
    for model in CONSUMES
    if issubclass(model, fact.TransferFact) and model not in SAMPLES
]


def with_sequence(detail_type: str, sequence: int) -> str:
    example = next(each for each in examples() if each.detail_type == detail_type)
    detail: dict[str, Any] = json.loads(example.text)
    detail["data"] |= {"transfer_id": "t-1", "sequence": sequence}
    return put_by_rule(detail_type, detail)


@pytest.mark.parametrize("detail_type", FACTS)
def test_an_event_that_comes_late_changes_nothing(deployed: Watched, detail_type: str) -> None:
    newer, older = with_sequence(detail_type, 9), with_sequence(detail_type, 8)
    assert failed(deployed.invoke("consumer", batch(newer))) == []
    before = deployed.aws.rows()
    assert failed(deployed.invoke("consumer", batch(older, newer))) == []
    assert deployed.aws.rows() == before
    assert len(before) == ROWS + (COUNTED if detail_type in ENDINGS else 0)
