"""Values in a path arrive as they were sent, and are decoded once."""

from urllib.parse import quote

import pytest

from runtime.path_values import MAX_BYTES
from tests.unit.runtime.gateway import Service, problem, request


def name_sent_as(value: str) -> str:
    call = Service().sent(request("GET", f"/api/buckets/{value}/files"))
    return call.path["name"]


@pytest.mark.parametrize(
    "name",
    ["ann@acme.example", "a+b", "a b", "100%", "a/b", "Zoë", "a%2Fb", "%", "a%20b", "?#&=", "🚢"],
)
def test_a_value_is_what_was_meant(name: str) -> None:
    assert name_sent_as(quote(name, safe="")) == name


@pytest.mark.parametrize("sent", ["a+b", "ann@acme.example", "a:b;c=d,e"])
def test_what_needs_no_encoding_may_come_without(sent: str) -> None:
    assert name_sent_as(sent) == sent


def test_a_value_that_was_encoded_twice_is_decoded_once() -> None:
    assert name_sent_as("a%252Fb") == "a%2Fb"
    assert name_sent_as("a%2540b") == "a%40b"


@pytest.mark.parametrize("sent", ["100%", "%zz", "a%4", "%E4", "a%FFb", "%C3%28"])
def test_a_bad_encoding_is_refused_by_name_and_value(sent: str) -> None:
    told = problem(Service()(request("GET", f"/api/buckets/{sent}/files")))
    assert (told["status"], told["code"]) == (400, "request_invalid")
    [error] = told["errors"]
    assert (error["field"], error["value"]) == ("name", sent)
    assert sent in told["detail"]


def test_nothing_has_a_name_that_no_store_takes() -> None:
    assert len(name_sent_as("a" * MAX_BYTES)) == MAX_BYTES
    for sent in ("a" * (MAX_BYTES + 1), "%C3%BC" * (MAX_BYTES // 2 + 1)):
        told = problem(Service()(request("GET", f"/api/buckets/{sent}/files")))
        assert (told["status"], told["code"]) == (404, "no_route")
