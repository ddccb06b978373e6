"""Transfers are requested, shown, steered and listed through the REST API. Problems say why."""

import json

import pytest

from kernel.caller import Role
from runtime.settings import SettingsInvalid
from services.transfer.domain.status import Status
from tests.fakes.callers import EVERYWHERE, a_caller
from tests.integration.functions import cold_start
from tests.integration.transfer.deployed import BUCKET, Deployed
from tests.unit.runtime.gateway import ORIGIN, request
from tests.unit.runtime.lambda_context import Invocation

KEY = "reports/day.csv"
WISH = {"source": {"bucket": BUCKET, "key": KEY}, "destination_id": "acme"}


def test_a_transfer_is_stored_with_its_event_and_shown(deployed: Deployed) -> None:
    deployed.register()
    deployed.put(KEY, b"content")
    answer = deployed.api("POST", "/api/transfer", WISH, headers={"X-Correlation-Id": "c-42"})
    assert (answer.status, answer.body["status"]) == (202, "requested")
    assert (answer.body["target_path"], answer.body["warnings"]) == ("day.csv", [])
    assert answer.body["correlation_id"] == "c-42"
    assert answer.headers["Cache-Control"] == "no-store"
    shown = deployed.api("GET", f"/api/transfer/{answer.body['id']}")
    assert (shown.status, shown.body) == (200, answer.body)
    [event] = deployed.events.unpublished(answer.body["id"])
    assert event.detail_type == "TransferRequested.v1"
    assert '"c-42"' in event.detail


def test_an_idempotency_key_stands_for_one_transfer(deployed: Deployed) -> None:
    deployed.register()
    deployed.put(KEY, b"content")
    key = {"Idempotency-Key": "k-1"}
    first = deployed.api("POST", "/api/transfer", WISH, headers=key)
    deployed.remove(KEY)
    again = deployed.api("POST", "/api/transfer", WISH, headers=key)
    assert (again.status, again.body["id"]) == (202, first.body["id"])
    other = deployed.api("POST", "/api/transfer", WISH | {"if_exists": "replace"}, headers=key)
    assert (other.status, other.body["code"]) == (409, "idempotency_conflict")
    assert other.headers["Content-Type"] == "application/problem+json"
    assert len(deployed.api("GET", "/api/history").body["transfers"]) == 1


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"bucket": BUCKET, "key": "missing"}, "object_not_found"),
        ({"bucket": "nobodys-bucket", "key": KEY}, "bucket_not_found"),
        ({"bucket": BUCKET, "key": KEY, "version_id": "no-such-version"}, "object_not_found"),
    ],
)
def test_an_object_that_is_not_there_is_said_at_once(
    deployed: Deployed, source: dict[str, str], code: str
) -> None:
    deployed.register()
    deployed.put(KEY, b"content")
    answer = deployed.api("POST", "/api/transfer", WISH | {"source": source})
    assert (answer.status, answer.body["code"]) == (404, code)
    assert deployed.api("GET", "/api/history").body["transfers"] == []


def test_without_a_grant_nobody_is_told_what_is_there(deployed: Deployed) -> None:
    deployed.register()
    stranger = a_caller("eve", Role.USER, destinations=EVERYWHERE)
    for key in (KEY, "missing"):
        wish = WISH | {"source": {"bucket": BUCKET, "key": key}}
        answer = deployed.api("POST", "/api/transfer", wish, caller=stranger)
        assert (answer.status, answer.body["code"]) == (403, "source_not_granted")


