"""fileferry chat without a terminal: one question, its answer, and what a proposal looks like."""

import json
from itertools import permutations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.chat.paper import MOST_SHOWN
from cli.chat.pieces import MOST_HELD, MOST_TEXT, Pieces, rest_of
from contracts.agent_api import ConversationsPage, MessagesPage
from contracts.transfer_events import Failure
from tests.unit.cli.api import Answer, Api, Raw, refused
from tests.unit.cli.conftest import Run
from tests.unit.cli.talks import answer, conversation, piece, proposal

TROUBLE = Failure(code="out_of_time", message="The answer took too long.", retryable=True)


def api(sent: Answer, **more: Answer) -> Api:
    answers = {"open_conversation": Raw(conversation(), status=201), "send_message": sent, **more}
    return Api(**answers)


def test_a_question_is_asked_once_in_a_new_conversation(run: Run) -> None:
    asked = api(answer("It is there.", looked_at=("list_files", "list_files")))
    result = run(asked, "chat", "Is it there?")
    assert (result.exit_code, result.stdout) == (0, "It is there.\n")
    assert "(looked at: list_files)" in result.stderr
    [sent] = asked.called("send_message")
    assert (sent.parts, sent.body) == ({"id": "talk"}, {"text": "Is it there?"})
    assert sent.headers["idempotency-key"].startswith("cli-")


def test_a_conversation_goes_on(run: Run) -> None:
    page = MessagesPage(conversation=conversation(), messages=(), cursor=None)
    asked = api(answer(), read_conversation=page)
    assert run(asked, "chat", "hi", "--conversation", "talk").exit_code == 0
    assert not asked.called("open_conversation")


def test_a_conversation_that_is_not_there_is_not_begun(run: Run) -> None:
    asked = api(answer(), read_conversation=refused(404, "conversation_not_found"))
    assert run(asked, "chat", "hi", "--conversation", "talk").exit_code == 4
    assert not asked.called("send_message")


def test_json_is_the_answer_of_the_api_and_asks_nothing(run: Run) -> None:
    sent = answer("Größe\x1b[2J", proposal())
    result = run(api(sent), "chat", "hi", "--json", stdin="y\n")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == sent.model_dump(mode="json")
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_an_answer_that_ends_early_says_why(run: Run, as_json: tuple[str, ...]) -> None:
    result = run(api(answer("The export", trouble=TROUBLE)), "chat", "hi", *as_json)
    assert result.exit_code == 1
    assert as_json or "The answer took too long." in result.stderr
    assert "The export" in result.stdout


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (refused(503, "agent_off"), 1),
        (refused(409, "conversation_busy"), 1),
        (refused(400, "field_invalid"), 2),
        (refused(401, "unauthorized"), 3),
        (refused(404, "conversation_not_found"), 4),
        (refused(503, "too_slow"), 8),
    ],
)
def test_a_refusal_has_its_exit_code(run: Run, sent: Answer, code: int) -> None:
    result = run(api(sent), "chat", "hi")
    assert (result.exit_code, result.stdout) == (code, "")


def test_an_answer_that_the_network_lost_is_found_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.chat.asking.OWN_AFTER", 0.0)
    monkeypatch.setattr("cli.chat.asking.ASKS_EVERY", 0.0)
    busy = refused(409, "conversation_busy")
    came: list[Answer] = [httpx.ReadTimeout("late"), busy, busy, answer()]
    asked = Api(open_conversation=Raw(conversation()), send_message=lambda call: came.pop(0))
    result = run(asked, "chat", "hi")
    assert (result.exit_code, result.stdout) == (0, "It is there.\n")
    keys = [each.headers["idempotency-key"] for each in asked.called("send_message")]
    assert (len(keys), len(set(keys))) == (4, 1)


@pytest.mark.parametrize("args", [(), ("--json",), ("  ",)])
def test_without_a_terminal_there_has_to_be_a_question(run: Run, args: tuple[str, ...]) -> None:
    asked = api(answer())
    assert run(asked, "chat", *args, stdin="hi\n").exit_code == 2
    assert asked.calls == []


