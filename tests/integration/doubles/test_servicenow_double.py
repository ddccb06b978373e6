"""The ServiceNow double does as the Table API is documented, and sets its traps."""

import re
from collections.abc import Iterator

import pytest

from tests.integration.doubles.servicenow_client import TABLE, Client, servicenow

POLICY = (
    "Data Policy Exception: The following fields are mandatory: Resolution code, Resolution notes"
)
NOT_FOUND = "Record doesn't exist or ACL restricts the record retrieval"


@pytest.fixture
def desk() -> Iterator[Client]:
    with servicenow() as client:
        yield client


def test_a_record_is_made_read_and_changed(desk: Client) -> None:
    answer = desk.http.post(TABLE, json={"short_description": "x", "urgency": 2, "no_such": "y"})
    made = answer.json()["result"]
    assert answer.status_code == 201
    assert answer.headers["location"] == f"{desk.url}{TABLE}/{made['sys_id']}"
    assert re.fullmatch(r"INC\d{7}", made["number"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", made["sys_created_on"])
    assert (made["urgency"], made["state"], made["sys_mod_count"]) == ("2", "1", "0")
    assert made["opened_by"]["link"].endswith(f"/sys_user/{made['opened_by']['value']}")
    assert all(isinstance(each, str | dict) for each in made.values())
    assert "no_such" not in made
    changed = desk.change(made["sys_id"], state="2")
    assert (changed.status_code, changed.json()["result"]["sys_mod_count"]) == (200, "1")


def test_values_come_as_asked_for(desk: Client) -> None:
    sys_id = desk.create(short_description="x" * 200)["sys_id"]
    path = f"{TABLE}/{sys_id}"
    plain = {"sysparm_exclude_reference_link": "true", "sysparm_fields": "opened_by,nothing"}
    (name,) = desk.http.get(path, params=plain).json()["result"].items()
    assert (name[0], len(name[1])) == ("opened_by", 32)
    shown = desk.http.get(path, params={"sysparm_display_value": "true"}).json()["result"]
    assert (shown["state"], shown["opened_by"]["display_value"]) == ("New", "FileFerry Integration")
    assert len(shown["short_description"]) == 160
    both = desk.http.get(path, params={"sysparm_display_value": "all"}).json()["result"]
    assert both["state"] == {"display_value": "New", "value": "1"}


def test_a_bad_query_finds_the_tickets_of_others(desk: Client) -> None:
    for each in ("a", "b", ""):
        desk.create(correlation_id=each)
    assert len(desk.find("corelation_id=a")) == 3
    assert len(desk.find("corelation_id=a^correlation_id=b")) == 1
    assert [each["correlation_id"] for each in desk.find("correlation_id=")] == [""]
    desk.control("queries", bad_query_returns_nothing=True)
    assert desk.find("corelation_id=a") == []


def test_queries_have_operators_an_order_and_pages(desk: Client) -> None:
    for each in ("a", "b", "c", "B ", "x^y"):
        desk.create(correlation_id=each)

    def keys(query: str, **more: str) -> list[str]:
        return [each["correlation_id"] for each in desk.find(query, **more)]

    assert sorted(keys("correlation_id=b")) == ["B ", "b"]  # as the database compares
    assert keys("correlation_idINa,c^ORDERBYDESCnumber") == ["c", "a"]
    assert keys("correlation_id=a^ORcorrelation_id=c^ORDERBYnumber") == ["a", "c"]
    assert keys("correlation_id=x^^y") == ["x^y"]
    assert keys("ORDERBYnumber", sysparm_limit="2", sysparm_offset="1") == ["b", "c"]
    assert len(desk.find("", correlation_id="c")) == 1


def test_notes_are_only_added(desk: Client) -> None:
    made = desk.create(work_notes="first", comments="hello")
    assert made["work_notes"] == ""
    assert desk.change(made["sys_id"], work_notes="second").json()["result"]["work_notes"] == ""
    path = f"{TABLE}/{made['sys_id']}"
    shown = desk.http.get(path, params={"sysparm_display_value": "true"}).json()["result"]
    stamp = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - FileFerry Integration \(Work notes\)\n"
    assert re.fullmatch(f"{stamp}second\n\n{stamp}first\n\n", shown["work_notes"])
    query = f"element_id={made['sys_id']}^element=work_notes"
    rows = desk.find(query, "/api/now/table/sys_journal_field")
    assert sorted(each["value"] for each in rows) == ["first", "second"]


def test_what_may_not_be_is_refused(desk: Client) -> None:
    sys_id = desk.create()["sys_id"]
    refused = desk.change(sys_id, state="6", close_code="Solved")
    detail = POLICY.replace("Resolution code, ", "")
    assert refused.status_code == 403
    failure = {"error": {"message": "Operation Failed", "detail": detail}, "status": "failure"}
    assert refused.json() == failure
    closing = {"close_code": "Solved", "close_notes": "Done"}
    assert desk.change(sys_id, state="7", **closing).status_code == 403
    assert desk.change(sys_id, state="6", **closing).json()["result"]["state"] == "6"
    gone = desk.http.get(f"{TABLE}/{'0' * 32}")
    assert (gone.status_code, gone.json()["error"]["detail"]) == (404, NOT_FOUND)
    unknown = desk.http.get("/api/now/table/no_such")
    assert (unknown.status_code, unknown.json()["error"]["message"]) == (
        400,
        "Invalid table no_such",
    )
    assert desk.http.post(TABLE, content="{").status_code == 400
    assert desk.http.delete(f"{TABLE}/{sys_id}").status_code == 403


def test_a_correlation_id_is_cut(desk: Client) -> None:
    desk.create(correlation_id="k" * 101)
    assert desk.find("correlation_id=" + "k" * 101) == []
    assert desk.find("correlation_id=" + "k" * 100)


def test_other_tables_have_their_own_numbers_states_and_columns(desk: Client) -> None:
    item = desk.create("/api/now/table/sc_req_item", state="2")
    assert item["number"].startswith("RITM")
    own = desk.create("/api/now/table/u_file_transfer", u_transfer="t-1")
    assert (own["number"][:3], own["state"]) == ("FTR", "1")
    found = desk.find(
        "u_transfer=t-1", "/api/now/table/u_file_transfer", sysparm_fields="u_transfer"
    )
    assert found == [{"u_transfer": "t-1"}]


def test_an_import_changes_what_has_its_key(desk: Client) -> None:
    path = "/api/now/import/u_fileferry_import"
    row = {"u_correlation_id": "k", "u_short_description": "x"}
    answers = [desk.http.post(path, json=row | more) for more in ({}, {}, {"u_state": "2"})]
    results = [each.json()["result"][0] for each in answers]
    assert [each["status"] for each in results] == ["inserted", "ignored", "updated"]
    assert len({each["sys_id"] for each in results}) == 1
    assert results[0]["display_value"].startswith("INC")
    failed = desk.http.post(path, json=row | {"u_state": "6"})
    assert (failed.status_code, failed.json()["result"][0]["status"]) == (201, "error")
    assert len(desk.find("correlation_id=k")) == 1
