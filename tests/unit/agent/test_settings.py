"""The agent service's settings, as the environment writes them."""

from datetime import timedelta

import pytest

from runtime.settings import SettingsInvalid
from services.agent.settings import AgentSettings

REQUIRED = {
    "STAGE": "test",
    "AGENT_TABLE": "fileferry-test-agent",
    "API_URL": "https://api.example/v1",
}


@pytest.fixture(autouse=True)
def _required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


def test_transfers_teach_for_some_weeks_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTCOME_DAYS", "20")
    assert AgentSettings.load().learn_for == timedelta(days=20)
    monkeypatch.setenv("OUTCOME_DAYS", "19")
    with pytest.raises(SettingsInvalid, match="OUTCOME_DAYS"):
        AgentSettings.load()


def test_a_network_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_NETWORKS", "10.0.0.0/8,nowhere")
    with pytest.raises(SettingsInvalid, match="ALLOWED_NETWORKS"):
        AgentSettings.load()
