"""The check that anybody can run against an instance of theirs."""

import os
import subprocess
import sys

import pytest

from tests.doubles.http_program import Program
from tests.integration.ticketing.desk.desks import CLIENT, LOGIN

PREFIX = "FILEFERRY_SERVICENOW_"


def checked(**said: str) -> subprocess.CompletedProcess[str]:
    clean = {name: each for name, each in os.environ.items() if not name.startswith(PREFIX)}
    environment = clean | {f"{PREFIX}{name}": each for name, each in said.items()}
    command = [sys.executable, "-m", "infra.check_servicenow"]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def states(double: Program) -> list[str]:
    records = double.control("GET", "records?table=incident")["records"]
    return [each["state"] for each in records[-2:]]


@pytest.mark.parametrize(
    "login",
    [
        {"USER": LOGIN[0], "PASSWORD": LOGIN[1]},
        {"CLIENT_ID": CLIENT[0], "CLIENT_SECRET": CLIENT[1]},
    ],
    ids=["basic", "oauth"],
)
def test_an_instance_that_works_passes_and_nothing_stays_open(
    double: Program, login: dict[str, str]
) -> None:
    done = checked(URL=double.url, **login)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("ok  ") == 10
    assert "resolved INC" in done.stdout
    assert states(double) == ["6", "8"]
    for secret in (LOGIN[1], CLIENT[1]):
        assert secret not in done.stdout + done.stderr


def test_a_wrong_password_fails_and_is_tried_once(double: Program) -> None:
    before = len(double.requests())
    done = checked(URL=double.url, USER=LOGIN[0], PASSWORD="wrong")
    assert done.returncode == 1
    assert "refuses the login" in done.stderr
    assert len(double.requests()) == before + 1


def test_tickets_are_cancelled_when_a_later_step_fails(double: Program) -> None:
    double.order({"kind": "status", "status": 403, "method": "PATCH", "after": 2})
    done = checked(URL=double.url, USER=LOGIN[0], PASSWORD=LOGIN[1])
    assert done.returncode == 1
    assert "NOT ok: ServiceNow refuses it (403)" in done.stderr
    assert states(double) == ["8", "8"]


def test_what_cannot_be_ended_is_named(double: Program) -> None:
    double.order({"kind": "status", "status": 403, "method": "PATCH", "after": 2, "count": None})
    done = checked(URL=double.url, USER=LOGIN[0], PASSWORD=LOGIN[1])
    assert done.returncode == 1
    assert done.stderr.count("stays open, end it by hand") == 2


def test_missing_settings_are_named() -> None:
    done = checked(URL="https://acme.service-now.com", USER="someone")
    assert done.returncode == 2
    assert "FILEFERRY_SERVICENOW_PASSWORD" in done.stderr
