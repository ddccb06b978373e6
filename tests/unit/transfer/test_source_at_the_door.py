"""An object that surely cannot be sent is told to whoever asks for the transfer, at once."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel.idempotency import Idempotency
from services.transfer.domain.errors import (
    BucketNotFound,
    IdempotencyConflict,
    NameInvalid,
    ObjectArchived,
    ObjectNotFound,
    ReaderRefused,
    SourceError,
    SourceForbidden,
    SourceThrottled,
    SourceUnavailable,
)
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.request_transfer import request_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY

KEY, OTHER_BODY = Idempotency("ann#transfer#k-1", "body-1"), Idempotency("ann#transfer#k-1", "b-2")
AT = ("outgoing", "reports/day.csv")


@pytest.fixture
def world() -> World:
    opened = World()
    opened.buckets.put(*AT, BODY)
    return opened


def ask(world: World, idempotency: Idempotency | None = None, **changes: Any) -> Transfer:  # noqa: ANN401
    return request_transfer(world.wish(**changes), ANN, idempotency, ports=world.ports)


def remove(world: World) -> None:
    del world.buckets.objects_by_bucket[AT[0]][AT[1]]


def stored(world: World) -> list[Transfer]:
    return list(world.ports.transfers.open_transfers())


@pytest.mark.parametrize(
    ("ref", "error"),
    [
        (ObjectRef("outgoing", "missing"), ObjectNotFound),
        (ObjectRef("nowhere", "reports/day.csv"), BucketNotFound),
    ],
)
def test_what_does_not_exist_is_refused_and_nothing_is_stored(
    world: World, ref: ObjectRef, error: type[SourceError]
) -> None:
    with pytest.raises(error):
        ask(world, KEY, source=ref)
    assert stored(world) == []
    assert world.buckets.open_readers == 0
    assert ask(world, KEY).owner == "ann"  # a refused request has not used up its key


@pytest.mark.parametrize("error", [SourceForbidden(*AT), ObjectArchived(*AT)])
def test_what_cannot_be_read_is_refused(world: World, error: SourceError) -> None:
    world.calls.fail("look.look", error)
    with pytest.raises(type(error)):
        ask(world)
    assert stored(world) == []


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("look.authorize", SourceUnavailable(*AT, "ConnectTimeoutError")),
        ("look.authorize", ReaderRefused(*AT, "AssumeRole: AccessDenied")),
        ("look.look", SourceUnavailable(*AT, "ReadTimeoutError")),
        ("look.look", SourceThrottled(*AT, "SlowDown")),
    ],
)
def test_an_s3_that_says_nothing_definite_refuses_nothing(
    world: World, call: str, error: SourceError
) -> None:
    world.calls.fail(call, error)
    assert [ask(world)] == stored(world)
    assert world.buckets.open_readers == 0


def test_a_repeated_request_is_answered_although_object_and_destination_are_gone(
    world: World,
) -> None:
    first = ask(world, KEY)
    remove(world)
    looks = world.calls.counts["look.look"]
    assert ask(world, KEY).id == first.id
    with pytest.raises(IdempotencyConflict):
        ask(world, OTHER_BODY)
    assert world.calls.counts["look.look"] == looks
    world.ports.destinations.delete(world.ports.destinations.read("acme"))
    assert ask(world, KEY).id == first.id


def at_once(world: World, then: Callable[[], object]) -> list[Transfer]:
    """Another request with the same key comes between this one's look and its end."""
    others: list[Transfer] = []

    def other() -> None:
        others.append(ask(world, KEY))
        then()

    world.calls.before("look.look", other)
    return others


def test_two_at_once_with_one_key_get_one_transfer(world: World) -> None:
    others = at_once(world, lambda: None)
    assert [ask(world, KEY)] == others
    assert stored(world) == others


def test_two_at_once_get_one_transfer_although_the_object_goes_in_between(world: World) -> None:
    others = at_once(world, lambda: remove(world))
    assert [ask(world, KEY)] == others
    assert stored(world) == others


def test_a_bad_name_is_refused_before_anybody_asks_s3(world: World) -> None:
    with pytest.raises(NameInvalid):
        ask(world, target_path="a\u200bb")
    assert world.calls.counts["look.authorize"] == 0


def test_a_look_bears_the_name_of_its_transfer(world: World) -> None:
    names: list[object] = []

    def note(call: str, given: tuple[object, ...], answer: object) -> None:
        if call == "look.authorize":
            names.append(given[1])

    world.calls.observers.append(note)
    assert [ask(world).id] == names
