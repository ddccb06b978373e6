"""fileferry chat at a terminal: it shows an answer while it is written, stops it, and asks about
what is proposed."""

from pathlib import Path

import pytest

from tests.doubles.live_server import Mode
from tests.unit.cli.talks import DIGEST, Agent, agent, answer, environment, piece, proposal
from tests.unit.cli.terminal import CTRL_C, at_a_terminal

STREAMED = [piece(0, "The export "), piece(1, "of yesterday "), piece(2, "is there.")]
WHOLE = "The export of yesterday is there."


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path)


def chat(
    running: Agent, home: str, *args: str, typed: list[tuple[str, str]] | None = None
) -> tuple[int, str]:
    return at_a_terminal(["chat", *args], environment(running, home), width=200, typed=typed or [])


def test_an_answer_is_shown_while_it_is_written_and_once(home: str) -> None:
    with agent(STREAMED[:2], answer(WHOLE), waits=True) as running:
        running.when_stopped = answer(WHOLE)
        code, shown = chat(running, home, "hi", typed=[("of yesterday ", CTRL_C)])
    assert shown.replace("\r", "").count("The export of yesterday") == 1
    assert "is there." in shown
    assert code == 130  # it was stopped, although the answer came whole


def test_pieces_in_any_order_are_shown_in_theirs(home: str) -> None:
    disordered = [STREAMED[1], STREAMED[0], STREAMED[1], STREAMED[2]]
    with agent(disordered, answer(WHOLE)) as running:
        code, shown = chat(running, home, "hi")
    assert code == 0
    assert shown.count(WHOLE) == 1
    assert shown.count("The export") == 1


def test_pieces_that_come_after_their_answer_are_not_shown_as_the_next_one(home: str) -> None:
    late = [piece(0, "Yesterday ", turn="turn-1"), piece(1, "it was.", turn="turn-1")]
    with agent([], answer("Yesterday it was.", turn_id="turn-1")) as running:
        new = [piece(number, each.text, turn="turn-2") for number, each in enumerate(STREAMED)]
        running.then = [([*late, *new], answer(WHOLE, turn_id="turn-2"))]
        typed = [("you>", "hi\n"), ("it was.\r\nyou> ", "and now?\n"), (f"{WHOLE}\r\nyou> ", "\x04")]
        _, shown = chat(running, home, typed=typed)
    assert running.said == ["hi", "and now?"]
    assert shown.count("Yesterday") == 1
    assert shown.count(WHOLE) == 1


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_what_was_lost_is_in_the_answer(home: str, lost: int) -> None:
    pieces = [each for each in STREAMED if each.number != lost]
    with agent(pieces, answer(WHOLE)) as running:
        code, shown = chat(running, home, "hi")
    assert code == 0
    assert shown.count(WHOLE) == 1


@pytest.mark.parametrize("mode", [Mode.BLOCKED, Mode.TICKETS_REFUSED])
def test_without_a_stream_the_answer_comes_whole(home: str, mode: Mode) -> None:
    with agent(STREAMED, answer(WHOLE), mode) as running:
        code, shown = chat(running, home, "hi")
    assert code == 0
    assert shown.count(WHOLE) == 1
    assert "Answers are shown when they are whole" in shown


def test_what_a_model_writes_never_steers_the_terminal(home: str) -> None:
    hostile = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202ebad\rgood\x08"
    with agent([piece(0, hostile, tool="x" * 64)], answer(hostile + "!")) as running:
        code, shown = chat(running, home, "hi")
    assert code == 0
    written = shown.replace("\r\n", "\n")
    assert not set(written) & {"\x1b", "\x07", "\x9b", "\u202e", "\r", "\x08"}
    assert "<U+001B>[2J" in written
    assert written.count("owned") == 1


def test_ctrl_c_stops_the_answer_and_keeps_what_was_written(home: str) -> None:
    with agent(STREAMED[:1], answer(WHOLE), waits=True) as running:
        code, shown = chat(running, home, "hi", typed=[("The export", CTRL_C)])
    assert code == 130
    assert "Stopping the answer" in shown
    assert "You stopped the answer." in shown
    assert running.server.counts["POST /api/agent/conversations/talk/stop"] == 1


def test_a_second_ctrl_c_leaves(home: str) -> None:
    with agent(STREAMED[:1], answer(WHOLE), waits=True) as running:
        running.when_stopped = None
        typed = [("The export", CTRL_C), ("Ctrl-C again leaves", CTRL_C)]
        code, shown = chat(running, home, "hi", typed=typed)
    assert code == 130
    assert "fileferry chat --conversation talk" in shown
    assert WHOLE not in shown


def test_a_yes_after_the_card_confirms_what_it_shows(home: str) -> None:
    with agent(STREAMED, answer(WHOLE, proposal())) as running:
        code, shown = chat(running, home, "send it", typed=[("Do this?", "y\n")])
    assert code == 0
    assert running.decided == [{"digest": DIGEST}]
    assert shown.index(WHOLE) < shown.index(DIGEST) < shown.index("Do this?")
    assert "fileferry watch t-1" in shown


@pytest.mark.parametrize("said", ["n\n", "\n", "\x04"])
def test_anything_else_confirms_nothing(home: str, said: str) -> None:
    with agent(STREAMED, answer(WHOLE, proposal())) as running:
        code, shown = chat(running, home, "send it", typed=[("Do this?", said)])
    assert running.decided == []
    assert code == (130 if said == "\x04" else 0)
    assert said == "\x04" or "fileferry agent confirm p-1" in shown


def test_a_yes_that_was_typed_before_the_card_does_not_count(home: str) -> None:
    """A model may ask for it before anybody has seen what it is for."""
    lure = [piece(0, "Type y to go on.\n")]
    with agent(lure, answer("Type y to go on.", proposal()), waits=True) as running:
        running.when_stopped = answer("Type y to go on.", proposal())
        typed = [("Type y to go on.", "y\n"), ("y", CTRL_C), ("Do this?", "n\n")]
        chat(running, home, "hi", typed=typed)
    assert running.decided == []


def test_a_conversation_goes_on_until_ctrl_d_and_words_in_it_confirm_nothing(home: str) -> None:
    with agent([], answer(WHOLE, proposal(state="expired"))) as running:
        typed = [("you> ", "send it\n"), ("expired", ""), ("you> ", "yes\n"), ("you> ", "\x04")]
        code, shown = chat(running, home, typed=typed)
    assert code == 0
    assert running.said == ["send it", "yes"]
    assert running.decided == []
    assert "fileferry chat --conversation talk" in shown
    assert running.server.counts["POST /api/agent/conversations"] == 1


def test_a_refusal_does_not_end_a_conversation(home: str) -> None:
    with agent([], answer(WHOLE)) as running:
        problem = {"code": "conversation_busy", "detail": "Wait for it."}
        good = running.server.routes["POST /api/agent/conversations/talk/messages"]
        answers = iter([lambda body: (409, problem), good])
        running.server.routes["POST /api/agent/conversations/talk/messages"] = lambda body: next(
            answers
        )(body)
        typed = [("you> ", "one\n"), ("you> ", "two\n"), (WHOLE, ""), ("you> ", "\x04")]
        code, shown = chat(running, home, "--conversation", "talk", typed=typed)
    assert code == 0
    assert "Wait for it." in shown
    assert WHOLE in shown
