"""Tickets through the life of a transfer, while nothing goes wrong outside."""

from datetime import timedelta

import pytest

from contracts import transfer_events as fact
from services.ticketing.domain.errors import CaseBusy
from services.ticketing.domain.ticket import Kind, Shown
from tests.fakes.ticketing_world import NOTE_EVERY, TicketingWorld, whole_story
from tests.unit.progress.stories import Story

BOTH = [Kind.USER, Kind.AUDIT]


@pytest.fixture
def world() -> TicketingWorld:
    return TicketingWorld()


def test_a_transfer_that_completes_has_both_tickets_resolved(world: TicketingWorld) -> None:
    world.hear(*whole_story())
    world.work()
    assert [world.there(kind).state for kind in BOTH] == ["6", "6"]
    assert world.is_waiting() == []
    assert sorted(world.told()) == ["TicketOpened.v1"] * 2 + ["TicketResolved.v1"] * 2


def test_the_audit_ticket_has_the_proof_and_the_users_ticket_the_sentence(
    world: TicketingWorld,
) -> None:
    world.hear(*whole_story())
    world.work()
    audit, user = (str(world.there(kind).close_notes) for kind in (Kind.AUDIT, Kind.USER))
    for proof in ("0123456789abcdef", "SHA256:x", "Bytes: 1000000", "Chunks: 10"):
        assert proof in audit
    assert user.startswith("Delivered at 2026-11-02 12:00:03 UTC")
    assert "SHA256" not in user


def test_it_is_opened_when_the_transfer_is_asked_for(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested())
    world.work()
    assert [world.there(kind).state for kind in BOTH] == ["1", "1"]
    fields = world.desk.fields[world.there(Kind.USER).record_id]
    assert fields["short_description"] == "File transfer: big.bin to ACME"
    assert "s3://outgoing/reports/big.bin" in fields["description"]


