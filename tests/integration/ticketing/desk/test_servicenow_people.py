"""People are named by their e-mail address, and known in ServiceNow by a sys_id."""

import pytest

from services.ticketing.domain.errors import Throttled
from tests.doubles.http_program import Program
from tests.integration.ticketing.desk.desks import TABLE, Clock, basic, desk_of, fields, new_id

ADA = {"name": "Ada Byron", "email": "ada.byron@example.com", "sys_id": "a" * 32}


@pytest.fixture(autouse=True)
def ada(double: Program) -> None:
    double.control("POST", "people", {"act": "add_person", "fields": ADA})


def caller(double: Program, key: str) -> str:
    rows = double.control("GET", f"records?table={TABLE}&correlation_id={key}")["records"]
    assert len(rows) == 1
    return str(rows[0]["caller_id"])


def test_the_caller_is_found_by_the_address(double: Program) -> None:
    key = new_id()
    desk_of(basic(double.url)).create(TABLE, fields(key, caller_id="Ada.Byron@example.com"))
    assert caller(double, key) == ADA["sys_id"]


def test_a_person_is_looked_up_once_an_hour(double: Program, clock: Clock) -> None:
    desk, before = desk_of(basic(double.url), clock), len(double.requests())
    for hours, made in ((0, 2), (0.9, 3), (0.2, 5)):
        clock.go_on(hours * 3_600)
        desk.create(TABLE, fields(new_id(), caller_id=ADA["email"]))
        assert len(double.requests()) == before + made


@pytest.mark.parametrize(
    "address", ["nobody@example.com", "ada@example.com^ORactive=true", "@", "a,b@example.com"]
)
def test_a_person_who_is_not_found_is_left_out(double: Program, address: str) -> None:
    key = new_id()
    desk_of(basic(double.url)).create(TABLE, fields(key, caller_id=address))
    assert caller(double, key) == ""


def test_a_sys_id_is_written_as_it_is(double: Program) -> None:
    key, before = new_id(), len(double.requests())
    desk_of(basic(double.url)).create(TABLE, fields(key, caller_id=ADA["sys_id"]))
    assert caller(double, key) == ADA["sys_id"]
    assert len(double.requests()) == before + 1


def test_people_who_may_not_be_read_are_left_out(double: Program) -> None:
    key = new_id()
    double.order({"kind": "status", "status": 403, "path": "*/sys_user"})
    desk_of(basic(double.url)).create(TABLE, fields(key, caller_id=ADA["email"]))
    assert caller(double, key) == ""


def test_nothing_is_made_when_the_limit_is_met_at_the_look_up(double: Program) -> None:
    key = new_id()
    double.order({"kind": "status", "status": 429, "path": "*/sys_user"})
    desk = desk_of(basic(double.url))
    with pytest.raises(Throttled):
        desk.create(TABLE, fields(key, caller_id=ADA["email"]))
    assert desk.find(TABLE, key) == []
