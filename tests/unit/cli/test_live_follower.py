"""Following transfers against a server that does what networks do. Nothing may hang."""

import pytest

from cli.live.watched import Watched
from tests.doubles.live_server import LiveServer, Mode, served
from tests.doubles.live_state import LiveState, transfer
from tests.unit.cli.watchers import Watcher, moving, never_backwards

BEARABLE = [
    (),
    (Mode.CUT,),
    (Mode.CLOSED,),
    (Mode.GARBAGE,),
    (Mode.LARGE_FRAMES,),
    (Mode.DISORDERED,),
    (Mode.LOSES_DELTAS,),
    (Mode.FALLS_SILENT,),
    (Mode.DISORDERED, Mode.LOSES_DELTAS, Mode.GARBAGE, Mode.CUT),
]


@pytest.mark.parametrize("modes", BEARABLE, ids=lambda modes: "+".join(m.name for m in modes))
def test_the_end_is_seen_whatever_the_connection_does(modes: tuple[Mode, ...]) -> None:
    with served(LiveServer(*modes)) as server:
        state = server.add(LiveState(transfer()))
        watcher = Watcher(server, Watched(("t-1",)), moving(server, state))
        watcher.follow()
    assert watcher.board.shown["t-1"].status == "completed"
    assert watcher.board.shown["t-1"].percent == 100
    assert never_backwards(watcher)
    assert watcher.display.notes == []


@pytest.mark.parametrize("code", [1000, 1001, 1009, 1011, 1012, 4000])
def test_every_close_code_leads_to_a_new_connection_that_says_where_it_was(code: int) -> None:
    with served(LiveServer(Mode.CLOSED, close_code=code, bad_connections=1)) as server:
        state = server.add(LiveState(transfer()))
        watcher = Watcher(server, Watched(("t-1",)), moving(server, state))
        watcher.follow()
    assert server.counts["connections"] == 2
    first, second = server.asked[0], server.asked[-1]
    assert first.known == ()
    assert second.known[0].transfer_id == "t-1"
    assert second.known[0].epoch == "e1"
    assert never_backwards(watcher)


@pytest.mark.parametrize(
    "mode", [Mode.BLOCKED, Mode.BAD_REQUEST, Mode.TICKETS_REFUSED, Mode.DEAF, Mode.TOO_LARGE]
)
def test_where_no_stream_gets_through_it_polls_and_says_so_once(mode: Mode) -> None:
    with served(LiveServer(mode)) as server:
        state = server.add(LiveState(transfer()))
        move = moving(server, state)

        def slowly() -> None:
            if server.counts["GET /api/transfer/t-1"] > state.now.seq + 2:
                move()

        watcher = Watcher(server, Watched(("t-1",)), slowly)
        watcher.follow()
    assert watcher.board.shown["t-1"].status == "completed"
    assert len(watcher.display.notes) == 1
    assert "WebSocket connections do not get through" in watcher.display.notes[0]
    assert never_backwards(watcher)


def test_a_stream_that_was_blocked_is_tried_again() -> None:
    with served(LiveServer(Mode.BLOCKED)) as server:
        state = server.add(LiveState(transfer()))
        move = moving(server, state)

        def unblock() -> None:
            if server.counts["upgrades"] == 3:
                server.modes.clear()
            if server.counts["subscribe"]:
                move()

        Watcher(server, Watched(("t-1",)), unblock).follow()
    assert server.counts["upgrades"] == 4


def test_what_only_the_rest_api_knows_is_shown_from_there_until_the_stream_tells_of_it() -> None:
    with served(LiveServer()) as server:
        state = server.add(LiveState(transfer(status="requested", rate_bytes_per_second=None)))
        server.hidden.add("t-1")
        move = moving(server, state)

        def appear() -> None:
            if watcher.display.seen:
                move()

        watcher = Watcher(server, Watched(("t-1",)), appear)
        watcher.follow()
    assert watcher.display.seen[0].status == "requested"
    assert watcher.board.missing == ()


@pytest.mark.parametrize("others", [(), ("a", "b", "c", "d", "e")])
def test_an_end_of_the_run_before_is_not_believed(others: tuple[str, ...]) -> None:
    """Somebody has just retried the transfer, and the stream does not know yet. Of many transfers
    the stream tells first."""
    with served(LiveServer()) as server:
        for each in others:
            server.add(LiveState(transfer(each))).ended("completed")
        stale = LiveState(transfer(status="failed", rate_bytes_per_second=None))
        server.add(stale)
        retried = LiveState(transfer(run=2, seq=5))

        def retry() -> None:
            if watcher.display.seen:
                moving(server, retried)()  # its stream stays behind

        watcher = Watcher(server, Watched(("t-1", *others)), retry)
        server.rest_states["t-1"] = retried
        watcher.follow()
    assert {shown.run for shown in watcher.display.seen if shown.id == "t-1"} == {2}
    assert watcher.board.shown["t-1"].status == "completed"


def test_a_transfer_that_failed_long_ago_is_told_after_one_question() -> None:
    with served(LiveServer()) as server:
        state = server.add(LiveState(transfer()))
        state.ended("failed")
        watcher = Watcher(server, Watched(("t-1",)))
        watcher.follow()
    assert watcher.board.shown["t-1"].status == "failed"
    assert server.counts["GET /api/transfer/t-1"] == 1


def test_a_quiet_connection_is_pinged_and_kept() -> None:
    with served(LiveServer()) as server:
        server.add(LiveState(transfer(status="paused", rate_bytes_per_second=None)))
        watcher = Watcher(server, Watched(("t-1",)))
        watcher.follow(enough=lambda: server.counts["ping"] >= 3)
    assert server.counts["connections"] == 1


def test_a_transfer_begun_anew_by_the_service_does_not_go_backwards() -> None:
    with served(LiveServer()) as server:
        state = server.add(LiveState(transfer()))
        move = moving(server, state)

        def lose_the_table() -> None:
            if state.now.percent == 50 and state.now.epoch == "e1":
                state.begin_anew("e2")
                state.change(percent=10.0, bytes_done=1)
                server.tell(state)
            move()

        watcher = Watcher(server, Watched(("t-1",)), lose_the_table)
        watcher.follow()
    assert watcher.board.shown["t-1"].status == "completed"
    assert never_backwards(watcher)


def test_a_change_of_a_life_that_is_over_costs_one_question() -> None:
    with served(LiveServer()) as server:
        state = server.add(LiveState(transfer()))
        old = LiveState(transfer(epoch="e0"))
        old.moved(90)

        def tell_old() -> None:
            if watcher.display.seen and not server.counts["told"]:
                server.counts["told"] = 1
                server.tell(old)

        watcher = Watcher(server, Watched(("t-1",)), tell_old)
        watcher.follow(enough=lambda: server.counts["ping"] >= 3)
    assert server.counts["subscribe"] == 2
    assert watcher.board.shown["t-1"].percent == state.now.percent
