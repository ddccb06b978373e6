"""Changes of run lengths, against the letters that they stand for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.live.chunk_runs import RunsDoNotFit, shortest, splice

LETTERS = st.text("dmw", min_size=1, max_size=60)


def runs_of(letters: str) -> str:
    return "".join(f"{len(run[0])}{run[1]}" for run in re.findall(r"((.)\2*)", letters))


@given(LETTERS, st.data())
def test_a_splice_is_what_it_is_with_letters(letters: str, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(letters) - 1))
    change = data.draw(st.text("dmw", min_size=1, max_size=len(letters) - first))
    right = letters[:first] + change + letters[first + len(change) :]
    assert splice(runs_of(letters), first, runs_of(change)) == runs_of(right)


def test_a_change_beyond_the_end_does_not_fit() -> None:
    with pytest.raises(RunsDoNotFit):
        splice("10w", 9, "2d")


def test_billions_of_chunks_cost_nothing() -> None:
    assert splice("9999999999w", 5, "1d") == "5w1d9999999993w"


def test_neighbours_of_one_kind_are_one_run() -> None:
    assert shortest("1d2d3w") == "3d3w"
