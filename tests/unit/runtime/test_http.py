"""Requests are decoded by the routes' own models, and refused with reasons."""

import base64

import pytest

from contracts.browse_api import BucketsPage
from contracts.transfer_routes import TRANSFER_ROUTES
from runtime.calls import MAX_BODY_BYTES
from runtime.http import Api
from runtime.problems import Problems, RequestRefused
from tests.fakes.callers import ANN, AUDITOR
from tests.unit.runtime.gateway import ORIGIN, Service, header, problem, request

START = {"source": {"bucket": "acme-exports", "key": "a b/ü.csv"}, "destination_id": "demo"}
NO_BUCKETS = BucketsPage(buckets=(), cursor=None)
PARTNER = {"id": "p", "name": "P", "protocol": "sftp", "host": "h", "user": "u", "password": "x"}


def test_a_body_becomes_the_routes_model_with_its_defaults() -> None:
    call = Service().sent(request("POST", "/api/transfer", START))
    assert call.body.source.key == "a b/ü.csv"
    assert (call.body.if_exists, call.body.verify) == ("fail", "checksum")
    assert call.caller == ANN


def test_path_and_query_reach_the_operation() -> None:
    call = Service().sent(
        request("GET", "/api/buckets/acme.exports-1/files", query={"prefix": "a/", "limit": "7"})
    )
    assert call.path == {"name": "acme.exports-1"}
    assert (call.query.prefix, call.query.limit, call.query.delimiter) == ("a/", 7, "/")
    assert call.body is None


def test_the_authorizers_finding_is_the_caller() -> None:
    caller = Service().sent(request("GET", "/api/history", caller=AUDITOR)).caller
    assert caller == AUDITOR


def test_a_request_that_no_authorizer_let_pass_is_refused() -> None:
    service = Service()
    answer = service(request("GET", "/api/history", caller=None))
    assert problem(answer)["code"] == "not_logged_in"
    assert (answer["statusCode"], header(answer, "WWW-Authenticate")) == (401, "Bearer")
    assert service.calls == []


def test_a_context_that_is_not_the_authorizers_is_our_own_error() -> None:
    event = request("GET", "/api/history")
    event["requestContext"]["authorizer"] = {"caller": '{"user": "ann", "roles": ["king"]}'}
    assert Service()(event)["statusCode"] == 500


def test_a_public_route_needs_no_caller() -> None:
    call = Service().sent(request("GET", "/api/health", caller=None))
    assert call.known_caller is None
    with pytest.raises(RequestRefused):
        _ = call.caller


def test_cookies_and_the_callers_address_reach_the_operation() -> None:
    event = request("GET", "/api/health", headers={"cookie": "a=1; b=2"})
    call = Service().sent(event)
    assert (call.cookies, call.source_ip) == ({"a": "1", "b": "2"}, "192.0.2.7")
    event["headers"] = {"Cookie": "\x01=;;="}
    assert Service().sent(event).cookies == {}


@pytest.mark.parametrize("header", ["Bearer ab.cd.ef", "bearer  ab.cd.ef "])
def test_the_callers_token_reaches_the_operation_and_is_never_shown(header: str) -> None:
    call = Service().sent(request("GET", "/api/history", headers={"Authorization": header}))
    assert call.token.get_secret_value() == "ab.cd.ef"
    assert "ab.cd" not in f"{call!r} {call} {call.token!r} {call.token} {vars(call)}"


@pytest.mark.parametrize("header", ["", "Bearer ", "Basic ab.cd.ef", "ab.cd.ef"])
def test_a_call_without_a_token_has_none_to_give_on(header: str) -> None:
    call = Service().sent(request("GET", "/api/history", headers={"Authorization": header}))
    with pytest.raises(RequestRefused):
        _ = call.token


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({**START, "colour": "red"}, {"field": "colour", "value": "red"}),
        ({**START, "verify": "maybe"}, {"field": "verify", "value": "maybe"}),
        (
            {**START, "source": {"bucket": "NO", "key": "k"}},
            {"field": "source.bucket", "value": "NO"},
        ),
        ({"source": START["source"]}, {"field": "destination_id"}),
        ({**START, "destination_id": 7}, {"field": "destination_id", "value": 7}),
        ("{nonsense", {"field": "body"}),
        ("", {"field": "body"}),
        ("[]", {"field": "body"}),
    ],
)
def test_a_bad_body_is_refused_field_by_field(body: object, told: dict[str, object]) -> None:
    service = Service()
    answer = service(request("POST", "/api/transfer", body))
    assert answer["statusCode"] == 400
    (error,) = problem(answer)["errors"]
    assert {name: value for name, value in error.items() if name != "message"} == told
    assert problem(answer)["code"] == "request_invalid"
    assert str(told["field"]) in problem(answer)["detail"]
    assert service.calls == []


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "many"}, {"page": "2"}, {"cursor": ""}]
)
def test_a_bad_query_is_refused_by_name_and_value(query: dict[str, str]) -> None:
    answer = Service()(request("GET", "/api/history", query=query))
    ((name, value),) = query.items()
    (error,) = problem(answer)["errors"]
    assert (error["field"], error["value"]) == (name, value)


def test_a_body_that_is_not_declared_json_is_refused() -> None:
    event = request("POST", "/api/transfer", START, {"Content-Type": "text/plain"})
    assert Service()(event)["statusCode"] == 415


