"""Answers carry the right status, versions, and headers that keep them safe."""

import json
from datetime import UTC, datetime

from contracts.browse_api import BucketsPage
from contracts.transfer_api import HealthView
from runtime.calls import Answer
from tests.unit.runtime.gateway import Service, header, problem, request

NO_BUCKETS = BucketsPage(buckets=(), cursor=None)


def test_an_answer_has_the_routes_status_and_the_security_headers() -> None:
    health = HealthView(
        status="ok", service="transfer", stage="dev", time=datetime(2026, 1, 2, tzinfo=UTC)
    )
    answer = Service(health)(request("GET", "/api/health"))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["time"] == "2026-01-02T00:00:00Z"
    assert header(answer, "Content-Type") == "application/json"
    assert header(answer, "X-Content-Type-Options") == "nosniff"
    assert "frame-ancestors 'none'" in str(header(answer, "Content-Security-Policy"))
    assert "max-age" in str(header(answer, "Strict-Transport-Security"))


def test_what_a_post_answers_is_stored_nowhere() -> None:
    answer = Service(NO_BUCKETS)(request("POST", "/api/transfer/t-1/pause"))
    assert header(answer, "Cache-Control") == "no-store"
    assert header(answer, "ETag") is None


def test_what_did_not_change_is_not_sent_again() -> None:
    service = Service(NO_BUCKETS)
    first = service(request("GET", "/api/buckets"))
    assert header(first, "Cache-Control") == "private, no-cache"
    known = {"If-None-Match": f'"other", {header(first, "ETag")}'}
    again = service(request("GET", "/api/buckets", headers=known))
    assert (again["statusCode"], again["body"]) == (304, "")
    assert header(again, "ETag") == header(first, "ETag")
    service.answer = BucketsPage(buckets=(), cursor="a")
    assert service(request("GET", "/api/buckets", headers=known))["statusCode"] == 200


def test_an_answer_that_says_how_long_it_keeps_is_taken_at_its_word() -> None:
    answer = Service(Answer("text", headers={"Cache-Control": "no-store"}))(
        request("GET", "/api/buckets")
    )
    assert (answer["body"], header(answer, "Cache-Control")) == ("text", "no-store")
    assert header(answer, "ETag") is None


def test_a_version_is_told_as_etag_and_can_be_insisted_on() -> None:
    service = Service(Answer(NO_BUCKETS, version=7))
    answer = service(request("GET", "/api/destinations/demo"))
    assert header(answer, "ETag") == '"7"'
    event = request("DELETE", "/api/destinations/demo", headers={"If-Match": '"7"'})
    assert service.sent(event).if_match == 7
    event["headers"] = {"If-Match": "*"}
    assert service.sent(event).if_match is None
    event["headers"] = {"If-Match": "seven"}
    assert problem(service(event))["errors"][0]["field"] == "If-Match"


def test_an_error_that_passes_says_when_to_come_again() -> None:
    answer = Service(Busy("later"))(request("GET", "/api/buckets"))
    assert (answer["statusCode"], header(answer, "Retry-After")) == (429, "7")


class Busy(Exception):
    status, code, retry_after_seconds = 429, "busy", 7


def test_a_deleted_destination_answers_204_without_a_body() -> None:
    answer = Service()(request("DELETE", "/api/destinations/demo"))
    assert (answer["statusCode"], answer["body"]) == (204, "")


def test_an_accepted_transfer_answers_202() -> None:
    answer = Service(NO_BUCKETS)(request("POST", "/api/transfer/t-1/pause"))
    assert answer["statusCode"] == 202
