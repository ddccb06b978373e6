"""Logging in, refreshing and logging out through the REST API."""

import json
from typing import Any

import pytest

from tests.integration.auth.deployed import PASSWORD, SECRET, Deployed
from tests.integration.moto_clients import moto_client
from tests.unit.runtime.conftest import Lines

NEW_PASSWORD = "staple battery horse"


def test_a_login_gives_tokens_that_open_the_api(deployed: Deployed) -> None:
    assert deployed.create_admin() == {"user": "root", "roles": ["admin"]}
    answer = deployed.api("POST", "/api/login", {"user": "root", "password": PASSWORD})
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    tokens = answer.body
    assert (tokens["token_type"], tokens["expires_in_seconds"]) == ("Bearer", 3_600)
    me = deployed.api("GET", "/api/me", token=tokens["access_token"])
    assert (me.status, me.body["user"], me.body["roles"]) == (200, "root", ["admin"])
    assert me.body["session"]["expires_at"] == tokens["session_expires_at"]
    assert (me.body["session"]["client"], me.body["session"]["idle_seconds"]) == ("api", None)


def test_a_console_is_told_when_it_will_be_idle(deployed: Deployed) -> None:
    deployed.create_admin()
    token = deployed.log_in(client="console")["access_token"]
    assert deployed.api("GET", "/api/me", token=token).body["session"]["idle_seconds"] == 1_800


def test_a_refused_login_says_the_same_whoever_it_was(deployed: Deployed) -> None:
    deployed.create_admin()
    answers = [
        deployed.api("POST", "/api/login", {"user": user, "password": "a wrong guess"})
        for user in ("root", "nobody")
    ]
    for answer in answers:
        assert (answer.status, answer.body["code"]) == (401, "login_refused")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    first, second = ({**answer.body, "request_id": ""} for answer in answers)
    assert first == second


def test_too_many_guesses_are_told_when_to_come_again(deployed: Deployed) -> None:
    deployed.create_admin()
    wrong = {"user": "root", "password": "a wrong guess"}
    statuses = [deployed.api("POST", "/api/login", wrong).status for _ in range(5)]
    answer = deployed.api("POST", "/api/login", {"user": "root", "password": PASSWORD})
    assert statuses == [401] * 5
    assert (answer.status, answer.body["code"]) == (429, "too_many_attempts")
    assert answer.headers["Retry-After"] == "1"


def test_nobody_chooses_the_address_their_guesses_are_counted_by(deployed: Deployed) -> None:
    deployed.create_admin()
    wrong = {"user": "root", "password": "a wrong guess"}
    answers = [
        deployed.api("POST", "/api/login", wrong, headers={"X-Forwarded-For": f"203.0.113.{n}"})
        for n in range(6)
    ]
    assert [each.status for each in answers] == [401] * 5 + [429]
    rows = {(row["pk"]["S"], row["sk"]["S"]): row for row in deployed.rows()}
    assert rows["LOGIN_FROM#192.0.2.7", "ATTEMPTS#"]["count"]["N"] == "5"
    assert not any("203.0.113" in str(row) for row in rows.values())


@pytest.mark.parametrize(
    "body",
    [
        {"user": "root"},
        {"user": "ROOT", "password": "x"},
        {"user": "root#x", "password": "x"},
        {"user": "", "password": "x"},
        {"user": "root", "password": "x" * 257},
        {"user": "root", "password": 7},
        {"user": "root", "password": "x", "client": "other"},
        {"user": "root", "pasword": "hunter2hunter2"},
    ],
)
def test_a_login_that_is_written_wrongly_is_told_without_the_password(
    deployed: Deployed, body: dict[str, Any]
) -> None:
    answer = deployed.api("POST", "/api/login", body)
    assert (answer.status, answer.body["code"]) == (400, "request_invalid")
    assert "hunter2" not in answer.text


def test_a_refresh_token_works_once(deployed: Deployed) -> None:
    deployed.create_admin()
    first = deployed.log_in()
    sent = {"refresh_token": first["refresh_token"]}
    answer = deployed.api("POST", "/api/refresh", sent)
    assert answer.status == 200
    assert answer.body["session_expires_at"] == first["session_expires_at"]
    assert deployed.api("GET", "/api/me", token=answer.body["access_token"]).status == 200
    again = deployed.api("POST", "/api/refresh", sent)
    assert (again.status, again.body["code"]) == (401, "token_refused")
    newest = {"refresh_token": answer.body["refresh_token"]}
    assert deployed.api("POST", "/api/refresh", newest).body["code"] == "session_over"
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.api("GET", "/api/me", token=answer.body["access_token"])


@pytest.mark.parametrize("token", ["garbage", "a.b.c", "YW5u.0.0", "ö" * 100])
def test_a_refresh_token_that_is_none_is_refused(deployed: Deployed, token: str) -> None:
    answer = deployed.api("POST", "/api/refresh", {"refresh_token": token})
    assert (answer.status, answer.body["code"]) == (401, "token_refused")
    assert token not in answer.text


