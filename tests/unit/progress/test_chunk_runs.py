"""Chunks as run lengths, and what has changed in them."""

import re
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from services.progress.domain.chunk_runs import changed_runs, nobody_moves

STATES = st.lists(st.sampled_from("dmw"), max_size=60)


def runs(states: list[str]) -> str:
    return "".join(f"{len(list(same))}{state}" for state, same in groupby(states))


def states(of: str) -> list[str]:
    return [state for count, state in re.findall(r"(\d+)(.)", of) for state in state * int(count)]


@given(st.data())
def test_the_changes_lead_from_one_to_the_other(data: st.DataObject) -> None:
    before = data.draw(STATES)
    size = len(before)
    now = data.draw(st.lists(st.sampled_from("dmw"), min_size=size, max_size=size))
    client = list(before)
    for first, changed in changed_runs(runs(before), runs(now)) or ():
        told = states(changed)
        client[first : first + len(told)] = told
    assert client == now


def test_another_number_of_chunks_is_no_change_of_these() -> None:
    assert changed_runs("10w", "12w") is None


def test_what_did_not_change_is_not_told() -> None:
    assert changed_runs("5d1m4w", "6d1m3w") == ((5, "1d1m"),)
    assert changed_runs("3d", "3d") == ()


def test_nothing_is_being_moved_when_nobody_moves() -> None:
    assert nobody_moves("5d1m1d2m4w") == "5d1w1d6w"
