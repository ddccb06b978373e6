"""Answers that no ServiceNow should give. None of them is taken for what it is not."""

import json
from typing import Any

import pytest

from services.ticketing.domain.errors import DeskError, OutcomeUnknown, Refused, Unavailable
from tests.integration.ticketing.desk.desks import TABLE, basic, desk_of, fields
from tests.servers.raw_http import Behaviour, raw_server, says

KEY = "ff:1:user"
ID = "a" * 32
GOOD = {"sys_id": ID, "number": "INC1", "correlation_id": KEY, "state": "1"}


def answers(document: object, status: int = 200) -> Behaviour:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = f"HTTP/1.1 {status} Some\r\nContent-Length: {len(body)}\r\n\r\n"
    return says(head.encode() + body)


NO_RECORDS = [
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b'{"result": "\\ud800"}',
    b"[" * 100_000,
    b"<html>Log in</html>",
    {},
    {"result": None},
    {"result": "text"},
    {"result": 7},
    {"result": [GOOD, 7]},
    {"result": [[]]},
    {"result": {}},
    {"result": {"sys_id": None}},
    {"result": {"sys_id": 7}},
    {"result": {"sys_id": {"value": {"value": ID}}}},
    {"result": {"sys_id": "../../sys_user"}},
    {"result": {"sys_id": ID + "\n"}},
]


@pytest.mark.parametrize("document", NO_RECORDS, ids=lambda each: repr(each)[:40])
def test_what_is_no_record_is_an_unknown_outcome(document: object) -> None:
    with raw_server(lambda _: answers(document)) as server:
        desk = desk_of(basic(f"http://127.0.0.1:{server.port}"))
        for act in (
            lambda: desk.find(TABLE, KEY),
            lambda: desk.create(TABLE, fields(KEY)),
            lambda: desk.read(TABLE, ID),
            lambda: desk.change(TABLE, ID, {"state": "2"}),
        ):
            with pytest.raises(OutcomeUnknown):
                act()


@pytest.mark.parametrize("status", [204, 206])
def test_a_success_without_a_record_is_none(status: int) -> None:
    answer = says(f"HTTP/1.1 {status} Some\r\nContent-Length: 0\r\n\r\n".encode())
    with raw_server(lambda _: answer) as server, pytest.raises(OutcomeUnknown):
        desk_of(basic(f"http://127.0.0.1:{server.port}")).create(TABLE, fields(KEY))


def test_values_that_are_no_text_are_empty() -> None:
    odd: dict[str, Any] = GOOD | {
        "state": 6,
        "close_notes": ["x"],
        "sys_created_on": "yesterday",
        "work_notes": {"display_value": None, "value": 3},
        "assigned_to": {"link": "https://x", "display_value": "Ada\u202e\n\tLovelace"},
    }
    with raw_server(lambda _: answers({"result": odd})) as server:
        record = desk_of(basic(f"http://127.0.0.1:{server.port}")).read(TABLE, ID)
    assert (record.state, record.close_notes, record.work_notes) == ("", "", "")
    assert record.created_at is None
    assert record.shown["assigned_to"] == "Ada Lovelace"


def test_a_record_without_a_number_is_known_by_its_id() -> None:
    with raw_server(lambda _: answers({"result": {**GOOD, "number": ""}})) as server:
        assert desk_of(basic(f"http://127.0.0.1:{server.port}")).read(TABLE, ID).number == ID


def test_an_answer_about_another_record_is_not_believed() -> None:
    with raw_server(lambda _: answers({"result": {**GOOD, "sys_id": "b" * 32}})) as server:
        desk = desk_of(basic(f"http://127.0.0.1:{server.port}"))
        with pytest.raises(OutcomeUnknown, match="another record"):
            desk.change(TABLE, ID, {"state": "6"})
        with pytest.raises(OutcomeUnknown, match="another record"):
            desk.read(TABLE, ID)


@pytest.mark.parametrize("other", [KEY + "x", "", " " + KEY, "ff:2:user"])
def test_other_tickets_in_an_answer_show_that_nobody_looked(other: str) -> None:
    rows = [GOOD, {**GOOD, "correlation_id": other}]
    with (
        raw_server(lambda _: answers({"result": rows})) as server,
        pytest.raises(Refused, match="correlation_id"),
    ):
        desk_of(basic(f"http://127.0.0.1:{server.port}")).find(TABLE, KEY)


def test_more_than_was_asked_for_is_sorted_and_cut() -> None:
    rows = [
        {**GOOD, "sys_id": f"{day}", "sys_created_on": f"2026-11-{day} 10:00:00"}
        for day in (12, 11, 13)
    ]
    with raw_server(lambda _: answers({"result": rows})) as server:
        found = desk_of(basic(f"http://127.0.0.1:{server.port}")).find(TABLE, KEY)
    assert [each.record_id for each in found] == ["11", "12"]


def test_an_error_after_some_rows_is_no_answer() -> None:
    cancelled = {"result": [GOOD], "error": {"message": "Transaction cancelled", "detail": None}}
    with raw_server(lambda _: answers(cancelled)) as server:
        desk = desk_of(basic(f"http://127.0.0.1:{server.port}"))
        with pytest.raises(Unavailable, match="Transaction cancelled"):
            desk.find(TABLE, KEY)
        with pytest.raises(OutcomeUnknown, match="Transaction cancelled"):
            desk.create(TABLE, fields(KEY))


@pytest.mark.parametrize("status", [400, 403, 503])
def test_a_reason_is_one_short_line(status: int) -> None:
    message = "Data\r\npolicy\x1b[31m \u202eof \u0000" + "x" * 5_000
    document = {"error": {"message": message, "detail": {"no": "text"}}, "status": "failure"}
    with (
        raw_server(lambda _: answers(document, status)) as server,
        pytest.raises(DeskError) as failed,
    ):
        desk_of(basic(f"http://127.0.0.1:{server.port}")).create(TABLE, fields(KEY))
    said = vars(failed.value)["said"]
    assert said.startswith("Data policy [31m of x")
    assert len(said) <= 300
    assert said.isprintable()