def test_a_name_that_some_servers_refuse_is_warned_of(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request(KEY, target_path="nul.csv")
    [warning] = deployed.api("GET", f"/api/transfer/{transfer_id}").body["warnings"]
    assert "'nul.csv' is a device" in warning


def test_a_share_to_read_back_is_stored_told_and_shown(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request(KEY, verify="readback", readback_percent=10)
    shown = deployed.api("GET", f"/api/transfer/{transfer_id}").body
    assert (shown["verify"], shown["readback_percent"]) == ("readback", 10)
    assert shown["planned_proof"] is None  # nothing is planned yet
    [event] = deployed.events.unpublished(transfer_id)
    assert '"readback_percent":10' in event.detail.replace(" ", "")
    secret = deployed.stored(transfer_id).sample_secret
    assert len(secret) == 32
    assert secret not in str(shown)
    assert secret not in event.detail


PROPOSAL = {"conversation_id": "conv-1", "proposal_id": "prop-1", "digest": "0" * 64}


def test_the_proposal_that_a_request_names_is_stored_told_and_shown(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request(KEY, origin=PROPOSAL)
    assert deployed.api("GET", f"/api/transfer/{transfer_id}").body["origin"] == PROPOSAL
    [listed] = deployed.api("GET", "/api/transfer").body["transfers"]
    assert listed["origin"] == PROPOSAL
    [event] = deployed.events.unpublished(transfer_id)
    assert json.loads(event.detail)["data"]["origin"] == PROPOSAL


def test_an_object_with_another_etag_than_the_named_one_is_not_sent(deployed: Deployed) -> None:
    deployed.register()
    deployed.put(KEY, b"content")
    files = f"/api/buckets/{BUCKET}/files"
    [listed] = deployed.api("GET", files, query={"prefix": KEY}).body["files"]
    wish = WISH | {"source": {"bucket": BUCKET, "key": KEY, "etag": listed["etag"]}}
    key = {"Idempotency-Key": "k-1"}
    first = deployed.api("POST", "/api/transfer", wish, headers=key)
    assert first.status == 202
    deployed.put(KEY, b"other content")
    refused = deployed.api("POST", "/api/transfer", wish)
    assert (refused.status, refused.body["code"]) == (409, "source_changed")
    assert listed["etag"] in refused.body["detail"]
    again = deployed.api("POST", "/api/transfer", wish, headers=key)
    assert (again.status, again.body["id"]) == (202, first.body["id"])
    assert len(deployed.api("GET", "/api/history").body["transfers"]) == 1


def test_history_shows_the_newest_first_page_by_page(deployed: Deployed) -> None:
    deployed.register()
    ids = [deployed.request(f"k-{number}") for number in range(3)]
    first = deployed.api("GET", "/api/history", query={"limit": "2"}).body
    rest = deployed.api("GET", "/api/history", query={"cursor": first["cursor"]}).body
    assert [each["id"] for each in first["transfers"] + rest["transfers"]] == ids[::-1]
    assert rest["cursor"] is None
    refused = deployed.api("GET", "/api/history", query={"cursor": "not-ours"})
    assert (refused.status, refused.body["code"]) == (400, "field_invalid")


def test_a_transfer_is_paused_resumed_and_cancelled(deployed: Deployed) -> None:
    deployed.register()
    path = f"/api/transfer/{deployed.request('k')}"
    for action, status in [("pause", "paused"), ("resume", "requested"), ("cancel", "cancelling")]:
        answer = deployed.api("POST", f"{path}/{action}")
        assert (answer.status, answer.body["status"]) == (202, status)
    refused = deployed.api("POST", f"{path}/retry")
    assert (refused.status, refused.body["code"]) == (409, "cancelled")


def test_only_a_failed_transfer_can_be_retried(deployed: Deployed) -> None:
    deployed.register()
    refused = deployed.api("POST", f"/api/transfer/{deployed.request('k')}/retry")
    assert (refused.status, refused.body["code"]) == (409, "wrong_state")
    assert Status.REQUESTED in refused.body["detail"]


def test_buckets_and_files_are_listed(deployed: Deployed) -> None:
    for key in ("a.csv", "reports/1.csv", "reports/2.csv"):
        deployed.put(key, key.encode())
    buckets = deployed.api("GET", "/api/buckets").body["buckets"]
    assert [each["name"] for each in buckets] == [BUCKET]
    path = f"/api/buckets/{BUCKET}/files"
    top = deployed.api("GET", path).body
    assert ([each["key"] for each in top["files"]], top["folders"]) == (["a.csv"], ["reports/"])
    query = {"prefix": "reports/", "limit": "1"}
    first = deployed.api("GET", path, query=query).body
    rest = deployed.api("GET", path, query=query | {"cursor": first["cursor"]}).body
    assert [each["key"] for each in first["files"] + rest["files"]] == [
        "reports/1.csv",
        "reports/2.csv",
    ]
    assert first["files"][0]["size_bytes"] == len("reports/1.csv")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/transfer/nobody", "transfer_not_found"),
        ("POST", "/api/transfer/nobody/pause", "transfer_not_found"),
        ("POST", "/api/transfer/nobody/retry", "transfer_not_found"),
        ("GET", "/api/destinations/nobody", "destination_not_found"),
        ("POST", "/api/destinations/nobody/test", "destination_not_found"),
        ("DELETE", "/api/destinations/nobody", "destination_not_found"),
        ("GET", "/api/buckets/nobodys-bucket/files", "bucket_not_found"),
        ("GET", "/api/nothing", "no_route"),
    ],
)
def test_what_is_not_there_is_a_404(deployed: Deployed, method: str, path: str, code: str) -> None:
    answer = deployed.api(method, path)
    assert (answer.status, answer.body["code"]) == (404, code)
    assert (answer.body["instance"], answer.body["request_id"]) == (path, "g-1")


@pytest.mark.parametrize(
    ("body", "status", "code", "words"),
    [
        ({**WISH, "target_path": "../up"}, 400, "path_outside_base", "../up"),
        ({**WISH, "target_path": "a\nb"}, 400, "name_invalid", "U+000A"),
        ({**WISH, "surprise": 1}, 400, "request_invalid", "surprise"),
        ({**WISH, "destination_id": "nobody"}, 404, "destination_not_found", "nobody"),
        ({**WISH, "source": {"bucket": BUCKET, "key": "f/"}}, 400, "field_invalid", "source.key"),
        ("{no JSON", 400, "request_invalid", "JSON"),
    ],
)
def test_a_bad_request_is_answered_with_field_and_value(
    deployed: Deployed, body: object, status: int, code: str, words: str
) -> None:
    deployed.register()
    answer = deployed.api("POST", "/api/transfer", body)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert words in answer.body["detail"]
    assert deployed.api("GET", "/api/history").body["transfers"] == []


def test_a_body_that_is_not_declared_as_json_is_refused(deployed: Deployed) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = deployed.api("POST", "/api/transfer", WISH, headers=headers)
    assert (answer.status, answer.body["code"]) == (415, "not_json")


def test_only_listed_origins_may_call_from_a_page(deployed: Deployed) -> None:
    asked = deployed.api("OPTIONS", "/api/transfer", headers={"Origin": ORIGIN})
    assert asked.status == 204
    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Idempotency-Key" in asked.headers["Access-Control-Allow-Headers"]
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    elsewhere = {"Origin": "https://elsewhere.example"}
    refused = deployed.api("OPTIONS", "/api/transfer", headers=elsewhere)
    assert "Access-Control-Allow-Origin" not in refused.headers
    posted = deployed.api("POST", "/api/transfer", WISH, headers=elsewhere)
    assert (posted.status, posted.body["code"]) == (403, "origin_refused")


def test_health_tells_service_and_stage(deployed: Deployed) -> None:
    answer = deployed.api("GET", "/api/health")
    assert answer.status == 200
    assert (answer.body["status"], answer.body["service"]) == ("ok", "transfer")
    assert answer.body["stage"] == "local"


def test_a_missing_variable_is_named_at_the_first_call(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRANSFERS_TABLE")
    with pytest.raises(SettingsInvalid, match="TRANSFERS_TABLE"):
        cold_start("transfer", "api")(request("GET", "/api/health"), Invocation())
