"""Settings come from the environment, once, and say everything that is wrong with it."""

import pytest
from pydantic import Field, ValidationError

from runtime.settings import CommaList, ServiceSettings, SettingsInvalid


class ExampleSettings(ServiceSettings):
    jobs_table: str
    cors_origins: CommaList = ()
    lanes: int = Field(default=4, ge=1)


def test_fields_are_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "dev")
    monkeypatch.setenv("JOBS_TABLE", "fileferry-dev-jobs")
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example, https://b.example,")
    monkeypatch.setenv("LANES", "2")
    settings = ExampleSettings.load()
    assert settings.stage == "dev"
    assert settings.jobs_table == "fileferry-dev-jobs"
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.lanes == 2


def test_an_empty_list_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "dev")
    monkeypatch.setenv("JOBS_TABLE", "t")
    monkeypatch.setenv("CORS_ORIGINS", "")
    assert ExampleSettings.load().cors_origins == ()


def test_every_missing_and_every_wrong_variable_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("STAGE", raising=False)
    monkeypatch.delenv("JOBS_TABLE", raising=False)
    monkeypatch.setenv("LANES", "hunter2")
    with pytest.raises(SettingsInvalid) as caught:
        ExampleSettings.load()
    message = str(caught.value)
    assert "STAGE" in message
    assert "JOBS_TABLE" in message
    assert "LANES" in message
    assert "hunter2" not in message


def test_settings_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE", "dev")
    monkeypatch.setenv("JOBS_TABLE", "t")
    settings = ExampleSettings.load()
    with pytest.raises(ValidationError, match="frozen"):
        settings.lanes = 3  # type: ignore[misc]
