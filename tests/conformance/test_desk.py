"""Desk. The fake does what ServiceNow's double does by the adapter."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.ticketing.domain.errors import RecordGone
from tests.conformance.desks import DESKS, PASSWORD, DeskWorld
from tests.doubles.http_program import Program, started

TABLE = "incident"


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with started("tests.doubles.servicenow", "--password", PASSWORD) as running:
        yield running


@pytest.fixture(params=sorted(DESKS))
def world(request: pytest.FixtureRequest) -> Iterator[DeskWorld]:
    with DESKS[request.param](lambda: request.getfixturevalue("program")) as opened:
        yield opened


@pytest.fixture
def key() -> str:
    return f"ff:{uuid4().hex}:user"


def test_what_was_made_is_found_and_read(world: DeskWorld, key: str) -> None:
    made = world.desk.create(TABLE, {"correlation_id": key, "short_description": "A file"})
    assert (made.table, made.correlation_id, made.state) == (TABLE, key, "1")
    assert made.created_at is not None
    assert abs(datetime.now(UTC) - made.created_at) < timedelta(minutes=1)
    (found,) = world.desk.find(TABLE, key)
    read = world.desk.read(TABLE, made.record_id)
    for each in (found, read):
        assert (each.record_id, each.number, each.state) == (made.record_id, made.number, "1")
    assert read.work_notes == ""


def test_nothing_is_found_under_a_key_that_nobody_has(world: DeskWorld, key: str) -> None:
    world.desk.create(TABLE, {"correlation_id": key})
    for other in (key.upper(), key + "x", key[:-1]):
        assert world.desk.find(TABLE, other) == []
    assert world.desk.find("sc_req_item", key) == []


def test_an_empty_key_is_never_looked_for(world: DeskWorld) -> None:
    with pytest.raises(ValueError, match="correlation_id"):
        world.desk.find(TABLE, "")


def test_at_most_two_are_found(world: DeskWorld, key: str) -> None:
    made = world.desk.create(TABLE, {"correlation_id": key})
    assert len(world.desk.find(TABLE, key)) == 1
    world.made_by_a_person(key)
    assert made.record_id in [each.record_id for each in world.desk.find(TABLE, key)]
    world.made_by_a_person(key)
    assert len(world.desk.find(TABLE, key)) == 2


def test_notes_are_added_and_other_fields_are_replaced(world: DeskWorld, key: str) -> None:
    made = world.desk.create(TABLE, {"correlation_id": key})
    world.desk.change(TABLE, made.record_id, {"work_notes": "first\nof two lines"})
    changed = world.desk.change(TABLE, made.record_id, {"work_notes": "second", "state": "2"})
    assert (changed.record_id, changed.state) == (made.record_id, "2")
    notes = world.desk.read(TABLE, made.record_id).work_notes
    assert 0 <= notes.index("second") < notes.index("first\nof two lines")


def test_a_ticket_is_ended_with_notes(world: DeskWorld, key: str) -> None:
    made = world.desk.create(TABLE, {"correlation_id": key})
    ending = {"state": "6", "close_code": "Solution provided", "close_notes": "All\nis there"}
    world.desk.change(TABLE, made.record_id, ending)
    read = world.desk.read(TABLE, made.record_id)
    assert (read.state, read.close_notes) == ("6", "All\nis there")


def test_what_a_person_closed_is_shown_closed(world: DeskWorld, key: str) -> None:
    made = world.desk.create(TABLE, {"correlation_id": key})
    world.closed_by_a_person(made)
    read = world.desk.read(TABLE, made.record_id)
    assert read.state == "7"
    assert read.close_notes != ""


def test_what_a_person_removed_is_gone(world: DeskWorld, key: str) -> None:
    made = world.desk.create(TABLE, {"correlation_id": key})
    world.removed_by_a_person(made)
    assert world.desk.find(TABLE, key) == []
    with pytest.raises(RecordGone):
        world.desk.read(TABLE, made.record_id)
    with pytest.raises(RecordGone):
        world.desk.change(TABLE, made.record_id, {"state": "2"})
