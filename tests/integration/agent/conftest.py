"""The deployed service for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.integration.agent.deployed import Deployed, agent
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry"]


@pytest.fixture
def deployed(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with agent(monkeypatch) as opened:
        yield opened
