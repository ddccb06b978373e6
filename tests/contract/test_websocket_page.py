"""docs/websocket.md is enough to write a client: one that does what it says comes out right."""

import json
import re
from typing import Any

import pytest

from contracts.generate import ROOT

PAGE = (ROOT / "docs" / "websocket.md").read_text(encoding="utf-8")
SHOWN = [json.loads(each) for each in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
ANSWER, SUBSCRIBED, SNAPSHOT, DELTA, AGAIN, RECOVERED, GONE = SHOWN


class Behind(Exception):
    """The client has to subscribe again."""


def applied(mine: Any, change: Any) -> Any:  # noqa: ANN401 - JSON
    """By the page's rules, in their order."""
    if mine is None or mine["epoch"] != change["epoch"]:
        raise Behind
    if mine["seq"] >= change["seq"]:
        return mine
    if mine["seq"] < change["base"]:
        raise Behind
    if change["chunk_changes"] and mine["seq"] != change["base"]:
        raise Behind
    runs = spliced(mine["chunk_runs"], change["chunk_changes"] or ())
    return {**mine, "chunk_runs": runs, **change["set"], "seq": change["seq"]}


def spliced(runs: str, changes: Any) -> str:  # noqa: ANN401 - JSON
    kinds = unrolled(runs)
    for each in changes:
        new = unrolled(each["runs"])
        kinds = kinds[: each["first"]] + new + kinds[each["first"] + len(new) :]
    return "".join(f"{len(each[0])}{each[1]}" for each in re.findall(r"((.)\2*)", kinds))


def unrolled(runs: str) -> str:
    return "".join(kind * int(count) for count, kind in re.findall(r"(\d+)([dmw])", runs))


@pytest.fixture
def mine() -> Any:  # noqa: ANN401 - JSON
    [transfer] = SNAPSHOT["transfers"]
    return transfer


def test_the_answers_of_the_example_belong_to_its_questions() -> None:
    assert SNAPSHOT["request_id"] == SUBSCRIBED["request_id"]
    assert [each["transfer_id"] for each in SNAPSHOT["transfers"]] == SUBSCRIBED["transfers"]
    assert DELTA["request_id"] is None
    assert {RECOVERED["request_id"], GONE["request_id"]} == {AGAIN["request_id"]}
    assert (RECOVERED["more"], GONE["more"]) == (True, False)


def test_a_client_that_keeps_the_rules_is_right_at_the_end_of_the_example(mine: Any) -> None:  # noqa: ANN401
    [change] = DELTA["changes"]
    mine = applied(mine, change)
    assert mine["chunk_runs"] == "7d2m11w"
    assert mine["bytes_done"] == 800_000_000
    told = {name: mine[name] for name in ("transfer_id", "epoch", "seq")}
    assert told in AGAIN["known"]
    [missed] = RECOVERED["changes"]
    assert missed["base"] == mine["seq"]
    mine = applied(mine, missed)
    assert (mine["seq"], mine["chunk_runs"]) == (31, "14d2m4w")


def test_what_comes_twice_changes_nothing(mine: Any) -> None:  # noqa: ANN401
    [change] = DELTA["changes"]
    once = applied(mine, change)
    assert applied(once, change) == once


@pytest.mark.parametrize("change", [{"seq": 11}, {"seq": 13}, {"epoch": "5f3a9c0e"}])
def test_who_cannot_follow_subscribes_again(mine: Any, change: Any) -> None:  # noqa: ANN401
    with pytest.raises(Behind):
        applied({**mine, **change}, DELTA["changes"][0])


@pytest.mark.parametrize("runs", ["6d2m12w", "7d2m11w"])
def test_the_page_shows_the_chunks_of_its_example(runs: str) -> None:
    assert f"`{runs}`" in PAGE
