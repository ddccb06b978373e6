"""Errors become problems that say what to do and reveal nothing."""

import json

import pytest

from contracts.problem import title_of
from runtime.problems import Problems
from tests.unit.runtime.conftest import Lines
from tests.unit.runtime.gateway import Service, problem, request

SECRET = "hunter2-hunter2"
PARTNER = {"id": "p", "name": "P", "protocol": "sftp", "host": "h", "user": "u"}


class Taken(Exception):
    code, status = "name_taken", 409


class FieldWrong(Exception):
    code, status = "field_invalid", 400

    def __init__(self) -> None:
        self.field, self.value, self.advice = "cursor", "abc", "Send it unchanged."
        super().__init__("cursor: 'abc' cannot be used. Send it unchanged.")


class Locked(PermissionError):
    code = "locked"


class Unreachable(ConnectionError):
    code = "unreachable"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Taken("taken"), 409, "name_taken"),
        (Locked("locked"), 403, "locked"),
        (Unreachable("away"), 502, "unreachable"),
    ],
)
def test_an_error_answers_with_its_own_status_or_that_of_its_nearest_class(
    error: Exception, status: int, code: str
) -> None:
    told = problem(Service(error)(request("GET", "/api/history")))
    assert (told["status"], told["code"], told["detail"]) == (status, code, str(error))
    assert told["type"] == f"urn:fileferry:problem:{code}"
    assert told["instance"] == "/api/history"
    assert told["request_id"] == "g-1"


def test_an_error_about_a_field_names_field_and_value() -> None:
    told = problem(Service(FieldWrong())(request("GET", "/api/history")))
    advice = "Send it unchanged."
    assert told["errors"] == [{"field": "cursor", "value": "abc", "message": advice}]


@pytest.mark.parametrize("error", [KeyError("internal/table"), OSError("disk of host 10.0.0.7")])
def test_an_unknown_error_tells_the_request_id_and_nothing_else(
    error: Exception, lines: Lines
) -> None:
    answer = Service(error)(request("GET", "/api/history"))
    assert answer["statusCode"] == 500
    assert problem(answer)["code"] == "internal_error"
    assert "g-1" in problem(answer)["detail"]
    assert "internal/table" not in answer["body"]
    assert "10.0.0.7" not in answer["body"]
    (line,) = lines()
    assert (line["level"], line["error"]) == ("ERROR", type(error).__name__)
    assert "stack_trace" in line


def test_an_expected_error_is_no_error_in_the_log(lines: Lines) -> None:
    Problems({}).of(Taken("taken"), "/x", "r-1")
    (line,) = lines()
    assert (line["level"], line["code"]) == ("INFO", "name_taken")


@pytest.mark.parametrize(
    "body",
    [
        {**PARTNER, "password": [SECRET]},
        {**PARTNER, "password": SECRET * 100},
        {**PARTNER, "password": {"value": SECRET}},
        {**PARTNER, "password": SECRET, "private_key": [SECRET]},
        {**PARTNER, "passphrase": SECRET},
        {**PARTNER, "pasword": SECRET},
        {**PARTNER, "key": SECRET, "port": "22"},
        {"password": SECRET, "port": 0},
        {**PARTNER, "private_key": SECRET, "protocol": "gopher"},
        {**PARTNER, "passphrase": 7, "private_key": SECRET},
        json.dumps({**PARTNER, "password": SECRET})[:-1],
        json.dumps([SECRET]),
        json.dumps(SECRET),
    ],
)
@pytest.mark.parametrize("route", [("POST", "/api/destinations"), ("PATCH", "/api/destinations/p")])
def test_a_refused_request_never_echoes_or_logs_a_secret(
    body: object, route: tuple[str, str], lines: Lines
) -> None:
    service = Service()
    answer = service(request(*route, body))
    assert answer["statusCode"] == 400, "this body should be refused"
    assert SECRET not in answer["body"]
    assert SECRET not in json.dumps(lines())


def test_a_long_value_is_echoed_shortened() -> None:
    body = {**PARTNER, "password": "x", "host": "?" * 5_000}
    answer = Service()(request("POST", "/api/destinations", body))
    (error,) = problem(answer)["errors"]
    assert error["value"] == "?" * 200


@pytest.mark.parametrize(
    ("status", "title"), [(413, "Content Too Large"), (422, "Unprocessable Content")]
)
def test_a_title_is_the_same_on_every_python(status: int, title: str) -> None:
    assert title_of(status) == title
