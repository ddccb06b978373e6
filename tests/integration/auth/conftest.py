"""The service deployed anew for each test."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.integration.auth.deployed import TABLE, TEMPLATE, Deployed, create_resources
from tests.integration.functions import Handler, environment
from tests.unit.runtime.conftest import environment as fresh_telemetry
from tests.unit.runtime.conftest import lines

__all__ = ["fresh_telemetry", "lines"]

RESOURCES = {
    "AuthTable": TABLE,
    "ApiUrl": "https://abc123.execute-api.eu-central-1.amazonaws.com/v1",
    "WebSocketUrl": "wss://def456.execute-api.eu-central-1.amazonaws.com/v1",
    "CorsOrigins": "https://console.example",
}


@pytest.fixture(scope="session")
def warm() -> dict[str, Handler]:
    """The session's functions stay warm, because each test's resources have the same names. A test
    that needs new ones (`deployed.warm = {}`) leaves these alone."""
    return {}


@pytest.fixture
def deployed(
    fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch, warm: dict[str, Handler]
) -> Iterator[Deployed]:
    with mock_aws():
        service = create_resources()
        # of a session's first test; moto takes keys into plans that are gone
        resources = {**RESOURCES, "UsagePlanId": service.plan_id}
        for name, value in environment(TEMPLATE, resources).items():
            if not name.startswith("POWERTOOLS_"):  # each test has telemetry of its own
                monkeypatch.setenv(name, value)
        service.warm = warm
        yield service
