"""The double of ServiceNow, and desks that write into it."""

from collections.abc import Iterator

import pytest

from tests.doubles.http_program import Program, started
from tests.integration.ticketing.desk.desks import LOGIN, Clock


@pytest.fixture(scope="module")
def program() -> Iterator[Program]:
    with started("tests.doubles.servicenow", "--user", LOGIN[0], "--password", LOGIN[1]) as running:
        yield running


@pytest.fixture
def double(program: Program) -> Iterator[Program]:
    """As it was at its start, but for its records."""
    yield program
    program.clear_faults()
    program.control("POST", "limit", {"limit": 0, "hour_seconds": 3_600})
    change = {"locked": False, "password": LOGIN[1], "token_seconds": 1_799, "expire_tokens": True}
    program.control("POST", "logins", change)


@pytest.fixture
def clock() -> Clock:
    return Clock()
