"""Whose turn it is to call ServiceNow, and when nobody's."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kernel.caller import Caller, Role
from services.ticketing.domain.errors import LoginRefused, Throttled, Unavailable
from services.ticketing.domain.ports import LoginVersion
from services.ticketing.domain.ticket import Key, Kind, Rank, Ticket
from services.ticketing.use_cases.read_tickets import read_ticket
from services.ticketing.use_cases.sweep_tickets import OLDEST
from tests.fakes.ticketing_world import TicketingWorld, whole_story
from tests.unit.progress.stories import NOON, Story

JANE = Caller("jane", "s-1", frozenset({Role.USER}))
HOURS = 3


@pytest.fixture
def world() -> TicketingWorld:
    return TicketingWorld()


def test_a_ticket_that_the_instance_chokes_on_stops_no_other(world: TicketingWorld) -> None:
    """Not even after an outage, when one failure closes the gate at once."""
    bad, good = Story("t-1"), Story("t-2")
    world.hear(bad.requested(), bad.started(), good.requested(), good.started())
    world.work()
    choked = {world.there(kind).record_id for kind in (Kind.USER, Kind.AUDIT)}
    read = world.desk.read

    def read_or_choke(table: str, record_id: str) -> Any:  # noqa: ANN401
        if record_id in choked:
            raise Unavailable(500, "a script of the instance failed", None)
        return read(table, record_id)

    world.desk.read = read_or_choke  # type: ignore[method-assign]
    world.hear(bad.completed(), good.completed())
    world.gates.gate = replace(world.gates.gate, failures=3)
    world.minutes(60 * HOURS)
    assert world.there(Kind.USER, "t-2").state == "6"
    assert world.there(Kind.AUDIT, "t-2").state == "6"


def test_readers_lock_no_account(world: TicketingWorld) -> None:
    world.hear(*whole_story())
    world.work()
    number = world.there(Kind.USER).number
    world.desk.login = LoginVersion("v2", True)
    world.desk.wrong_logins.add("v2")
    refused = world.calls.before_each("desk.read", lambda: None)
    for _ in range(5):
        assert read_ticket(number, JANE, ports=world.ports)[1] is None
    assert refused.met == 1
    assert world.told().count("TicketingFailed.v1") == 1
    world.desk.login = LoginVersion("v3", True)
    assert read_ticket(number, JANE, ports=world.ports)[1] is not None


@pytest.mark.parametrize(
    "error", [Throttled(1_800.0, 100), LoginRefused("desk.example", "no", "v1")]
)
def test_a_call_that_was_under_way_opens_no_gate(
    world: TicketingWorld, error: LoginRefused | Throttled
) -> None:
    """Another worker met the limit, or a refusal, while this one's call went well."""

    def close() -> None:
        assert world.gates.store(world.gates.read().after_error(error, world.now()))

    world.hear(Story().requested())
    world.calls.before("desk.create", close, number=2)
    world.work()
    assert not world.gates.read().calm(world.now())
    before = len(world.desk.calls)
    world.hear(*whole_story("t-2"))
    world.minutes(5)
    assert len(world.desk.calls) == before


def test_a_stage_whose_tickets_were_switched_off_calls_nobody(world: TicketingWorld) -> None:
    world.hear(Story().requested())
    off = TicketingWorld(on=False)
    off.tickets.tickets = world.tickets.tickets
    off.nudges.queued = world.nudges.queued
    off.clock = world.clock
    off.minutes(5)
    assert off.desk.calls == []
    assert OLDEST not in off.alarms.measured


def test_an_ending_has_not_waited_for_as_long_as_the_notes_before_it() -> None:
    key = Key("T#t-1", Kind.USER)
    noted = Ticket(key, "jane", NOON, "c-1").due(Rank.NOTE, NOON)
    later = NOON + timedelta(hours=3)
    assert noted.due(Rank.ENDING, later).waiting_since == later
    assert noted.due(Rank.NOTE, later).waiting_since == NOON