def test_logging_out_ends_this_session_only(deployed: Deployed) -> None:
    deployed.create_admin()
    this, other = deployed.log_in(), deployed.log_in()
    answer = deployed.api("POST", "/api/logout", token=this["access_token"])
    assert (answer.status, answer.text) == (204, "")
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.api("GET", "/api/me", token=this["access_token"])
    assert deployed.api("GET", "/api/me", token=other["access_token"]).status == 200


def test_ending_all_of_ones_sessions(deployed: Deployed) -> None:
    deployed.create_admin()
    tokens = [deployed.log_in()["access_token"] for _ in range(2)]
    assert deployed.api("DELETE", "/api/me/sessions", token=tokens[0]).status == 204
    for token in tokens:
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            deployed.authorizer({"Authorization": f"Bearer {token}"})


def test_changing_ones_password(deployed: Deployed) -> None:
    deployed.create_admin()
    this, other = deployed.log_in()["access_token"], deployed.log_in()["access_token"]
    wrong = {"current_password": "a wrong guess", "new_password": NEW_PASSWORD}
    refused = deployed.api("POST", "/api/me/password", wrong, token=this)
    assert (refused.status, refused.body["code"]) == (403, "wrong_password")
    right = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert deployed.api("POST", "/api/me/password", right, token=this).status == 204
    assert deployed.api("GET", "/api/me", token=this).status == 200
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.api("GET", "/api/me", token=other)
    assert deployed.log_in(password=NEW_PASSWORD)


@pytest.mark.parametrize("new", ["short", "aaaaaaaaaaaaaaaa", PASSWORD, "It is Root 2026."])
def test_a_weak_new_password_is_refused(deployed: Deployed, new: str) -> None:
    token = deployed.admin()
    wish = {"current_password": PASSWORD, "new_password": new}
    answer = deployed.api("POST", "/api/me/password", wish, token=token)
    assert (answer.status, new in answer.text) == (400, False)


def test_without_an_identity_provider_there_is_no_single_sign_on(deployed: Deployed) -> None:
    redeem = {"code": "c", "verifier": "v" * 43}
    answers = [
        deployed.api("GET", "/api/login/sso"),
        deployed.api("GET", "/api/login/sso/callback", query={"state": "s", "code": "c"}),
        deployed.api("POST", "/api/login/sso", redeem),
    ]
    assert {answer.body["code"] for answer in answers} == {"sso_not_configured"}


def test_routes_that_are_not_public_need_a_caller(deployed: Deployed) -> None:
    for method, path in (
        ("POST", "/api/logout"),
        ("GET", "/api/me"),
        ("DELETE", "/api/me/sessions"),
        ("GET", "/api/users"),
        ("GET", "/api/users/root"),
        ("DELETE", "/api/users/root"),
        ("DELETE", "/api/users/root/sessions"),
    ):
        answer = deployed.api(method, path)
        assert (answer.status, answer.body["code"]) == (401, "not_logged_in"), path


def test_rotating_the_key_logs_nobody_out_and_new_tokens_use_the_new_key(
    deployed: Deployed,
) -> None:
    deployed.create_admin()
    old = deployed.log_in()["access_token"]
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        event = {"Step": step, "SecretId": SECRET, "ClientRequestToken": "1" * 32}
        assert deployed.invoke("rotate_signing_key", event) is None
    deployed.warm = {}  # new execution environments know nothing of the old key
    new = deployed.log_in()["access_token"]
    assert new.split(".")[0] != old.split(".")[0]
    for token in (old, new):
        assert deployed.api("GET", "/api/me", token=token).body["user"] == "root"


def test_no_secret_is_logged_or_stored_in_the_clear(deployed: Deployed, lines: Lines) -> None:
    deployed.create_admin()
    tokens = deployed.log_in()
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    deployed.api("POST", "/api/login", {"user": "root", "password": NEW_PASSWORD})
    typed_as_a_name = "hunter2hunter2"
    deployed.api("POST", "/api/login", {"user": typed_as_a_name, "password": PASSWORD})
    deployed.api("POST", "/api/refresh", {"refresh_token": f"{refresh}x"})
    deployed.api("POST", "/api/refresh", {"refresh_token": refresh})
    deployed.api("POST", "/api/refresh", {"refresh_token": refresh})
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.authorizer({"Authorization": f"Bearer {access}"})
    key = moto_client("secretsmanager").get_secret_value(SecretId=SECRET)["SecretString"]
    secrets = [access, access.split(".")[2], refresh, refresh.split(".")[2], PASSWORD]
    secrets += [NEW_PASSWORD, typed_as_a_name, json.loads(key)["key"]]
    logged, stored = json.dumps(lines()), json.dumps(deployed.rows(), default=str)
    assert "caller refused" in logged
    for secret in secrets:
        assert secret not in logged
        assert secret not in stored
    hashed = [row["password_hash"]["S"] for row in deployed.rows() if "password_hash" in row]
    assert [each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in hashed] == [True]
