"""The timeline tells what happened to a transfer, and who did it, and how far back it goes."""

import json
from typing import Any

import pytest

from kernel.caller import Caller
from services.transfer.domain.errors import TransferNotFound
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.api_timeline import timeline_page
from services.transfer.use_cases.read_timeline import read_timeline
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from services.transfer.use_cases.steer_transfer import (
    cancel_transfer,
    pause_transfer,
    resume_transfer,
)
from tests.fakes.callers import ADMIN, ANN, AUDITOR, BOB, OPERATOR
from tests.fakes.world import World
from tests.unit.transfer.driving import (
    BODY,
    assert_completed,
    broken,
    fail_half_way,
    until_moving,
    until_state,
)


def page_of(
    world: World, transfer: Transfer, limit: int = 1_000, cursor: str | None = None
) -> dict[str, Any]:
    page = timeline_page(read_timeline(transfer.id, ANN, limit, cursor, ports=world.ports))
    found: dict[str, Any] = json.loads(page.model_dump_json())
    return found


def told(world: World, transfer: Transfer) -> list[tuple[str, str | None]]:
    """The types in the order in which they happened, each with who asked for it."""
    events = page_of(world, transfer)["events"]
    return [(each["type"].removeprefix("Transfer"), each["by"]) for each in reversed(events)]


def test_a_whole_transfer_is_told_newest_first_with_what_each_fact_says() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    world.calls.fail("sink.write", broken)
    world.run()
    assert_completed(world, transfer)
    page = page_of(world, transfer)
    assert (page["cursor"], page["earlier_gone"]) == (None, False)
    completed, delayed, started, requested = page["events"]
    assert completed["receipt"]["bytes_sent"] == completed["size_bytes"] == len(BODY)
    assert delayed["trouble"]["code"] == "connection_lost"
    stored = world.read(transfer)
    assert (started["chunks"], started["lanes"]) == (stored.known_plan.total, stored.lanes)
    assert (requested["sequence"], requested["run"]) == (0, 1)
    assert requested["receipt"] is requested["trouble"] is requested["size_bytes"] is None
    times = [each["at"] for each in page["events"]]
    assert times == sorted(times, reverse=True)
    ids = [json.loads(each.detail)["meta"]["event_id"] for each in world.bus.taken]
    assert {each["event_id"] for each in page["events"]} <= set(ids)


def test_what_was_published_and_what_is_told_is_the_same() -> None:
    world = World()
    transfer = fail_half_way(world)
    assert world.published(transfer)
    kinds = [kind for kind in world.bus.kinds() if kind != "TransferProgressed.v1"]
    assert [f"Transfer{kind}.v1" for kind, _ in told(world, transfer)] == kinds
    failed = page_of(world, transfer)["events"][0]
    failure = world.read(transfer).failure
    assert failure is not None
    assert failed["failure"]["code"] == failure.code
    assert failed["bytes_done"] < len(BODY)


def test_the_timeline_says_who_steered() -> None:
    world = World()
    transfer = world.request(BODY)
    until_moving(world)
    pause_transfer(transfer.id, OPERATOR, ports=world.ports)
    resume_transfer(transfer.id, ANN, ports=world.ports)
    cancel_transfer(transfer.id, OPERATOR, ports=world.ports)
    world.run()
    assert told(world, transfer) == [
        ("Requested", "ann"),
        ("Started", None),
        ("Paused", "olga"),
        ("Resumed", "ann"),
        ("Cancelled", "olga"),
    ]


def test_a_retry_says_who_asked_for_it() -> None:
    world = World()
    transfer = fail_half_way(world)
    again = retry_transfer(transfer.id, OPERATOR, ports=world.ports)
    start_workflow(again.id, again.run, ports=world.ports)
    world.run()
    requests = [each for each in told(world, transfer) if each[0] == "Requested"]
    assert requests == [("Requested", "ann"), ("Requested", "olga")]
    assert {each["run"] for each in page_of(world, transfer)["events"]} == {1, 2}


def test_a_pause_that_came_too_late_is_resumed_by_nobody() -> None:
    world = World()
    transfer = world.request(BODY)
    until_state(world, "VerifyTarget")
    pause_transfer(transfer.id, OPERATOR, ports=world.ports)
    world.run()
    assert_completed(world, transfer)
    steered = [each for each in told(world, transfer) if each[0] in ("Paused", "Resumed")]
    assert steered == [("Paused", "olga"), ("Resumed", None)]


def test_the_last_page_says_when_the_beginning_is_gone() -> None:
    world = World()
    transfer = fail_half_way(world)
    count = len(page_of(world, transfer)["events"])
    first = page_of(world, transfer, count - 1)
    last = page_of(world, transfer, count - 1, first["cursor"])
    assert (first["earlier_gone"], last["earlier_gone"], last["cursor"]) == (False, False, None)
    del world.transfers.outbox.rows[transfer.id][0]
    assert page_of(world, transfer)["earlier_gone"]
    assert not page_of(world, transfer, 1)["earlier_gone"]
    world.transfers.outbox.rows[transfer.id].clear()
    empty = page_of(world, transfer, count, first["cursor"])
    assert (empty["events"], empty["earlier_gone"]) == ([], True)


@pytest.mark.parametrize("caller", [ANN, OPERATOR, AUDITOR, ADMIN], ids=lambda each: each.name)
def test_who_may_see_a_transfer_may_read_its_timeline(caller: Caller) -> None:
    world = World()
    transfer = world.request(BODY)
    assert read_timeline(transfer.id, caller, 10, None, ports=world.ports).page.items


def test_to_others_it_does_not_exist() -> None:
    world = World()
    transfer = world.request(BODY)
    for name in (transfer.id, "none-such"):
        with pytest.raises(TransferNotFound):
            read_timeline(name, BOB, 10, None, ports=world.ports)
