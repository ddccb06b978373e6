"""The deployed service for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.doubles.http_program import Program, started
from tests.integration.ticketing.deployed import Deployed, ticketing
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry"]


@pytest.fixture(scope="package")
def servicenow() -> Iterator[Program]:
    with started("tests.doubles.servicenow") as running:
        yield running


@pytest.fixture
def deployed(
    fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch, servicenow: Program
) -> Iterator[Deployed]:
    with ticketing(monkeypatch, servicenow) as opened:
        yield opened
    servicenow.clear_faults()
