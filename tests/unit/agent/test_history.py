"""The history is repaired so that Bedrock takes it, whatever was stored."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.domain.chat import Block, Message, Said, Speaker, ToolResult, ToolUse
from services.agent.domain.history import BROKE_OFF, MOST_RESULT, NO_RESULT, as_text, cut, repaired
from tests.fakes.agent_outside import wrong_with

IDS = st.sampled_from(["u1", "u2", "u3"])
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Said, st.sampled_from(["", " \n", "text", "more"])),
    st.builds(ToolUse, IDS, st.just("look"), st.just({})),
    st.builds(ToolResult, IDS, st.just({"told": 1}), st.booleans()),
)
MESSAGES = st.builds(Message, st.sampled_from(Speaker), st.lists(BLOCKS, max_size=4).map(tuple))
HISTORIES = st.lists(MESSAGES, max_size=8)


def user(*blocks: Block) -> Message:
    return Message(Speaker.USER, blocks)


def model(*blocks: Block) -> Message:
    return Message(Speaker.MODEL, blocks)


@given(HISTORIES)
def test_bedrock_takes_whatever_was_stored_once_it_is_repaired(history: list[Message]) -> None:
    asked = repaired([*history, user(Said("and now?"))])
    assert wrong_with(asked, has_tools=True) == ""


def test_words_behind_results_stand_apart_where_the_model_only_repeated_itself() -> None:
    use, result = ToolUse("u1", "look", {}), ToolResult("u1", {"told": 1})
    history = [user(Said("text")), model(use), user(result), model(use), user(Said("and now?"))]
    asked = repaired(history)
    assert wrong_with(asked, has_tools=True) == ""
    assert asked[-2:] == (model(Said(BROKE_OFF)), user(Said("and now?")))


@given(HISTORIES)
def test_repairing_twice_changes_nothing(history: list[Message]) -> None:
    once = repaired(history)
    assert repaired(once) == once


@given(HISTORIES)
def test_no_text_of_the_user_is_lost_and_none_is_made_up(history: list[Message]) -> None:
    def texts(messages: list[Message]) -> list[str]:
        return [
            block.text
            for message in messages
            if message.by is Speaker.USER
            for block in message.blocks
            if isinstance(block, Said) and block.text.strip()
        ]

    assert texts(list(repaired(history))) == texts(history)


WHOLE = [
    user(Said("send it")),
    model(Said("I look"), ToolUse("u1", "look", {"a": 1}), ToolUse("u2", "look", {})),
    user(ToolResult("u1", {"x": 1}), ToolResult("u2", {"x": 2}, failed=True)),
    model(Said("There it is.")),
]


def test_a_whole_history_stays_as_it_is() -> None:
    assert list(repaired(WHOLE)) == WHOLE


def test_a_call_without_its_result_gets_one_that_says_so() -> None:
    history = [*WHOLE[:2], user(ToolResult("u2", {"x": 2})), *WHOLE[3:]]
    results = repaired(history)[2].blocks
    assert results == (ToolResult("u1", NO_RESULT, failed=True), ToolResult("u2", {"x": 2}))


def test_a_turn_that_died_in_its_tools_can_go_on() -> None:
    asked = repaired([*WHOLE[:2], user(Said("still there?"))])
    assert [type(block) for block in asked[2].blocks] == [ToolResult, ToolResult]
    assert list(asked[3:]) == [model(Said(BROKE_OFF)), user(Said("still there?"))]


def test_results_of_nothing_are_dropped() -> None:
    orphans = [user(ToolResult("u9", {})), *WHOLE, user(ToolResult("u1", {}), Said("thanks"))]
    assert list(repaired(orphans)) == [*WHOLE, user(Said("thanks"))]


@pytest.mark.parametrize("text", ["x" * 9_000, "ü" * 9_000, "\u0001" * 9_000, '"\\' * 9_000])
def test_a_long_result_is_cut_and_says_how_much_is_missing(text: str) -> None:
    told = cut({"rows": text})
    size = len(json.dumps(told, ensure_ascii=False).encode())
    assert size <= MOST_RESULT + 100
    assert told["bytes_left_out"] > 0


def test_a_result_that_fits_is_told_as_it_is() -> None:
    told = {"rows": "x" * (MOST_RESULT - 12)}
    assert cut(told) is told


def test_as_text_it_is_the_end_of_it_in_lines_of_json() -> None:
    text = as_text(WHOLE, most=200, most_result=100)
    assert len(text.encode()) <= 200 + len(WHOLE) * 3
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[-1] == {"by": "assistant", "said": "There it is."}
    assert as_text(WHOLE, most=10_000, most_result=100).splitlines()[0] == json.dumps(
        {"by": "user", "said": "send it"}
    )
