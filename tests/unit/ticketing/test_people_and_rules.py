"""Tickets that a person or a rule of the instance ends, in whatever moment it happens."""

from dataclasses import replace

import pytest

from services.ticketing.domain.errors import OutcomeUnknown
from services.ticketing.domain.form import forms_of
from services.ticketing.domain.ticket import Kind, Shown
from services.ticketing.use_cases.keep_told import keep_told
from tests.fakes.ticketing_world import TicketingWorld
from tests.unit.progress.stories import Story

BOTH = [Kind.USER, Kind.AUDIT]
LOST = OutcomeUnknown("desk.example", "it took too long")


@pytest.fixture
def world() -> TicketingWorld:
    return TicketingWorld()


def test_a_failure_that_is_heard_while_a_ticket_is_given_up_is_told(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    for kind in BOTH:
        world.desk.closed_by_a_person(world.there(kind).record_id)
    failed = story.failed(7)
    world.pass_time(world.ports.policy.note_every)
    heard = world.calls.before("desk.read", lambda: keep_told(failed, ports=world.ports))
    world.sweep()
    assert heard()
    world.settle()
    for kind in BOTH:
        second = world.there(kind, generation=2)
        assert "The disk is full." in world.desk.fields[second.record_id]["description"]


@pytest.mark.parametrize("kind", BOTH)
def test_a_failure_is_told_though_somebody_deleted_the_ticket(
    world: TicketingWorld, kind: Kind
) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    world.desk.removed_by_a_person(world.there(kind).record_id)
    world.hear(story.failed(7))
    world.settle()
    second = world.there(kind, generation=2)
    assert "The disk is full." in world.desk.fields[second.record_id]["description"]


def test_a_failure_that_a_person_has_dealt_with_is_not_told_again(world: TicketingWorld) -> None:
    """A late event of a step before the failure is no reason to bother them once more."""
    story = Story()
    requested, late = story.requested(), story.started()
    world.hear(requested, story.failed(7))
    world.work()
    for kind in BOTH:
        world.desk.closed_by_a_person(world.there(kind).record_id)
    world.hear(late)
    world.settle()
    assert [world.ticket(kind).shown for kind in BOTH] == [Shown.CLOSED] * 2
    assert len(world.desk.records) == 2


@pytest.mark.parametrize("lost", [False, True])
def test_a_rule_that_closes_what_we_resolve_asks_for_no_other_ticket(
    world: TicketingWorld, *, lost: bool
) -> None:
    world.desk.turns_states = {"6": "7"}
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    if lost:
        world.calls.lose_answer("desk.change", LOST)
    world.hear(story.completed())
    world.settle()
    world.minutes(10)
    assert [world.ticket(kind).shown for kind in BOTH] == [Shown.RESOLVED] * 2
    assert len(world.desk.records) == 2
    assert "TicketingFailed.v1" not in world.told()


@pytest.mark.parametrize("longest", [0, 50])
def test_an_ending_of_ours_is_known_where_the_table_keeps_less_of_it(
    world: TicketingWorld, longest: int
) -> None:
    """A customer's table may have no close notes, or short ones."""
    world.desk.close_notes_hold = longest
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    world.calls.lose_answer("desk.change", LOST)
    world.calls.lose_answer("desk.change", LOST)
    world.hear(story.completed())
    world.settle()
    assert [world.ticket(kind).shown for kind in BOTH] == [Shown.RESOLVED] * 2
    assert len(world.desk.records) == 2


def test_a_ticket_is_ended_by_the_states_of_the_table_that_it_is_in(world: TicketingWorld) -> None:
    """The mapping was changed since: 3 resolves a requested item, and puts an incident on hold."""
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    items = forms_of({kind.value: {"table": "sc_req_item"} for kind in BOTH})
    world.ports = replace(world.ports, policy=replace(world.ports.policy, forms=items))
    world.hear(story.completed())
    world.settle()
    assert [world.there(kind).state for kind in BOTH] == ["6", "6"]
