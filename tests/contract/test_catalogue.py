"""The catalogue is complete, and its names have the form the bus and its rules rely on."""

import re
from datetime import UTC, datetime
from types import ModuleType

import pytest

from contracts import auth_events, transfer_events
from contracts.catalogue import CATALOGUE, UnknownEvent, parse, parse_as, spec_of
from contracts.transfer_events import TransferPausedV1, TransferRequestedV1
from tests.contract.examples import examples

MAX_DETAIL_TYPE = 128  # EventBridge's limit


def test_names_are_unique() -> None:
    names = [spec.detail_type for spec in CATALOGUE]
    assert len(names) == len(set(names))


def test_names_are_a_noun_and_a_past_participle_with_a_version() -> None:
    for spec in CATALOGUE:
        assert re.fullmatch(r"([A-Z][a-z]+){2,}\.v[1-9]\d*", spec.detail_type)
        assert spec.detail_type.split(".")[0].endswith("ed")
        assert len(spec.detail_type) <= MAX_DETAIL_TYPE


def test_a_model_is_named_after_its_event() -> None:
    for spec in CATALOGUE:
        assert spec.model.__name__ == spec.detail_type.replace(".v", "V")
        assert spec_of(spec.model) is spec


@pytest.mark.parametrize(
    ("module", "producer"), [(transfer_events, "transfer"), (auth_events, "auth")]
)
def test_every_event_of_a_service_is_in_the_catalogue(module: ModuleType, producer: str) -> None:
    models = {m for name, m in vars(module).items() if re.search(r"V\d+$", name)}
    assert models == {spec.model for spec in CATALOGUE if spec.producer == producer}


def test_the_source_names_the_producer() -> None:
    assert {spec.source for spec in CATALOGUE} == {"fileferry.auth", "fileferry.transfer"}


def test_an_event_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UnknownEvent, match=r"TransferForgotten\.v9"):
        parse("TransferForgotten.v9", "{}")


def test_a_consumer_of_one_event_refuses_another() -> None:
    paused = next(e for e in examples() if e.detail_type == "TransferPaused.v1")
    with pytest.raises(UnknownEvent, match=r"reads TransferRequested\.v1"):
        parse_as(TransferRequestedV1, "TransferPaused.v1", paused.text)
    event = parse_as(TransferPausedV1, "TransferPaused.v1", paused.text)
    assert event.data.paused_at == datetime(2026, 11, 22, 8, 15, 9, tzinfo=UTC)
