"""Who we are: passwords that are wrong once and not tried on, and tokens that end."""

import time

import pytest

from services.ticketing.domain.errors import (
    LoginRefused,
    OutcomeUnknown,
    Throttled,
    Unavailable,
    Unreachable,
)
from tests.doubles.http_program import Program
from tests.integration.ticketing.desk.desks import (
    TABLE,
    Clock,
    basic,
    desk_of,
    fields,
    keeps_secrets,
    new_id,
    oauth,
)


def tokens_given(double: Program) -> int:
    return int(double.summary()["logins"].get("token given", 0))


def calls(double: Program) -> int:
    return len(double.requests())


def test_a_wrong_password_is_tried_once(double: Program) -> None:
    before = calls(double)
    with pytest.raises(LoginRefused) as refused:
        desk_of(basic(double.url, "wrong")).find(TABLE, new_id())
    assert calls(double) == before + 1
    assert (refused.value.version, refused.value.host) == ("v1", "127.0.0.1")
    assert "User Not Authenticated" in refused.value.said
    keeps_secrets(refused.value)


def test_a_token_is_kept(double: Program) -> None:
    desk, before = desk_of(oauth(double.url)), tokens_given(double)
    made = desk.create(TABLE, fields(new_id()))
    desk.read(TABLE, made.record_id)
    assert tokens_given(double) == before + 1


def test_a_token_is_renewed_before_its_end(double: Program, clock: Clock) -> None:
    desk, before = desk_of(oauth(double.url), clock), tokens_given(double)
    for passed, given in ((0, 1), (1_700, 1), (60, 2)):
        clock.go_on(passed)
        desk.find(TABLE, new_id())
        assert tokens_given(double) == before + given


def test_a_token_that_was_withdrawn_is_renewed_and_the_call_made(double: Program) -> None:
    desk, before, key = desk_of(oauth(double.url)), tokens_given(double), new_id()
    desk.find(TABLE, key)
    double.control("POST", "logins", {"expire_tokens": True})
    desk.create(TABLE, fields(key))
    assert tokens_given(double) == before + 2
    assert len(desk.find(TABLE, key)) == 1


def test_a_new_token_that_is_refused_is_the_end(double: Program) -> None:
    desk = desk_of(oauth(double.url))
    desk.find(TABLE, new_id())
    double.order({"kind": "status", "status": 401, "path": "/api/*", "count": 2})
    before = calls(double)
    with pytest.raises(LoginRefused):
        desk.find(TABLE, new_id())
    assert calls(double) == before + 3  # with the kept token, for a new one, with the new one


def test_a_first_token_that_is_refused_is_the_end(double: Program) -> None:
    double.order({"kind": "status", "status": 401, "path": "/api/*"})
    before = calls(double)
    with pytest.raises(LoginRefused):
        desk_of(oauth(double.url)).find(TABLE, new_id())
    assert calls(double) == before + 2


def test_a_client_that_is_not_known_is_asked_for_no_ticket(double: Program) -> None:
    before = calls(double)
    with pytest.raises(LoginRefused, match="access_denied") as refused:
        desk_of(oauth(double.url, "wrong")).create(TABLE, fields(new_id()))
    assert calls(double) == before + 1
    keeps_secrets(refused.value)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "status", "status": 429, "retry_after": 7}, Throttled),
        ({"kind": "status", "status": 500}, Unavailable),
        ({"kind": "status", "status": 404}, Unavailable),
        ({"kind": "html"}, Unavailable),
        ({"kind": "empty"}, Unavailable),
        ({"kind": "html", "body": '{"access_token": "a\\r\\nX: y"}'}, Unavailable),
        ({"kind": "html", "body": '{"access_token": 7}'}, Unavailable),
        ({"kind": "reset_before"}, Unreachable),
        ({"kind": "timeout_after"}, Unreachable),
    ],
    ids=str,
)
def test_a_token_endpoint_in_trouble_is_no_refused_login(
    double: Program, fault: dict[str, object], expected: type[Exception]
) -> None:
    double.order(fault | {"path": "/oauth_token.do"})
    with pytest.raises(expected) as failed:
        desk_of(oauth(double.url), seconds=1).create(TABLE, fields(new_id()))
    assert getattr(failed.value, "surely", False)


def test_the_token_counts_into_the_time_of_the_call(double: Program) -> None:
    double.order({"kind": "delay", "seconds": 0.5, "path": "/oauth_token.do"})
    double.order({"kind": "timeout_before", "path": "/api/*"})
    began = time.monotonic()
    with pytest.raises((OutcomeUnknown, Unreachable)):
        desk_of(oauth(double.url), seconds=1.0).find(TABLE, new_id())
    assert time.monotonic() - began < 1.4
