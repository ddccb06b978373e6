"""Handing a session over through the REST API."""

import json
from typing import Any

import pytest

from contracts.auth_events import SessionOpenedV1
from contracts.catalogue import parse
from tests.integration.auth.deployed import Answer, Deployed, rest_call
from tests.unit.runtime.conftest import Lines

MAKE, REDEEM = "/api/auth/handovers", "/api/auth/handovers/redeem"
TO_TEAMS = {"to": "teams"}


def code_of(deployed: Deployed, token: str) -> str:
    answer = deployed.api("POST", MAKE, TO_TEAMS, token=token)
    assert answer.status == 201, answer
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.body["code"])


def redeem(deployed: Deployed, code: object) -> Answer:
    return deployed.api("POST", REDEEM, {"code": code})


def session_of(deployed: Deployed, token: str) -> dict[str, Any]:
    session: dict[str, Any] = deployed.api("GET", "/api/me", token=token).body["session"]
    return session


def test_a_code_gives_tokens_of_a_session_that_says_what_it_is(deployed: Deployed) -> None:
    asking = deployed.admin()
    answer = redeem(deployed, code_of(deployed, asking))
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.body.keys() == deployed.log_in().keys()
    token = answer.body["access_token"]
    mine, theirs = session_of(deployed, asking), session_of(deployed, token)
    assert (mine["handed_to"], theirs["handed_to"]) == (None, "teams")
    assert mine["id"] != theirs["id"]
    assert theirs["idle_seconds"] is None
    again = deployed.api("POST", "/api/refresh", {"refresh_token": answer.body["refresh_token"]})
    assert session_of(deployed, again.body["access_token"])["handed_to"] == "teams"


def test_the_list_of_sessions_tells_it_from_the_others(deployed: Deployed) -> None:
    asking = deployed.admin()
    redeem(deployed, code_of(deployed, asking))
    answer = deployed.api("GET", "/api/me/sessions", token=asking)
    newest, own = answer.body["sessions"]
    assert (newest["handed_to"], newest["current"]) == ("teams", False)
    assert (own["handed_to"], own["current"], own["source_ip"]) == (None, True, "192.0.2.7")
    assert answer.text.count("hash") == 0


def test_the_event_says_who_asked_for_the_session(deployed: Deployed) -> None:
    asking = deployed.admin()
    deployed.invoke("publish_outbox", deployed.outbox())
    deployed.heard()
    redeem(deployed, code_of(deployed, asking))
    deployed.invoke("publish_outbox", deployed.outbox())
    opened = [
        parse(each["detail-type"], json.dumps(each["detail"])).data
        for each in deployed.heard()
        if each["detail-type"] == "SessionOpened.v1"
    ]
    handed = [each for each in opened if isinstance(each, SessionOpenedV1) and each.handed_to]
    assert [each.handed_from for each in handed] == [session_of(deployed, asking)["id"]]


def test_a_session_that_was_handed_over_hands_over_no_other(deployed: Deployed) -> None:
    tokens = redeem(deployed, code_of(deployed, deployed.admin())).body
    answer = deployed.api("POST", MAKE, TO_TEAMS, token=tokens["access_token"])
    assert (answer.status, answer.body["code"]) == (403, "handed_over")


def test_a_code_is_good_once(deployed: Deployed) -> None:
    code = code_of(deployed, deployed.admin())
    answers = [redeem(deployed, code) for _ in range(3)]
    assert [each.status for each in answers] == [200, 401, 401]
    assert {each.body["code"] for each in answers[1:]} == {"handover_refused"}


def test_a_code_is_worthless_once_the_session_that_asked_is_over(deployed: Deployed) -> None:
    asking = deployed.admin()
    code = code_of(deployed, asking)
    assert deployed.api("POST", "/api/logout", token=asking).status == 204
    answer = redeem(deployed, code)
    assert (answer.status, answer.body["code"]) == (401, "handover_refused")
    assert "has ended since" in answer.body["detail"]


def test_too_many_guesses_are_told_when_to_come_again(deployed: Deployed) -> None:
    code = code_of(deployed, deployed.admin())
    name = code.split(".")[0]
    statuses = [redeem(deployed, f"{name}.{'0' * 32}").status for _ in range(5)]
    answer = redeem(deployed, code)
    assert statuses == [401] * 5
    assert (answer.status, answer.body["code"]) == (429, "too_many_attempts")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("body", [{}, {"to": "slack"}, {"to": None}, {"to": "teams", "for": "x"}])
def test_what_is_no_wish_is_refused(deployed: Deployed, body: object) -> None:
    assert deployed.api("POST", MAKE, body, token=deployed.admin()).status == 400


def test_nobody_gets_a_code_without_a_token(deployed: Deployed) -> None:
    assert deployed.api("POST", MAKE, TO_TEAMS).status == 401


@pytest.mark.parametrize("code", ["", 7, None, "x" * 1_025])
def test_what_cannot_be_a_code_is_refused_without_a_look(deployed: Deployed, code: object) -> None:
    answer = redeem(deployed, code)
    assert (answer.status, answer.body["code"]) == (400, "request_invalid")


def test_a_code_opens_nothing_else(deployed: Deployed) -> None:
    code = code_of(deployed, deployed.admin())
    assert deployed.api("POST", "/api/refresh", {"refresh_token": code}).status == 401
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.invoke("authorizer", rest_call({"Authorization": f"Bearer {code}"}))
    assert redeem(deployed, deployed.log_in()["refresh_token"]).status == 401
    assert redeem(deployed, code).status == 200


def test_no_code_stands_in_a_log_or_in_the_table(
    deployed: Deployed, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    deployed.warm = {}
    code = code_of(deployed, deployed.admin())
    secret = code.split(".")[1]
    assert secret not in json.dumps(deployed.rows())
    redeem(deployed, code)
    redeem(deployed, code)
    assert secret not in json.dumps(lines())
    assert "HANDOVER" not in [row["sk"]["S"] for row in deployed.rows()]
