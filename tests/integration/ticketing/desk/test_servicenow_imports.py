"""Tickets that are opened by an import set."""

import json
from typing import Any

import pytest

from services.ticketing.adapters.servicenow_desk import ServiceNowDesk
from services.ticketing.domain.errors import OutcomeUnknown, Refused, Unavailable
from tests.doubles.http_program import Program
from tests.integration.ticketing.desk.desks import TABLE, basic, desk_of, fields, new_id

STAGING = {TABLE: "u_fileferry_import"}
DONE = {"status": "inserted", "table": TABLE, "sys_id": "a" * 32}


def importing(double: Program, staging: dict[str, str] | None = None) -> ServiceNowDesk:
    return desk_of(basic(double.url), staging=staging or STAGING)


def test_a_ticket_is_opened_once_however_often_it_is_asked_for(double: Program) -> None:
    desk, key = importing(double), new_id()
    made = desk.create(TABLE, fields(key))
    assert made.number.startswith("INC")
    assert (made.table, made.correlation_id) == (TABLE, key)
    assert desk.create(TABLE, fields(key)).record_id == made.record_id
    (found,) = desk.find(TABLE, key)
    assert (found.record_id, found.number, found.url) == (made.record_id, made.number, made.url)
    desk.change(TABLE, made.record_id, {"work_notes": "written by the Table API"})
    assert "written by" in desk.read(TABLE, made.record_id).work_notes


def test_other_tables_are_written_as_ever(double: Program) -> None:
    desk, key = importing(double), new_id()
    desk.create("sc_req_item", fields(key))
    assert len(desk.find("sc_req_item", key)) == 1


def test_a_row_that_was_refused_is_refused(double: Program) -> None:
    with pytest.raises(Refused, match="mandatory"):
        importing(double).create(TABLE, fields(new_id(), state="6"))


def test_an_unknown_staging_table_is_refused(double: Program) -> None:
    with pytest.raises(Refused, match="u_nowhere"):
        importing(double, {TABLE: "u_nowhere"}).create(TABLE, fields(new_id()))


@pytest.mark.parametrize(
    "result",
    [
        [],
        {},
        [7],
        [DONE, DONE],
        [DONE | {"status": "pending"}],
        [DONE | {"status": ["inserted"]}],
        [DONE | {"table": "problem"}],
        [DONE | {"sys_id": "../x"}],
        [DONE | {"sys_id": None}],
    ],
    ids=str,
)
def test_what_names_no_ticket_is_an_unknown_outcome(
    double: Program,
    result: Any,  # noqa: ANN401
) -> None:
    body = json.dumps({"import_set": "ISET1", "result": result})
    double.order({"kind": "html", "body": body, "path": "*/import/*"})
    with pytest.raises(OutcomeUnknown):
        importing(double).create(TABLE, fields(new_id()))


def test_an_outage_is_told(double: Program) -> None:
    double.order({"kind": "status", "status": 503, "path": "*/import/*"})
    with pytest.raises(Unavailable):
        importing(double).create(TABLE, fields(new_id()))
