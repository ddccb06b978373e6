"""Tickets that somebody asked for."""

from contracts.ticket_api import TicketRequest
from kernel.caller import Caller, Role
from services.ticketing.use_cases.request_ticket import request_ticket
from tests.fakes.ticketing_world import TicketingWorld
from tests.unit.progress.stories import Story

JANE = Caller("jane", "s-1", frozenset({Role.USER}))


def test_of_a_long_text_nothing_is_lost() -> None:
    world = TicketingWorld()
    world.hear(Story().requested())
    text = "\n".join(f"Line {number} of what went wrong" for number in range(142))
    wish = TicketRequest(summary="It is slow", description=text, transfer_id="t-1")
    made = request_ticket(wish, JANE, None, "c-1", ports=world.ports)
    assert made.record is not None
    fields = world.desk.fields[made.record.record_id]
    assert len(fields["description"]) <= 4_000
    assert fields["description"].startswith("Line 0 of")
    assert "Asked for by jane through FileFerry." in fields["description"]
    assert "State at 2026-11-02 12:00:01 UTC: asked for" in fields["description"]
    assert world.desk.notes[made.record.record_id] == [text]


def test_a_short_text_needs_no_note() -> None:
    world = TicketingWorld()
    wish = TicketRequest(summary="It is slow", description="Since noon.\nPlease ask them.")
    made = request_ticket(wish, JANE, None, "c-1", ports=world.ports)
    assert made.record is not None
    assert world.desk.fields[made.record.record_id]["description"] == (
        "Since noon.\nPlease ask them.\n\nAsked for by jane through FileFerry."
    )
    assert world.desk.notes[made.record.record_id] == []
