"""Only admins manage users through the REST API."""

from typing import Any

import pytest

from tests.integration.auth.deployed import PASSWORD, Deployed
from tests.integration.moto_clients import moto_client

WISH = {"user": "bob", "name": "Bob", "roles": ["user"], "password": PASSWORD}
GRANTS = {"sources": [{"bucket": "outgoing", "prefix": "bob/"}], "destinations": ["acme"]}


def api_keys() -> list[str]:
    items = moto_client("apigateway").get_api_keys()["items"]
    return sorted(each["name"] for each in items)


def test_a_user_is_created_read_listed_changed_and_removed(deployed: Deployed) -> None:
    admin = deployed.admin()
    created = deployed.user(admin, "bob", grants=GRANTS)
    assert (created.headers["ETag"], created.body["grants"]) == ('"0"', GRANTS)
    assert (created.body["login"], created.body["locked"]) == ("password", False)
    read = deployed.api("GET", "/api/users/bob", token=admin)
    assert (read.body, read.headers["ETag"]) == (created.body, '"0"')
    patch = {"name": "Bob B.", "roles": ["auditor", "user"], "grants": {}}
    changed = deployed.api("PATCH", "/api/users/bob", patch, token=admin)
    assert (changed.status, changed.headers["ETag"]) == (200, '"1"')
    assert changed.body["roles"] == ["user", "auditor"]
    assert changed.body["grants"] == {"sources": [], "destinations": []}
    listed = deployed.api("GET", "/api/users", token=admin).body
    assert [each["user"] for each in listed["users"]] == ["bob", "root"]
    assert api_keys() == ["fileferry-local-bob", "fileferry-local-root"]
    assert deployed.api("DELETE", "/api/users/bob", token=admin).status == 204
    assert api_keys() == ["fileferry-local-root"]
    for method in ("GET", "DELETE"):
        gone = deployed.api(method, "/api/users/bob", token=admin)
        assert (gone.status, gone.body["code"]) == (404, "user_not_found")
    again = deployed.api("POST", "/api/users", WISH, token=admin)
    assert (again.status, again.body["code"]) == (409, "user_exists")


def test_changes_can_insist_on_the_version_that_was_seen(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, "bob")

    def patch(tag: str) -> int:
        name = {"name": f"Bob {tag}"}
        path, headers = "/api/users/bob", {"If-Match": tag}
        return deployed.api("PATCH", path, name, token=admin, headers=headers).status

    assert [patch('"0"'), patch('"0"'), patch("*"), patch('"2"')] == [200, 412, 200, 200]
    stale = {"If-Match": '"1"'}
    answer = deployed.api("DELETE", "/api/users/bob", token=admin, headers=stale)
    assert (answer.status, answer.body["code"]) == (412, "version_mismatch")
    right = {"If-Match": '"3"'}
    assert deployed.api("DELETE", "/api/users/bob", token=admin, headers=right).status == 204


def test_a_repeated_creation_gives_the_first_answer(deployed: Deployed) -> None:
    admin = deployed.admin()
    key = {"Idempotency-Key": "k-1"}
    first = deployed.api("POST", "/api/users", WISH, token=admin, headers=key)
    again = deployed.api("POST", "/api/users", WISH, token=admin, headers=key)
    assert (first.status, again.status, again.body) == (201, 201, first.body)
    other = {**WISH, "user": "carol"}
    refused = deployed.api("POST", "/api/users", other, token=admin, headers=key)
    assert (refused.status, refused.body["code"]) == (409, "idempotency_conflict")
    assert "'k-1'" in refused.body["detail"]
    assert api_keys() == ["fileferry-local-bob", "fileferry-local-root"]


def test_users_are_listed_in_pages(deployed: Deployed) -> None:
    admin = deployed.admin()
    for name in ("c", "a", "b"):
        deployed.user(admin, name)
    names: list[str] = []
    query = {"limit": "2"}
    while True:
        page = deployed.api("GET", "/api/users", token=admin, query=query).body
        names += [each["user"] for each in page["users"]]
        if page["cursor"] is None:
            break
        query = {"limit": "2", "cursor": page["cursor"]}
    assert names == ["a", "b", "c", "root"]
    wrong = deployed.api("GET", "/api/users", token=admin, query={"cursor": "x"})
    assert (wrong.status, wrong.body["code"]) == (400, "field_invalid")


def test_locking_a_user_shuts_them_out_at_once(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, "bob")
    token = deployed.log_in("bob")["access_token"]
    assert deployed.api("PATCH", "/api/users/bob", {"locked": True}, token=admin).body["locked"]
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.api("GET", "/api/me", token=token)
    refused = deployed.api("POST", "/api/login", {"user": "bob", "password": PASSWORD})
    assert (refused.status, refused.body["code"]) == (401, "login_refused")


def test_ending_the_sessions_of_a_user(deployed: Deployed) -> None:
    admin = deployed.admin()
    deployed.user(admin, "bob")
    token = deployed.log_in("bob")["access_token"]
    assert deployed.api("DELETE", "/api/users/bob/sessions", token=admin).status == 204
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.api("GET", "/api/me", token=token)
    assert deployed.api("DELETE", "/api/users/nobody/sessions", token=admin).status == 404


