"""The timeline of a transfer and the sessions of a destination come through the REST API."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kernel.caller import Role
from services.transfer.adapters.dynamodb_session_slots import DynamoDbSessionSlots
from services.transfer.domain.waiting import Waiter
from tests.fakes.callers import ANN, BOB, EVERYWHERE, a_caller
from tests.integration.moto_clients import moto_client
from tests.integration.transfer.deployed import TABLE, Deployed

CARL = a_caller("carl", Role.USER, destinations=EVERYWHERE)


def test_a_timeline_is_paged_newest_first(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("reports/day.csv")
    path = f"/api/transfer/{transfer_id}/events"
    assert deployed.api("POST", f"/api/transfer/{transfer_id}/pause").status == 202
    first = deployed.api("GET", path, query={"limit": "1"})
    assert first.status == 200, first
    [paused] = first.body["events"]
    assert (paused["type"], paused["by"]) == ("TransferPaused", "ann")
    query = {"limit": "1", "cursor": first.body["cursor"]}
    last = deployed.api("GET", path, query=query)
    [requested] = last.body["events"]
    assert (requested["type"], requested["sequence"]) == ("TransferRequested", 0)
    assert (last.body["cursor"], last.body["earlier_gone"]) == (None, False)
    stored = {each.event_id for each in deployed.events.unpublished(transfer_id)}
    assert stored == {paused["event_id"], requested["event_id"]}


def test_a_timeline_is_not_for_everybody_and_takes_only_its_own_cursors(deployed: Deployed) -> None:
    deployed.register()
    path = f"/api/transfer/{deployed.request('reports/day.csv')}/events"
    for where, caller in [(path, BOB), ("/api/transfer/none-such/events", CARL)]:
        answer = deployed.api("GET", where, caller=caller)
        assert (answer.status, answer.body["code"]) == (404, "transfer_not_found")
    refused = deployed.api("GET", path, query={"cursor": "bm90LW91cnM"})
    assert (refused.status, refused.body["code"]) == (400, "field_invalid")
    assert deployed.api("GET", path, query={"limit": "0"}).status == 400


def test_sessions_and_the_line_are_shown_and_hide_what_is_others(deployed: Deployed) -> None:
    deployed.register(max_sessions=1)
    holds, waits = deployed.request("a"), deployed.request("b")
    slots = DynamoDbSessionSlots(moto_client("dynamodb"), TABLE)
    now = datetime.now(UTC)
    assert slots.take("acme", 1, f"{holds}/1/lane-3", now, now + timedelta(seconds=90))
    waiter = Waiter("acme", f"{waits}/step", now, 1, task_token="token", owner="ann")
    slots.wait(waiter)
    slots.wait(replace(waiter, ticket="others/step", since=now - timedelta(1), owner="bob"))
    path = "/api/destinations/acme/sessions"
    body = deployed.api("GET", path, caller=ANN).body
    assert (body["max_sessions"], body["in_use"], body["waiting"]) == (1, 1, 2)
    [holder] = body["holders"]
    assert (holder["kind"], holder["transfer_id"], holder["lane"]) == ("lane", holds, 3)
    found = [(each["position"], each["transfer_id"]) for each in body["line"]]
    assert found == [(1, None), (2, waits)]
    seen = deployed.api("GET", path, caller=CARL).body
    assert [seen["holders"][0]["transfer_id"], *(e["transfer_id"] for e in seen["line"])] == [
        None
    ] * 3
    for where in (path, "/api/destinations/none-such/sessions"):
        answer = deployed.api("GET", where, caller=BOB)
        assert (answer.status, answer.body["code"]) == (404, "destination_not_found")
