"""The golden conversations, played by a model that knows what to say."""

from dataclasses import replace

import pytest

from bench.agent.__main__ import pass_hat, report
from bench.agent.golden import Golden, golden, played


@pytest.mark.parametrize("conversation", golden(), ids=lambda each: each.name)
def test_a_golden_conversation_ends_as_it_must(conversation: Golden) -> None:
    assert played(conversation) == []


def test_there_are_thirty_of_them_at_least() -> None:
    assert len({each.name for each in golden()}) >= 30


def named(name: str) -> Golden:
    return next(each for each in golden() if each.name == name)


@pytest.mark.parametrize(
    "conversation", [each for each in golden() if each.end.get("proposals")], ids=lambda g: g.name
)
def test_a_model_that_does_nothing_does_not_pass(conversation: Golden) -> None:
    steps = [{**step, "replies": [[{"say": "Done!"}]]} for step in conversation.steps]
    assert played(replace(conversation, steps=steps)) != []


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("an export is sent", {"proposals": ["start confirmed exports/2026-11-26.csv -> acme"]}),
        ("an export is sent", {}),
        ("a transfer is paused", {"transfers": {"tr-moving": "moving"}}),
        ("what waits for a partner is looked up", {"proposals": ["pause open tr-moving"]}),
    ],
)
def test_another_end_is_noticed(name: str, end: dict[str, object]) -> None:
    assert played(replace(named(name), end=end)) != []


def test_a_step_that_must_be_refused_and_is_not_is_noticed() -> None:
    again = named("confirming twice sends once")
    steps = [*again.steps[:-1], {"confirm": True, "refused": "proposal_over"}]
    assert any("was not refused" in each for each in played(replace(again, steps=steps)))


def test_the_report_says_what_was_otherwise_and_how_often_all_runs_go_well() -> None:
    lines: list[str] = []
    wrong = replace(named("an export is sent"), end={})
    assert not report([named("in German"), wrong], 2, None, lines.append)
    assert "| in German | 2 of 2 |  |" in lines
    assert any("| an export is sent | 0 of 2 | 2 x proposals" in line for line in lines)
    assert lines[-2:] == ["\npass^1: 0.500", "\npass^2: 0.500"]


def test_pass_hat_k_is_how_likely_k_runs_all_go_well() -> None:
    assert pass_hat([4, 4], 4, 4) == 1.0
    assert pass_hat([2], 4, 1) == 0.5
    assert pass_hat([2], 4, 2) == pytest.approx(1 / 6)
    assert pass_hat([3], 4, 4) == 0.0