def test_without_a_terminal_nothing_is_confirmed_whatever_is_piped_in(run: Run) -> None:
    asked = api(answer("It is there.", proposal()))
    result = run(asked, "chat", "send it", stdin="y\ny\n")
    assert result.exit_code == 0
    assert "fileferry agent confirm p-1" in result.stderr
    assert not asked.called("confirm_proposal")


def test_a_card_says_all_that_matters_and_nothing_steers_the_terminal(run: Run) -> None:
    view = proposal(sentence="Send \x1b[2J\u202efdp.exe", cautions=("a\nDigest  000",))
    shown = run(api(answer("It is there.", view)), "chat", "send it").stdout
    for each in (
        "Send <U+001B>[2J<U+202E>fdp.exe", "1.2 kB", "Name at the partner  /in/today.csv",
        "In one piece", "about 12 s, 8 s to 1 min 1 s. this partner, this size",
        "98 % of such transfers", "a<U+000A>Digest  000", view.digest,
    ):  # fmt: skip
        assert each in shown
    assert shown.count("\nDigest") == 1


def test_a_card_that_is_cut_says_so(run: Run) -> None:
    one = proposal().steps[0]
    many = proposal(steps=(one,) * 60, sentence="x" * 5_000)
    shown = run(api(answer("", many)), "chat", "send it").stdout
    assert "10 steps more: see them with --json" in shown
    assert "(3,000 characters are not shown)" in shown


def test_nobody_floods_the_terminal(run: Run) -> None:
    result = run(api(answer("x" * (MOST_SHOWN + 1_000))), "chat", "hi")
    assert len(result.stdout) <= MOST_SHOWN + 1
    assert "1,000 characters more are not shown." in result.stderr


def test_lists_of_the_agent_end(run: Run) -> None:
    page = ConversationsPage(conversations=(conversation(),) * 600, cursor="more")
    pages = iter([page, page.model_copy(update={"cursor": "last"}), page])
    result = run(Api(list_conversations=lambda call: next(pages)), "agent", "conversations")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1_000
    assert "There are more" in result.stderr


# --- the order of pieces -------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_pieces_are_given_out_in_their_order(order: tuple[int, ...]) -> None:
    pieces = Pieces()
    given_out = [each.number for n in (*order, *order) for each in pieces.take(piece(n, f"{n}"))]
    assert given_out == [0, 1, 2, 3]
    assert pieces.text == "0123"


def test_a_piece_of_another_turn_is_not_taken_for_one_of_this() -> None:
    pieces = Pieces(frozenset({"old"}))
    assert list(pieces.take(piece(0, "late", turn="old"))) == []
    assert [each.text for each in pieces.take(piece(0, "new"))] == ["new"]
    assert list(pieces.take(piece(1, "another", turn="turn-2"))) == []
    assert pieces.turn_id == "turn-1"


def test_what_waits_for_a_lost_piece_is_bounded() -> None:
    pieces = Pieces()
    for number in range(1, 3 * MOST_HELD):
        assert list(pieces.take(piece(number, "x"))) == []
    assert len(list(pieces.take(piece(0, "x")))) <= MOST_HELD + 1


def test_what_is_shown_of_pieces_is_bounded() -> None:
    pieces = Pieces()
    for number in range(40):
        list(pieces.take(piece(number, "x" * 4_000)))
    assert len(pieces.text) <= MOST_TEXT


blanks = st.text(" \n\t", max_size=3)


@given(st.lists(st.tuples(st.text("abäß!", min_size=1), blanks)), st.integers(0, 30), blanks)
def test_the_rest_completes_what_was_shown(
    words: list[tuple[str, str]], cut: int, more: str
) -> None:
    whole = "".join(word + blank for word, blank in words).strip()
    shown = whole[:cut]
    rest = rest_of(whole, shown + more if cut >= len(whole) else shown)
    assert rest is not None
    assert (shown + rest).split() == whole.split()


@given(st.text("ab ", min_size=1))
def test_what_was_shown_of_something_else_has_no_rest(shown: str) -> None:
    assert rest_of(shown, shown + "c") is None
    assert rest_of(shown, "c" + shown) is None
