"""What a hostile or broken server says is not obeyed, not believed and not passed on."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest

from cli.http import NOT_OURS
from cli.live.board import Board
from cli.live.clock import Clock
from cli.live.conversation import Conversation
from cli.live.json_lines import JsonLines
from cli.live.known import Known
from cli.live.line import cells_of
from cli.live.pace import Pace
from cli.live.screen import Screen
from cli.live.shown import from_live
from cli.live.stream import Stream, StreamFailed, opened
from cli.live.timed_rest import TimedRest
from cli.live.told_ends import MOST, ToldEnds
from cli.live.watched import Watched
from cli.output import Output
from cli.times import local_time
from contracts.contract import Contract
from contracts.transfer_views import TransfersPage
from contracts.websocket.server_messages import Delta, Snapshot
from tests.doubles.live_state import BEGIN, LiveState, transfer
from tests.unit.cli.api import Answer, Api, Call
from tests.unit.cli.conftest import Run
from tests.unit.cli.watchers import DEADLINE

LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_no_answer(run: Run, number: str) -> None:
    content = httpx.Response(
        200, text=f'{{"a": {number}}}', headers={"Content-Type": "application/json"}
    )
    result = run(Api(read_me=lambda call: content), "whoami", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert NOT_OURS in result.stderr


@pytest.mark.parametrize(
    "page", [httpx.Response(200, html="<h1>Hotel</h1>"),
             httpx.Response(200, content=b"id\n\xff", headers={"Content-Type": "text/csv"}),
             httpx.Response(200, json={})]
)  # fmt: skip
def test_the_page_of_a_stranger_is_no_csv(run: Run, page: httpx.Response) -> None:
    result = run(Api(list_history=lambda call: page), "history", "--csv")
    assert (result.exit_code, result.stdout) == (1, "")


def test_pages_that_lead_in_a_circle_end(run: Run) -> None:
    numbers = count()

    def page(call: Call) -> Answer:
        return TransfersPage(transfers=(), cursor=f"c{next(numbers) % 3}")

    result = run(Api(list_transfers=page), "list", "--all")
    assert (result.exit_code, next(numbers)) == (1, 4)


@pytest.fixture(params=["Asia/Tokyo", "America/New_York"])
def here(request: pytest.FixtureRequest) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize("moment", [LAST_MOMENT, datetime.min.replace(tzinfo=UTC)])
def test_no_year_is_too_far(moment: datetime, here: str) -> None:
    assert str(moment.year) in str(local_time(moment)) or moment.year == 1


def test_a_service_that_lives_at_the_end_of_time_is_drawn() -> None:
    board = Board(Clock())
    board.see(from_live(transfer()))
    board.heard(LAST_MOMENT)
    assert Screen(board, lambda: ("t-1",), color=False).drawn()
    assert board.service_now() == LAST_MOMENT


def test_no_text_of_the_stream_steers_the_terminal() -> None:
    eta = {"low_seconds": 1.0, "high_seconds": 2.0, "text": "\x1b]0;x\x07\u202e"}
    assert "<U+001B>]0;x<U+0007><U+202E>" in cells_of(from_live(transfer(eta=eta)), None)["tail"]


def test_what_was_not_asked_for_is_neither_kept_nor_asked_for() -> None:
    known = Known(("t-1",))
    state = LiveState(transfer("t-9"))
    assert known.hear(Snapshot(sent_at=BEGIN, transfers=(state.now,))) == ()
    state.moved(10)
    assert known.hear(Delta(sent_at=BEGIN, changes=(state.delta(1),))) == ()
    assert (known.behind, "t-9" in known) == (set(), False)


ADDRESSES = ["ws://[::1", "ws://\ud800.example", "ws://127.0.0.1:99999", "ws://a..b", "file:///etc",
             "ws://127.0.0.1:1/\ud800", "ws://127.0.0.1:1#x", ""]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_ticket_for_no_address_gives_no_stream(address: str) -> None:
    class Rest(TimedRest):
        base_url, left = "http://127.0.0.1", 1.0

        def __init__(self) -> None:
            pass

        def call(self, *args: object, **more: object) -> object:
            return {"url": address, "ticket": "t"}

    with pytest.raises(StreamFailed), opened(Rest(), 1.0):
        pass


def test_what_is_remembered_of_a_long_watch_is_bounded() -> None:
    ends = ToldEnds()
    assert [ends.is_new(f"t-{number}", 1) for number in range(MOST + 1)] == [True] * (MOST + 1)
    assert ends.is_new(f"t-{MOST}", 1) is False
    assert len(vars(ends)["_told"]) == MOST
    board = Board(Clock())
    lines = JsonLines(board, Output(as_json=True), Clock())
    board.see(from_live(transfer(status="completed")))
    lines.changed(board.shown["t-1"])
    board.drop("t-1")
    assert (vars(lines)["_told_at"], vars(board)["_seen"]) == ({}, {})


def test_ctrl_c_while_a_transfer_is_started_tells_the_key(run: Run) -> None:
    args = ("send", "s3://exports/a", "acme", "--idempotency-key", "k-1")
    result = run(Api(start_transfer=KeyboardInterrupt()), *args)
    assert (result.exit_code, "--idempotency-key k-1" in result.stderr) == (130, True)


def test_what_is_missed_one_by_one_is_asked_for_together() -> None:
    """The API allows a connection 20 questions in 10 seconds."""
    sent: list[Contract] = []

    class Recorder(Stream):
        def __init__(self) -> None:
            pass

        def send(self, message: Contract) -> None:
            sent.append(message)

    names = tuple(f"t-{number}" for number in range(60))
    known = Known(names)
    talk = Conversation(Recorder(), Watched(names), known, Clock(), Pace(ask_gap=DEADLINE))
    for each in names:
        known.behind.add(each)
        talk.ask_for_missed()
    assert len(sent) == 1
    assert known.behind == set(names[1:])
