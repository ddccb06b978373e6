"""watch, wait and send --watch as they are called: what they print, and their exit codes."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.app import app
from cli.durations import duration_text, parsed_duration
from tests.doubles.live_server import LiveServer, Mode, served
from tests.doubles.live_state import LiveState, transfer
from tests.unit.cli.watchers import moving

Fileferry = Callable[..., int]


@pytest.fixture
def server() -> Iterator[LiveServer]:
    with served(LiveServer()) as running:
        yield running


@pytest.fixture
def fileferry(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Fileferry:
    monkeypatch.setenv("FILEFERRY_URL", server.url)
    monkeypatch.setenv("FILEFERRY_TOKEN", "token")

    def call(*args: str) -> int:
        with pytest.raises(SystemExit) as left:
            app.main(args, prog_name="fileferry")
        return int(left.value.code or 0)

    return call


def add(server: LiveServer, transfer_id: str, status: str = "moving", **fields: Any) -> LiveState:  # noqa: ANN401
    state = server.add(LiveState(transfer(transfer_id, **fields)))
    if status != "moving":
        state.ended(status)
    return state


CODES = [("completed", 0), ("failed", 5), ("cancelled", 6)]


@pytest.mark.parametrize("command", ["watch", "wait"])
@pytest.mark.parametrize(("status", "code"), CODES)
def test_the_code_is_that_of_a_transfer_that_had_ended_before(
    server: LiveServer, fileferry: Fileferry, command: str, status: str, code: int
) -> None:
    add(server, "t-1", status)
    assert fileferry(command, "t-1") == code


@pytest.mark.parametrize("command", ["watch", "wait"])
@pytest.mark.parametrize(("status", "code"), CODES)
def test_the_code_is_the_same_when_it_ends_while_watched(
    server: LiveServer, fileferry: Fileferry, command: str, status: str, code: int
) -> None:
    state = add(server, "t-1")
    stop = once_subscribed(server, moving(server, state, status))
    assert fileferry(command, "t-1") == code
    stop()


def once_subscribed(server: LiveServer, move: Callable[[], None]) -> Callable[[], None]:
    """Moves the world in a thread as soon as somebody watches."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(0.01):
            if server.counts["subscribe"]:
                move()

    thread = threading.Thread(target=run)
    thread.start()

    def stop() -> None:
        over.set()
        thread.join()

    return stop


def test_of_several_the_worst_counts(server: LiveServer, fileferry: Fileferry) -> None:
    for name, (status, _) in zip("abc", CODES, strict=True):
        add(server, name, status)
    assert fileferry("wait", "a", "b", "c", "unknown") == 5
    assert fileferry("wait", "a", "c", "unknown") == 4
    assert fileferry("wait", "a", "c") == 6
    assert fileferry("wait", "a") == 0


def test_the_result_says_what_went_where_and_how_fast(
    server: LiveServer, fileferry: Fileferry, capsys: pytest.CaptureFixture[str]
) -> None:
    add(server, "t-1", "completed", key="x\x1b[2Jy.csv")
    fileferry("watch", "t-1")
    told = capsys.readouterr().out
    assert told == (
        "completed  t-1  1.0 GB in 20 s (50.0 MB/s)"
        "  s3://reports/x<U+001B>[2Jy.csv -> bank:in/november.csv\n"
    )


def test_a_time_that_is_over_says_that_it_still_runs(
    server: LiveServer, fileferry: Fileferry, capsys: pytest.CaptureFixture[str]
) -> None:
    add(server, "t-1")
    assert fileferry("wait", "t-1", "--timeout", "1s") == 7
    assert "still running  t-1  moving" in capsys.readouterr().err


def test_programs_get_one_object_a_line_and_the_end_last(
    server: LiveServer, fileferry: Fileferry, capsys: pytest.CaptureFixture[str]
) -> None:
    state = add(server, "t-1")
    stop = once_subscribed(server, moving(server, state))
    fileferry("watch", "t-1", "t-9", "--json")
    stop()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["version"] for line in lines} == {1}
    ends = {line["id"]: line for line in lines if line["type"] == "end"}
    assert (ends["t-9"]["outcome"], ends["t-9"]["exit_code"]) == ("not_found", 4)
    assert lines[-1]["outcome"] == "completed"
    assert lines[-2] == {"version": 1, "type": "progress", "transfer": lines[-1]["transfer"]}
    assert lines[-1]["transfer"]["bytes_done"] == 1_000_000_000


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell has what it begins in the background ignore SIGINT."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_says_that_it_goes_on_and_what_one_can_do(
    server: LiveServer, fileferry: Fileferry, capsys: pytest.CaptureFixture[str]
) -> None:
    add(server, "t-1")

    def interrupt() -> None:
        if not server.counts["interrupted"]:
            server.counts["interrupted"] = 1
            os.kill(os.getpid(), signal.SIGINT)

    stop = once_subscribed(server, interrupt)
    assert fileferry("watch", "t-1") == 130
    stop()
    said = capsys.readouterr().err
    assert "The transfer goes on." in said
    assert "fileferry watch t-1" in said
    assert "fileferry cancel t-1" in said


def test_send_with_watch_ends_as_the_transfer_does(
    server: LiveServer, fileferry: Fileferry
) -> None:
    state = server.add(LiveState(transfer("t-new")))
    stop = once_subscribed(server, moving(server, state, "failed"))
    assert fileferry("send", "s3://reports/2026/november.csv", "bank", "--watch") == 5
    stop()


def test_sessions_rights_and_the_network_have_their_codes(
    server: LiveServer, fileferry: Fileferry
) -> None:
    server.modes = {Mode.REFUSES_ALL}
    assert fileferry("watch", "--all") == 3
    server.modes = {Mode.SESSION_OVER}
    assert fileferry("watch", "t-1") == 3


@pytest.mark.parametrize(
    "args", [("watch",), ("watch", "a", "--mine"), ("wait", "a b"), ("wait", "a", "--timeout", "x")]
)
def test_what_cannot_be_meant_is_refused(fileferry: Fileferry, args: tuple[str, ...]) -> None:
    assert fileferry(*args) == 2


def test_lengths_of_time_are_read_and_written() -> None:
    assert [duration_text(each) for each in (-1, 59.9, 125, 3_600, 90_061)] == [
        "0 s", "59 s", "2 min 5 s", "1 h", "1 d 1 h",
    ]  # fmt: skip
    assert [parsed_duration(each).total_seconds() for each in ("90", "90s", "5m", "1h30m")] == [
        90, 90, 300, 5_400,
    ]  # fmt: skip
    for wrong in ("", "0s", "-5m", "5x", "m"):
        with pytest.raises(ValueError, match=r"90s, 5m or 2h"):
            parsed_duration(wrong)
