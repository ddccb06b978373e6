"""Both tickets of a transfer that the agent proposed say so, and lead to the proof."""

import pytest

from contracts.transfer_events import Origin
from services.ticketing.domain.ticket import Kind
from tests.fakes.ticketing_world import TicketingWorld
from tests.unit.progress.stories import Story

DIGEST = "ab" * 32
ORIGIN = Origin(conversation_id="conv-1", proposal_id="prop-1", digest=DIGEST)
SENTENCE = "Proposed by the agent in conversation conv-1 as proposal prop-1, confirmed by jane"


def described(world: TicketingWorld, kind: Kind) -> str:
    return world.desk.fields[world.there(kind).record_id]["description"]


def test_both_tickets_name_conversation_proposal_and_who_confirmed() -> None:
    world, story = TicketingWorld(), Story("t-1", "jane")
    world.hear(story.requested(origin=ORIGIN), story.started(), story.retried(), story.completed())
    world.settle()
    assert SENTENCE in described(world, Kind.USER)
    assert SENTENCE in described(world, Kind.AUDIT)
    assert DIGEST in described(world, Kind.AUDIT)
    assert "if there is a ProposalConfirmed of jane with the same" in described(world, Kind.AUDIT)


@pytest.mark.parametrize("kind", [Kind.USER, Kind.AUDIT])
def test_a_ticket_that_was_opened_before_the_request_was_heard_has_it_in_its_trail(
    kind: Kind,
) -> None:
    world, story = TicketingWorld(), Story("t-1", "jane")
    requested, started = story.requested(origin=ORIGIN), story.started()
    world.hear(started)
    world.settle()
    assert SENTENCE not in described(world, kind)
    world.hear(requested)
    world.settle()
    notes = world.desk.notes[world.there(kind).record_id]
    assert any("as proposal prop-1 of the agent, it says" in each for each in notes)


def test_a_transfer_that_nobody_proposed_says_nothing_of_the_agent() -> None:
    world, story = TicketingWorld(), Story("t-1", "jane")
    world.hear(story.requested(), story.started())
    world.settle()
    assert "agent" not in described(world, Kind.AUDIT)
