"""No call waits for ever, whatever it is that takes long."""

import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.app import app
from cli.bounded import bounded
from cli.errors import CommandFailed, Unreachable
from cli.http import AnswerLost, Http
from cli.live.watched import Watched
from tests.doubles.live_server import LiveServer, Mode, served
from tests.doubles.live_state import LiveState, transfer
from tests.unit.cli.api import URL, Api, refused
from tests.unit.cli.slow_server import dripping
from tests.unit.cli.watchers import DEADLINE, Watcher

HEADERS = b"HTTP/1.1 200 OK\r\nX: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


@pytest.mark.parametrize("first", [HEADERS, BODY])
def test_an_answer_that_drips_is_given_up(
    home: Path, first: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.http.CALL_SECONDS", 0.2)
    began = time.monotonic()
    with dripping(first) as url, pytest.raises(AnswerLost):
        Http(url).call("POST", "/api/x")
    assert time.monotonic() - began < DEADLINE


def test_all_attempts_and_waits_together_are_bounded(home: Path) -> None:
    waits: list[float] = []
    api = Api(read_me=lambda call: refused(429, "too_many_requests", Retry_After="20"))
    http = Http(URL, api, wait=waits.append)
    headers = {"Authorization": f"Bearer {api.token}"}
    with pytest.raises(CommandFailed):
        http.call("GET", "/api/me", headers=headers, within=5.0)
    assert waits == []


def test_watching_ends_in_time_although_a_call_hangs() -> None:
    """The first connection tells of the transfer. The call for the next ticket hangs."""
    with served(LiveServer()) as running:
        running.add(LiveState(transfer()))

        def hang() -> None:
            if watcher.display.seen and Mode.REST_HANGS not in running.modes:
                running.modes.add(Mode.REST_HANGS)
                running.cut()

        began = time.monotonic()

        def left() -> float:
            return began + 1.0 - time.monotonic()

        watcher = Watcher(running, Watched(("t-1",)), hang, left=left)
        watcher.follow(enough=lambda: left() <= 0)
    assert Mode.REST_HANGS in running.modes
    assert watcher.board.unfinished(("t-1",))


def test_a_service_that_never_answers_is_unreachable_in_the_time_that_was_given(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILEFERRY_TOKEN", "token")
    began = time.monotonic()
    with dripping(HEADERS) as url:
        args = ("wait", "t-1", "--timeout", "1s", "--url", url)
        assert CliRunner().invoke(app, args).exit_code == Unreachable.exit_code
    assert time.monotonic() - began < DEADLINE


def test_what_hangs_is_left_behind_and_what_fails_is_raised_here() -> None:
    released = threading.Event()
    with pytest.raises(TimeoutError):
        bounded(0.05, lambda: released.wait(DEADLINE))
    released.set()
    with pytest.raises(KeyError):
        bounded(DEADLINE, lambda: dict[str, int]()["missing"])
    assert bounded(DEADLINE, lambda: 7) == 7
