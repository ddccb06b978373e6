"""The command where something that every program expects is missing."""

import errno
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.address import checked_url
from cli.errors import CommandFailed, UsageFailed
from cli.live.board import Board
from cli.live.clock import Clock
from cli.live.screen import Screen
from cli.private_files import locked
from cli.session.stored_session import StoredSession
from cli.settings import config_folder
from tests.unit.cli.api import URL, Api
from tests.unit.cli.test_renewing import NEAR_ITS_END, stored, tokens_of


@pytest.mark.parametrize(
    ("redirection", "code"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), (">/dev/full", 1)]
)
def test_a_stream_that_is_closed_or_full(home: Path, redirection: str, code: int) -> None:
    line = f'"{sys.executable}" -m cli config list {redirection}'
    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert ended.stderr.count("\n") == code
    assert "unexpected" not in ended.stderr


def test_a_user_without_a_home_has_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    assert not config_folder({}).exists()


def test_a_disk_without_locks_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(CommandFailed, match="No locks available"), locked(home / "lock", 1.0):
        pass


def test_a_token_that_lasts_a_while_serves_where_none_can_be_renewed(home: Path) -> None:
    """The disk has become read-only, so that there is no lock."""
    store = stored(home, URL, NEAR_ITS_END)
    (home / "sessions" / "taken").mkdir()
    for lock in (home / "sessions").glob("*.lock"):
        lock.unlink()
    name = next((home / "sessions").glob("*.json")).with_suffix(".lock")
    name.mkdir()  # where the lock should be
    assert tokens_of(store, Api()).access_token() == "access-1"
    store.write(StoredSession("access-1", "refresh-1", time.time() - 1), "file")
    with pytest.raises(CommandFailed, match="locked"):
        tokens_of(store, Api()).access_token()


@pytest.mark.parametrize(
    "address", ["http://evil.localhost", "http://127.0.0.1@evil.example", "http://localhost.evil",
                "http://127.0.0.1.evil.example", "http://[::ffff:1.2.3.4]", "https://a b",
                "https://a/\x1b[31m", "https://a/\u202e", "http:\\\\127.0.0.1"]
)  # fmt: skip
def test_no_secret_goes_to_such_an_address(address: str) -> None:
    with pytest.raises(UsageFailed):
        checked_url(address)


def test_loopback_is_let_through() -> None:
    for address in ("http://localhost:8080", "http://127.0.0.2/v1", "http://[::1]:80"):
        assert checked_url(address) == address


def test_a_terminal_gets_its_cursor_back_when_the_command_is_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    screen, before = Screen(Board(Clock()), tuple, color=False), signal.getsignal(signal.SIGTERM)
    screen.begin()
    with pytest.raises(SystemExit) as left:
        signal.raise_signal(signal.SIGTERM)
    screen.end()
    assert left.value.code == 143
    assert "\x1b[?25h" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == before
