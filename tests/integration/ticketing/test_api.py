"""Tickets by the REST API."""

import pytest

from tests.fakes.callers import ADMIN, ANN, AUDITOR, BOB, OPERATOR, a_caller
from tests.integration.ticketing.deployed import Deployed
from tests.unit.progress.stories import Story

TICKET = "/api/servicenow/ticket"
WISH = {"summary": "ACME's server is slow", "description": "Since noon.\nPlease ask them."}


def test_a_ticket_is_opened_at_once_and_once_for_its_key(deployed: Deployed) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = deployed.api("POST", TICKET, WISH, headers=key)
    again = deployed.api("POST", TICKET, WISH, headers=key)
    assert first.status == again.status == 202
    assert first.body["number"].startswith("INC")
    assert (first.body["kind"], first.body["status"]) == ("request", "open")
    assert again.body == first.body
    assert first.headers["Location"] == f"ticket/{first.body['number']}"
    conflict = deployed.api("POST", TICKET, {**WISH, "summary": "Another"}, headers=key)
    assert (conflict.status, conflict.body["code"]) == (409, "idempotency_conflict")


def test_it_shows_what_servicenow_says_of_it_now(deployed: Deployed) -> None:
    made = deployed.api("POST", TICKET, WISH).body
    deployed.double.control(
        "POST", "people", {"act": "assign", "table": "incident", "number": made["number"]}
    )
    shown = deployed.api("GET", f"{TICKET}/{made['number']}").body
    assert shown["live"]["state"]
    assert shown["live"]["assigned_to"]
    assert deployed.api("GET", f"{TICKET}/{made['id']}").body["number"] == made["number"]


def test_its_number_is_null_while_servicenow_cannot_be_reached(deployed: Deployed) -> None:
    deployed.double.order({"kind": "status", "status": 503, "count": 2, "retry_after": 60})
    key = {"Idempotency-Key": "k-2"}
    made = deployed.api("POST", TICKET, WISH, headers=key)
    assert (made.status, made.body["number"], made.body["status"]) == (202, None, "waiting")
    assert made.body["trouble"]["code"] == "servicenow_unavailable"
    assert deployed.api("GET", f"{TICKET}/{made.body['id']}").body["live"] is None


def test_a_ticket_that_nobody_may_write_says_why(deployed: Deployed) -> None:
    deployed.double.order({"kind": "status", "status": 429, "retry_after": 60})
    refused = deployed.api("POST", TICKET, WISH).body
    not_tried = deployed.api("POST", TICKET, WISH).body
    read = deployed.api("GET", f"{TICKET}/{not_tried['id']}").body
    deployed.hear(Story("a-9", owner="ann").requested())
    waiting = deployed.api("GET", "/api/transfer/a-9/tickets").body["tickets"]
    for each in (refused, not_tried, read, *waiting):
        assert each["status"] == "waiting"
        assert each["trouble"]["code"] == "servicenow_throttled"


def test_a_request_about_a_transfer_is_among_its_tickets(deployed: Deployed) -> None:
    deployed.hear(Story("a-1", owner="ann").requested())
    deployed.work()
    made = deployed.api("POST", TICKET, {**WISH, "transfer_id": "a-1"})
    assert made.status == 202
    found = deployed.api("GET", "/api/transfer/a-1/tickets").body["tickets"]
    assert sorted(each["kind"] for each in found) == ["audit", "request", "user"]
    assert all(each["number"] for each in found)


@pytest.mark.parametrize("caller", [OPERATOR, AUDITOR, ADMIN])
def test_those_who_see_all_transfers_see_all_tickets(deployed: Deployed, caller: object) -> None:
    deployed.hear(Story("a-2", owner="ann").requested())
    deployed.work()
    mine = deployed.api("GET", "/api/transfer/a-2/tickets", caller=ANN)
    theirs = deployed.api("GET", "/api/transfer/a-2/tickets", caller=caller)  # type: ignore[arg-type]
    assert mine.body == theirs.body


def test_others_tickets_are_answered_like_unknown_ones(deployed: Deployed) -> None:
    deployed.hear(Story("a-3", owner="ann").requested())
    deployed.work()
    [user] = [
        each
        for each in deployed.api("GET", "/api/transfer/a-3/tickets").body["tickets"]
        if each["kind"] == "user"
    ]
    for path, code in (
        ("/api/transfer/a-3/tickets", "transfer_not_found"),
        ("/api/transfer/unknown/tickets", "transfer_not_found"),
        (f"{TICKET}/{user['number']}", "ticket_not_found"),
        (f"{TICKET}/INC9999999", "ticket_not_found"),
    ):
        answer = deployed.api("GET", path, caller=BOB)
        assert (answer.status, answer.body["code"]) == (404, code)
    wish = {**WISH, "transfer_id": "a-3"}
    assert deployed.api("POST", TICKET, wish, caller=BOB).status == 404


def test_a_ticket_of_the_desk_that_is_not_ours_is_never_shown(deployed: Deployed) -> None:
    deed = {"act": "create", "table": "incident", "fields": {"short_description": "private"}}
    [record] = deployed.double.control("POST", "people", deed)["records"]
    assert deployed.api("GET", f"{TICKET}/{record['number']}", caller=ADMIN).status == 404


def test_who_has_no_role_may_ask_for_nothing(deployed: Deployed) -> None:
    answer = deployed.api("POST", TICKET, WISH, caller=a_caller("nobody"))
    assert (answer.status, answer.body["code"]) == (403, "role_missing")
    assert deployed.api("GET", "/api/servicenow/health", caller=ANN).status == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [("summary", "a\nb"), ("summary", ""), ("summary", "x" * 161), ("description", "\x00")],
)
def test_a_wrong_field_is_named(deployed: Deployed, field: str, value: str) -> None:
    answer = deployed.api("POST", TICKET, {**WISH, field: value})
    assert answer.status == 400
    assert field in answer.body["detail"]
