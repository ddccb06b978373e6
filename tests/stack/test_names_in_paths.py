"""Names that need encoding in a path mean what they say, through the real gateway's routes."""

from urllib.parse import quote

import pytest

from tests.stack.running import BUCKET, Running

NAME = "ann+test@acme.example"


@pytest.mark.parametrize(
    "sent", [NAME, quote(NAME), quote(NAME, safe=""), NAME.replace("n", "%6E")]
)
def test_a_user_is_found_however_the_name_is_encoded(running: Running, sent: str) -> None:
    admin = running.people.admin_token
    user = {"user": NAME, "name": "Ann", "roles": ["user"]}
    assert running.door.call("POST", "/api/users", admin, user).status_code in {201, 409}
    answer = running.door.call("GET", f"/api/users/{sent}", admin)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"] == NAME


def test_a_name_that_was_encoded_twice_is_another_one(running: Running) -> None:
    admin = running.people.admin_token
    answer = running.door.call("GET", f"/api/users/{quote(quote(NAME, safe=''), safe='')}", admin)
    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize(
    ("sent", "status"),
    [(BUCKET.replace("-", "%2D"), 200), ("a%2Fb", 404), ("a%20b", 404), ("a%25b", 404)],
)
def test_a_bucket_is_the_one_that_was_meant(running: Running, sent: str, status: int) -> None:
    admin = running.people.admin_token
    answer = running.door.call("GET", f"/api/buckets/{sent}/files", admin)
    assert answer.status_code == status, answer.text


def test_a_bad_encoding_is_told_with_field_and_value(running: Running) -> None:
    answer = running.door.call("GET", "/api/users/100%FF", running.people.admin_token)
    assert answer.status_code == 400, answer.text
    [error] = answer.json()["errors"]
    assert (error["field"], error["value"]) == ("user", "100%FF")
