"""The agent service's settings, as the environment writes them."""

from datetime import timedelta

import pytest

from runtime.dynamodb.inbox import LIFETIME
from runtime.settings import SettingsInvalid
from services.agent.settings import AgentSettings

REQUIRED = {
    "STAGE": "test",
    "AGENT_TABLE": "fileferry-test-agent",
}


def keep_for(monkeypatch: pytest.MonkeyPatch, days: int) -> timedelta:
    for name, value in (REQUIRED | {"KEEP_DAYS": str(days)}).items():
        monkeypatch.setenv(name, value)
    return AgentSettings.load().keep_for


def test_rows_are_kept_at_least_as_long_as_events_may_come_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert keep_for(monkeypatch, LIFETIME.days) == LIFETIME
    with pytest.raises(SettingsInvalid, match="KEEP_DAYS"):
        keep_for(monkeypatch, LIFETIME.days - 1)