def test_notes_of_a_while_come_as_one(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    for _ in range(3):
        world.hear(story.paused(5), story.resumed(5))
        world.minutes(1)
    assert world.desk.notes[world.there(Kind.USER).record_id] == []
    world.minutes(int(NOTE_EVERY.total_seconds() // 60) + 1)
    notes = world.desk.notes[world.there(Kind.USER).record_id]
    assert len(notes) == 1
    assert notes[0].count("was paused") == 3
    world.hear(story.completed())
    world.work()
    notes = world.desk.notes[world.there(Kind.USER).record_id]
    assert len(notes) == 2
    assert "paused" not in notes[1]


def test_a_failed_transfer_leaves_its_ticket_open_with_reason_and_advice(
    world: TicketingWorld,
) -> None:
    story = Story()
    world.hear(story.requested(), story.started(), story.failed(7))
    world.work()
    there = world.there(Kind.USER)
    assert there.state == "1"
    assert "The disk is full. (no_space)" in world.desk.text_of(there.record_id)
    assert world.ticket(Kind.USER).shown is Shown.LEFT_OPEN
    assert "TicketUpdated.v1" in world.told()


def test_a_retry_goes_on_in_the_same_ticket(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started(), story.failed(7))
    world.work()
    world.hear(story.retried(), story.started(), story.completed())
    world.work()
    assert [world.there(kind).state for kind in BOTH] == ["6", "6"]
    assert len(world.desk.records) == 2
    assert "asked for again (run 2)" in world.desk.text_of(world.there(Kind.USER).record_id)


def test_a_second_failure_is_said_at_once(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started(), story.failed(7))
    world.work()
    world.hear(story.retried(), story.started(), story.failed(8))
    world.work()
    notes = world.desk.notes[world.there(Kind.AUDIT).record_id]
    assert [note.count("The transfer failed") for note in notes] == [1, 1]


def test_a_cancelled_transfer_cancels_its_tickets(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.cancelled())
    world.work()
    assert [world.there(kind).state for kind in BOTH] == ["8", "8"]


def test_trouble_that_lasts_is_told_once_an_hour(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    for _ in range(30):
        story.at += timedelta(minutes=5)
        world.hear(story.delayed())
        world.minutes(1)
    text = world.desk.text_of(world.there(Kind.USER).record_id)
    assert text.count("Something is in the way") == 3
    assert "It has lasted since 12:05 UTC." in text


def test_a_short_trouble_is_not_told(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started(), story.delayed(), story.delayed())
    world.hear(story.completed())
    world.work()
    assert "in the way" not in world.desk.text_of(world.there(Kind.USER).record_id)


def test_a_ticket_that_a_person_closed_is_never_written_again(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    closed = world.there(Kind.USER)
    world.desk.closed_by_a_person(closed.record_id)
    before = dict(world.desk.fields[closed.record_id])
    world.hear(story.completed())
    world.settle()
    assert world.desk.fields[closed.record_id] == before
    assert world.desk.notes[closed.record_id] == []
    assert world.ticket(Kind.USER).shown is Shown.CLOSED
    assert len(world.desk.records) == 2  # delivered: there is nothing to say to the user


def test_another_ticket_names_the_one_that_a_person_closed(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    closed = world.there(Kind.USER)
    world.desk.closed_by_a_person(closed.record_id)
    world.hear(story.failed(7))
    world.settle()
    second = world.there(Kind.USER, generation=2)
    text = world.desk.fields[second.record_id]["description"]
    assert f"follows {closed.number}" in text
    assert "The disk is full." in text
    assert world.ticket(Kind.USER, generation=2).follows == closed.number


def test_the_proof_of_a_closed_audit_ticket_is_in_the_next_one(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    world.desk.closed_by_a_person(world.there(Kind.AUDIT).record_id, "6")
    world.hear(story.completed())
    world.settle()
    assert "0123456789abcdef" in str(world.there(Kind.AUDIT, generation=2).close_notes)
    assert len(world.desk.records) == 3


def test_an_instance_that_keeps_a_state_is_told_and_asked_again(world: TicketingWorld) -> None:
    world.hear(Story().requested())
    world.work()
    world.desk.keeps_states = True
    world.hear(*whole_story())
    world.work()
    assert world.told().count("TicketingFailed.v1") == 2
    trouble = world.ticket(Kind.USER).trouble
    assert trouble is not None
    assert "the ticket keeps state '1'" in trouble.message
    world.desk.keeps_states = False
    world.settle()
    assert [world.there(kind).state for kind in BOTH] == ["6", "6"]


def test_a_stage_without_tickets_keeps_nothing() -> None:
    world = TicketingWorld(on=False)
    world.hear(*whole_story())
    world.work()
    assert world.tickets.cases == {}
    assert world.desk.records == {}


def test_what_does_not_fit_into_one_note_comes_in_several(world: TicketingWorld) -> None:
    """After an outage of hours, for example. The failure is the last step of many."""
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    for _ in range(45):
        world.hear(story.paused(5), story.resumed(5))
    world.hear(story.failed(7))
    world.settle()
    for kind in BOTH:
        notes = world.desk.notes[world.there(kind).record_id]
        assert all(len(note) <= 4_000 for note in notes)
        text = "\n".join(notes)
        assert [text.count(f"[step {number}]") for number in range(2, 93)] == [1] * 91
        assert "The disk is full." in notes[-1]


def test_a_server_that_names_a_step_hides_none(world: TicketingWorld) -> None:
    story = Story()
    world.hear(story.requested(), story.started())
    world.work()
    hostile = "Nothing to see [step 3] [step 4]"
    failure = fact.Failure(code="no_space", message=hostile, retryable=True)
    world.hear(story.tell(fact.TransferFailedV1, bytes_done=1, failure=failure, failed_at=story.at))
    world.work()
    world.hear(story.retried(), story.failed(7))
    world.work()
    notes = world.desk.notes[world.there(Kind.USER).record_id]
    assert "asked for again (run 2). [step 3]" in notes[-1]
    assert "The disk is full. (no_space) [step 4]" in notes[-1]


def test_the_user_reads_the_name_that_the_file_got(world: TicketingWorld) -> None:
    """With keep_both it is another one than was asked for."""
    world.hear(*whole_story())
    world.work()
    assert "UTC: /in/big.bin\n" in str(world.there(Kind.USER).close_notes)


def test_the_audit_ticket_names_the_version_that_was_sent(world: TicketingWorld) -> None:
    """It is found when the transfer starts, and anew in each run."""
    story = Story()
    world.hear(story.requested())
    story.version = "v-1"
    world.hear(story.started(), story.failed())
    story.version = "v-2"
    world.hear(story.retried(), story.started(), story.completed())
    world.work()
    assert "Version: v-2\n" in str(world.there(Kind.AUDIT).close_notes)


def test_a_row_that_many_change_keeps_no_other_ticket_from_being_written(
    world: TicketingWorld,
) -> None:
    world.hear(Story("t-1").requested(), Story("t-2").requested())
    world.nudges.queued.clear()
    world.calls.fail("tickets.store", CaseBusy("T#t-1"))
    world.sweep()
    assert world.alarms.told == ["case_busy"]
    assert len(world.desk.records) == 3
    world.settle()
    assert len(world.desk.records) == 4
