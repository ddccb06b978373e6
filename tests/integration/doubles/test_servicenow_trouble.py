"""Logins, limits, people and doubles of the ServiceNow double, and what a test may ask it."""

import time
from functools import partial

import httpx
import pytest

from tests.doubles.http_program import started
from tests.doubles.servicenow_limit import RateLimit
from tests.integration.doubles.servicenow_client import TABLE, servicenow


def test_five_wrong_logins_lock_the_account() -> None:
    with servicenow() as desk:
        for _ in range(5):
            wrong = desk.http.get(TABLE, auth=("fileferry", "wrong"))
            assert (wrong.status_code, "error" in wrong.json()) == (401, True)
        locked = desk.http.get(TABLE)
        assert locked.json()["error"]["message"] == "User Not Authenticated"
        assert desk.summary()["locked"] is True
        desk.control("logins", locked=False, password="new")
        assert desk.http.get(TABLE, auth=("fileferry", "new")).status_code == 200


def test_tokens_are_given_and_expire() -> None:
    with servicenow() as desk, httpx.Client(base_url=desk.url, trust_env=False) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": "fileferry-client",
            "client_secret": "double-secret",
        }
        given = http.post("/oauth_token.do", data=form).json()
        assert (given["token_type"], given["expires_in"]) == ("Bearer", 1799)
        http.headers["Authorization"] = f"Bearer {given['access_token']}"
        assert http.get(TABLE).status_code == 200
        desk.control("logins", expire_tokens=True)
        assert http.get(TABLE).status_code == 401
        refused = http.post("/oauth_token.do", data=form | {"client_secret": "wrong"})
        assert (refused.status_code, refused.json()["error"]) == (401, "server_error")


def test_requests_of_an_hour_are_limited() -> None:
    with servicenow("--limit", "2") as desk:
        assert [desk.http.get(TABLE).status_code for _ in range(2)] == [200, 200]
        refused = desk.http.post(TABLE, json={})
        assert (refused.status_code, refused.headers["x-ratelimit-limit"]) == (429, "2")
        end = int(refused.headers["x-ratelimit-reset"])
        assert end % 3_600 == 0
        assert abs(end - time.time() - int(refused.headers["retry-after"])) < 5
        assert len(refused.headers["x-ratelimit-rule"]) == 32
        (hour,) = desk.summary()["hours"]
        assert (hour["operations"], hour["refused"]) == ({"find incident": 2}, 1)
        desk.control("limit", limit=3, hour_seconds=7_200)
        assert "retry-after" not in desk.http.get(TABLE).headers


def test_an_hour_may_have_seconds() -> None:
    limit = RateLimit(limit=1, hour_seconds=5)
    assert [limit.take("x", now) for now in (1_000.5, 1_004.9, 1_005.0)] == [True, False, True]
    headers = limit.headers(1_003.2, refused=True)
    assert (headers["Retry-After"], headers["X-RateLimit-Reset"]) == ("2", "1005")
    assert [(each["calls"], each["refused"]) for each in limit.shown()] == [(1, 1), (1, 0)]


def test_people_act_meanwhile() -> None:
    with servicenow() as desk:
        one, other = desk.create(correlation_id="k")["sys_id"], desk.create()["sys_id"]
        (closed,) = desk.control("people", act="close", correlation_id="k")["records"]
        assert (closed["state"], closed["close_code"]) == ("7", "Solution provided")
        assert desk.change(one, work_notes="late").status_code == 403
        desk.control("people", act="assign", sys_id=other, who="Ada Lovelace")
        desk.control("people", act="comment", sys_id=other, text="Where is it?")
        path = f"{TABLE}/{other}"
        shown = desk.http.get(path, params={"sysparm_display_value": "true"}).json()["result"]
        assert shown["assigned_to"]["display_value"] == "Ada Lovelace"
        assert "Where is it?" in shown["comments"]
        desk.control("people", act="hide", sys_id=other)
        assert desk.http.get(path).status_code == 404
        desk.control("people", act="show", sys_id=other)
        desk.control("people", act="delete", sys_id=other)
        assert desk.change(other, state="2").status_code == 404
        answer = desk.http.post("/_double/people", json={"act": "close", "number": "INC1"})
        assert answer.status_code == 400


def test_nothing_is_unique() -> None:
    with servicenow() as desk:
        desk.control("doubling", count=1)
        desk.create(correlation_id="k")
        fields = {"correlation_id": "k", "short_description": "by hand"}
        desk.control("people", act="create", fields=fields)
        (found,) = desk.summary()["records"]
        assert (found["table"], found["correlation_id"], found["count"]) == ("incident", "k", 3)
        calls = {"operation": "create incident", "status": 201, "calls": 1}
        assert desk.summary()["calls"] == [calls]


def test_the_page_shows_hostile_text_as_text() -> None:
    with servicenow() as desk:
        desk.create(short_description="<script>alert(1)</script>", work_notes="<img src=x>")
        page = desk.http.get("/")
        assert "&lt;script&gt;alert(1)" in page.text
        assert "&lt;img src=x&gt;" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


def test_the_program_runs_by_itself_and_loses_an_answer_on_order() -> None:
    with started("tests.doubles.servicenow", "--password", "p") as program:
        program.order({"kind": "reset_after", "method": "POST", "path": "/api/now/table/*"})
        post = partial(httpx.post, auth=("fileferry", "p"), trust_env=False)
        with pytest.raises(httpx.ReadError):
            post(program.url + TABLE, json={"correlation_id": "k"})
        (record,) = program.summary()["records"]
        assert (record["count"], program.requests()[0]["fault"]) == (1, "reset_after")
