"""The progress service's settings, as the environment writes them."""

import pytest

from runtime.settings import SettingsInvalid
from services.progress.settings import ProgressSettings

REQUIRED = {
    "STAGE": "test",
    "PROGRESS_TABLE": "fileferry-test-progress",
    "FAN_OUT_QUEUE_URL": "https://sqs.example/fan-out",
    "WEBSOCKET_ENDPOINT": "https://sockets.example/v1",
}


def test_a_worker_has_at_least_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    assert ProgressSettings.load().threads == 20
    monkeypatch.setenv("THREADS", "0")
    with pytest.raises(SettingsInvalid, match="THREADS"):
        ProgressSettings.load()
