"""Tickets that are made, found, read and changed in the double of ServiceNow."""

from datetime import UTC, datetime, timedelta

import pytest

from services.ticketing.domain.errors import RecordGone, Refused
from tests.doubles.http_program import Program
from tests.integration.ticketing.desk.desks import TABLE, basic, desk_of, fields, new_id


def test_a_ticket_is_made_found_read_and_changed(double: Program) -> None:
    desk, key = desk_of(basic(double.url)), new_id()
    made = desk.create(TABLE, fields(key))
    assert made.number.startswith("INC")
    assert (made.correlation_id, made.state, made.table) == (key, "1", TABLE)
    assert made.created_at is not None
    assert abs(datetime.now(UTC) - made.created_at) < timedelta(minutes=1)
    assert made.url == f"{double.url}/nav_to.do?uri=incident.do%3Fsys_id%3D{made.record_id}"
    assert desk.find(TABLE, key) == [made]
    first = desk.change(TABLE, made.record_id, {"work_notes": "first\nof two lines"})
    assert first.number == made.number
    desk.change(TABLE, made.record_id, {"work_notes": "second", "state": "2"})
    read = desk.read(TABLE, made.record_id)
    assert (read.state, read.shown["state"]) == ("2", "In Progress")
    assert read.work_notes.index("second") < read.work_notes.index("first\nof two lines")
    ended = desk.change(
        TABLE,
        made.record_id,
        {"state": "6", "close_code": "Solution provided", "close_notes": "All delivered"},
    )
    assert (ended.state, ended.close_notes) == ("6", "All delivered")


def test_what_people_did_is_shown_in_their_words(double: Program) -> None:
    desk, key = desk_of(basic(double.url)), new_id()
    made = desk.create(TABLE, fields(key))
    double.control(
        "POST", "people", {"act": "assign", "correlation_id": key, "who": "Ada Lovelace"}
    )
    read = desk.read(TABLE, made.record_id)
    assert read.shown["assigned_to"] == "Ada Lovelace"
    assert read.updated_at is not None


def test_no_other_ticket_is_taken_for_ours(double: Program) -> None:
    desk, key = desk_of(basic(double.url)), new_id()
    for other in (key.upper(), f"{key}s", key.removesuffix("r")):
        double.control("POST", "people", {"act": "create", "fields": fields(other)})
    assert desk.find(TABLE, key) == []


def test_of_two_tickets_the_older_one_is_first(double: Program) -> None:
    desk, key = desk_of(basic(double.url)), new_id()
    made = desk.create(TABLE, fields(key))
    double.control("POST", "people", {"act": "create", "fields": fields(key)})
    found = desk.find(TABLE, key)
    assert len(found) == 2
    assert made in found
    assert found == sorted(found, key=lambda each: (each.created_at, each.record_id))


@pytest.mark.parametrize(
    "key", ["", " ", "a^ORactive=true", "ff:1:user\n", "ff:ü:user", "a" * 101, "a,b", "a%5Eb"]
)
def test_a_key_that_could_mean_more_is_never_sent(double: Program, key: str) -> None:
    desk, before = desk_of(basic(double.url)), len(double.requests())
    with pytest.raises(ValueError, match="correlation_id"):
        desk.find(TABLE, key)
    with pytest.raises(ValueError, match="correlation_id"):
        desk.create(TABLE, fields(key))
    assert len(double.requests()) == before


@pytest.mark.parametrize("place", ["../sys_user", "x/y", "", "a?b", "a#b"])
def test_a_table_or_a_record_that_could_mean_another_is_never_sent(
    double: Program, place: str
) -> None:
    desk, before = desk_of(basic(double.url)), len(double.requests())
    with pytest.raises(ValueError, match="table"):
        desk.find(place, "ff:1:user")
    with pytest.raises(ValueError, match="record_id"):
        desk.change(TABLE, place, {"state": "6"})
    assert len(double.requests()) == before


def test_a_table_that_knows_no_correlation_id_is_refused(double: Program) -> None:
    """ServiceNow drops the query then and shows what it likes, so a ticket would be doubled."""
    with pytest.raises(Refused, match="correlation_id"):
        desk_of(basic(double.url)).find("sys_user", "ff:1:user")


@pytest.mark.parametrize("act", ["delete", "hide"])
def test_a_record_that_is_not_shown_is_gone(double: Program, act: str) -> None:
    desk, key = desk_of(basic(double.url)), new_id()
    made = desk.create(TABLE, fields(key))
    double.control("POST", "people", {"act": act, "correlation_id": key})
    with pytest.raises(RecordGone):
        desk.read(TABLE, made.record_id)
    with pytest.raises(RecordGone):
        desk.change(TABLE, made.record_id, {"state": "2"})
    assert desk.find(TABLE, key) == []


def test_an_unknown_table_is_refused(double: Program) -> None:
    desk = desk_of(basic(double.url))
    with pytest.raises(Refused, match="Invalid table") as refused:
        desk.find("u_nowhere", new_id())
    assert (refused.value.status_code, refused.value.table) == (400, "u_nowhere")
    with pytest.raises(Refused):
        desk.create("u_nowhere", fields(new_id()))
    with pytest.raises(Refused):
        desk.change("u_nowhere", "a" * 32, {"state": "6"})


def test_what_a_data_policy_says_is_told(double: Program) -> None:
    desk = desk_of(basic(double.url))
    made = desk.create(TABLE, fields(new_id()))
    with pytest.raises(Refused, match="mandatory") as refused:
        desk.change(TABLE, made.record_id, {"state": "6"})
    assert refused.value.status_code == 403
    assert not refused.value.retryable
    assert desk.read(TABLE, made.record_id).state == "1"
