"""The catalogue is complete, and its names have the form the bus and its rules rely on."""

import re
from types import ModuleType

import pytest

from contracts import auth_events, notify_events, ticket_events, transfer_events
from contracts.catalogue import CATALOGUE, UnknownEvent, parse, spec_of

MAX_DETAIL_TYPE = 128  # EventBridge's limit


def test_names_are_unique() -> None:
    names = [spec.detail_type for spec in CATALOGUE]
    assert len(names) == len(set(names))


def test_names_are_a_noun_and_a_past_participle_with_a_version() -> None:
    for spec in CATALOGUE:
        assert re.fullmatch(r"([A-Z][a-z]+){2,}\.v[1-9]\d*", spec.detail_type)
        assert spec.detail_type.split(".")[0].endswith(("ed", "Sent", "Made"))
        assert len(spec.detail_type) <= MAX_DETAIL_TYPE


def test_a_model_is_named_after_its_event() -> None:
    for spec in CATALOGUE:
        assert spec.model.__name__ == spec.detail_type.replace(".v", "V")
        assert spec_of(spec.model) is spec


@pytest.mark.parametrize(
    ("module", "producer"),
    [
        (transfer_events, "transfer"),
        (auth_events, "auth"),
        (ticket_events, "ticketing"),
        (notify_events, "notify"),
    ],
)
def test_every_event_of_a_service_is_in_the_catalogue(module: ModuleType, producer: str) -> None:
    models = {m for name, m in vars(module).items() if re.search(r"V\d+$", name)}
    assert models == {spec.model for spec in CATALOGUE if spec.producer == producer}


def test_the_source_names_the_producer() -> None:
    assert {spec.source for spec in CATALOGUE} == {
        "fileferry.agent",
        "fileferry.auth",
        "fileferry.notify",
        "fileferry.ticketing",
        "fileferry.transfer",
    }


def test_an_event_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(UnknownEvent, match=r"TransferForgotten\.v9"):
        parse("TransferForgotten.v9", "{}")