@pytest.mark.parametrize("role", ["user", "operator", "auditor"])
def test_nobody_but_admins_gets_at_users(deployed: Deployed, role: str) -> None:
    admin = deployed.admin()
    deployed.user(admin, "bob", roles=[role])
    token = deployed.log_in("bob")["access_token"]
    asked: list[tuple[str, str, Any]] = [
        ("GET", "/api/users", None),
        ("GET", "/api/users/bob", None),
        ("GET", "/api/users/nobody", None),
        ("POST", "/api/users", {**WISH, "user": "carol"}),
        ("PATCH", "/api/users/bob", {"roles": ["admin"]}),
        ("DELETE", "/api/users/root", None),
        ("DELETE", "/api/users/root/sessions", None),
    ]
    for method, path, body in asked:
        answer = deployed.api(method, path, body, token=token)
        assert (answer.status, answer.body["code"]) == (403, "role_missing"), (method, path)
    names = deployed.api("GET", "/api/users", token=admin).body["users"]
    assert [each["roles"] for each in names] == [[role], ["admin"]]


@pytest.mark.parametrize(
    "patch", [{"locked": True}, {"roles": ["user"]}, {"roles": ["operator", "auditor"]}]
)
def test_admins_do_not_shut_themselves_out(deployed: Deployed, patch: dict[str, Any]) -> None:
    admin = deployed.admin()
    answer = deployed.api("PATCH", "/api/users/root", patch, token=admin)
    assert (answer.status, answer.body["code"]) == (409, "own_admin_rights")
    assert deployed.api("DELETE", "/api/users/root", token=admin).status == 409
    assert deployed.api("GET", "/api/me", token=admin).body["roles"] == ["admin"]


@pytest.mark.parametrize(
    "changes",
    [
        {"user": "Bob"},
        {"user": "b/ob"},
        {"user": "x" * 65},
        {"roles": []},
        {"roles": ["root"]},
        {"name": "Bob\nB"},
        {"password": "short"},
        {"grants": {"sources": [{"bucket": "Not A Bucket"}]}},
        {"email": "bob@acme"},
        {"email": "bob@acme.example\nBcc: eve@evil.example"},
        {"email": ""},
        {"unknown": 1},
    ],
)
def test_a_user_that_is_written_wrongly_is_refused(
    deployed: Deployed, changes: dict[str, Any]
) -> None:
    answer = deployed.api("POST", "/api/users", {**WISH, **changes}, token=deployed.admin())
    assert (answer.status, answer.body["code"]) == (400, "request_invalid")
    assert PASSWORD not in answer.text


def test_an_address_is_given_shown_changed_and_taken_away(deployed: Deployed) -> None:
    admin = deployed.admin()
    assert deployed.user(admin, "bob", email="bob@acme.example").body["email"] == "bob@acme.example"
    answers: list[tuple[int, Any]] = []
    for patch in (
        {"email": "b@acme.example"},
        {"no_email": True},
        {"email": "b@acme.example", "no_email": True},
        {"email": None},
        {"no_email": False},
    ):
        answer = deployed.api("PATCH", "/api/users/bob", patch, token=admin)
        answers.append((answer.status, answer.body.get("email")))
    assert answers == [(200, "b@acme.example"), (200, None), (400, None), (400, None), (400, None)]
    listed = deployed.api("GET", "/api/users", token=admin).body["users"]
    assert [each["email"] for each in listed] == [None, None]


def test_nobody_gives_themselves_an_address(deployed: Deployed) -> None:
    """Messages about files go there, so somebody has to have confirmed it."""
    admin = deployed.admin()
    deployed.user(admin, "bob")
    token = deployed.log_in("bob")["access_token"]
    mine = {"email": "bob@elsewhere.example"}
    assert deployed.api("PATCH", "/api/users/bob", mine, token=token).status == 403
    assert deployed.api("GET", "/api/me", token=token).body["email"] is None


def test_grants_that_are_too_long_together_are_refused(deployed: Deployed) -> None:
    sources = [{"bucket": "outgoing", "prefix": "x" * 1_000} for _ in range(6)]
    wish = {**WISH, "grants": {"sources": sources}}
    answer = deployed.api("POST", "/api/users", wish, token=deployed.admin())
    assert (answer.status, answer.body["code"]) == (400, "field_invalid")
    assert answer.body["errors"][0]["field"] == "grants"
    assert api_keys() == ["fileferry-local-root"]


def test_no_answer_holds_a_hash_or_a_key(deployed: Deployed) -> None:
    admin = deployed.admin()
    texts = [
        deployed.user(admin, "bob").text,
        deployed.api("GET", "/api/users", token=admin).text,
        deployed.api("GET", "/api/me", token=admin).text,
    ]
    values = [
        each["value"]
        for each in moto_client("apigateway").get_api_keys(includeValues=True)["items"]
    ]
    for text in texts:
        assert "argon2" not in text
        assert all(value not in text for value in values)