def test_a_body_with_a_charset_or_in_base64_is_read() -> None:
    event = request(
        "POST", "/api/transfer", START, {"Content-Type": "application/json; charset=utf-8"}
    )
    event |= {
        "body": base64.b64encode(event["body"].encode()).decode(),
        "isBase64Encoded": True,
    }
    assert Service().sent(event).body.destination_id == "demo"


def test_a_body_that_is_too_large_is_refused() -> None:
    body = {**START, "target_path": "x" * MAX_BODY_BYTES}
    assert Service()(request("POST", "/api/transfer", body))["statusCode"] == 413


@pytest.mark.parametrize("key", ["k", "a" * 255, "!~"])
def test_an_idempotency_key_reaches_the_operation(key: str) -> None:
    event = request("POST", "/api/transfer", START, {"idempotency-key": key})
    assert Service().sent(event).idempotency_key == key


@pytest.mark.parametrize("key", ["", "a" * 256, "two words", "ü", "line\nbreak"])
def test_a_bad_idempotency_key_is_refused(key: str) -> None:
    answer = Service()(request("POST", "/api/transfer", START, {"Idempotency-Key": key}))
    assert answer["statusCode"] == 400
    assert problem(answer)["errors"][0]["field"] == "Idempotency-Key"


def test_the_body_hash_knows_the_meaning_and_not_the_writing_of_a_body() -> None:
    service = Service()
    key = {"Idempotency-Key": "k-1"}
    spelled_out = dict(reversed([*START.items(), ("if_exists", "fail")]))
    first, second, other = (
        service.sent(request("POST", "/api/transfer", body, key)).idempotency
        for body in (START, spelled_out, {**START, "target_path": "x"})
    )
    assert first is not None
    assert first.key == "ann#StartTransferRequest#k-1"
    assert second == first
    assert other is not None
    assert (other.key, other.body_hash != first.body_hash) == (first.key, True)


def test_the_body_hash_is_no_hint_at_a_secret() -> None:
    service = Service()
    bodies = [{**PARTNER, "password": word} for word in ("hunter2", "hunter3")]
    key = {"Idempotency-Key": "k-1"}
    calls = [service.sent(request("POST", "/api/destinations", body, key)) for body in bodies]
    assert calls[0].idempotency is not None
    assert calls[0].idempotency == calls[1].idempotency
    assert calls[0].body.password.get_secret_value() == "hunter2"


def test_an_unknown_address_is_a_problem() -> None:
    answer = Service()(request("GET", "/api/nothing", headers={"Origin": ORIGIN}))
    assert problem(answer)["code"] == "no_route"
    assert answer["statusCode"] == 404
    assert header(answer, "Access-Control-Allow-Origin") == ORIGIN


def test_a_preflight_of_a_listed_origin_is_answered() -> None:
    event = request("OPTIONS", "/api/transfer/t-1", headers={"Origin": ORIGIN})
    answer = Service()(event)
    assert answer["statusCode"] == 204
    assert header(answer, "Access-Control-Allow-Origin") == ORIGIN
    assert "PATCH" in str(header(answer, "Access-Control-Allow-Methods"))
    assert "Idempotency-Key" in str(header(answer, "Access-Control-Allow-Headers"))


@pytest.mark.parametrize("origins", [(ORIGIN,), ()])
def test_an_origin_that_is_not_listed_gets_no_cors_headers(origins: tuple[str, ...]) -> None:
    for method in ("OPTIONS", "GET"):
        event = request(method, "/api/history", headers={"Origin": "https://evil.example"})
        answer = Service(NO_BUCKETS, origins)(event)
        assert header(answer, "Access-Control-Allow-Origin") is None


def test_a_page_of_another_origin_cannot_change_anything() -> None:
    service = Service()
    event = request("POST", "/api/transfer/t-1/cancel", headers={"origin": "https://evil.example"})
    assert problem(service(event))["code"] == "origin_refused"
    assert service.calls == []
    event["headers"] = {"origin": ORIGIN}
    assert service.sent(event).path == {"id": "t-1"}


def test_the_apis_own_page_may_try_what_it_describes() -> None:
    service = Service()
    here = {"Origin": "https://api.example", "Host": "api.example"}
    assert service.sent(request("POST", "/api/transfer/t-1/cancel", headers=here))
    for elsewhere in ("https://api.example.evil", "https://evil.example", "null", "http://["):
        event = request("POST", "/api/transfer/t-1/cancel", headers={**here, "Origin": elsewhere})
        assert problem(service(event))["code"] == "origin_refused"
    event = request("POST", "/api/transfer/t-1/cancel", headers={"Origin": "https://"})
    assert problem(service(event))["code"] == "origin_refused"


def test_cors_headers_stand_on_errors_too() -> None:
    event = request("POST", "/api/transfer", {}, {"Origin": ORIGIN})
    answer = Service()(event)
    assert answer["statusCode"] == 400
    assert header(answer, "Access-Control-Allow-Origin") == ORIGIN
    assert "Origin" in str(header(answer, "Vary"))


def test_a_missing_or_a_surplus_operation_is_noticed_at_once() -> None:
    operations = {route.operation_id: lambda call: None for route in TRANSFER_ROUTES}
    for wrong in ({**operations, "surplus": lambda call: None}, dict(list(operations.items())[1:])):
        with pytest.raises(ValueError, match="differ"):
            Api(TRANSFER_ROUTES, wrong, Problems({}), ())
