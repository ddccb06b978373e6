"""Runs the command as a shell would, against the API of a test."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.app import app
from cli.invocation import Invocation
from tests.unit.cli.api import TOKEN, URL, Api

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who never used the command."""
    for name in ("FILEFERRY_URL", "FILEFERRY_TOKEN", "NO_COLOR", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr("cli.http.PAUSES", (0.0, 0.0))
    return tmp_path


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run(api, "list", "--json")`, with an access token in the environment."""
    monkeypatch.setenv("FILEFERRY_URL", URL)
    monkeypatch.setenv("FILEFERRY_TOKEN", TOKEN)

    def run(api: Api, *args: str, stdin: str = "") -> Result:
        return CliRunner().invoke(app, args, input=stdin, obj=Invocation(transport=api))

    return run
