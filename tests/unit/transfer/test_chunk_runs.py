"""The chunks of a file as run lengths tell each chunk once, and stay short."""

import re
from collections.abc import Mapping
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from contracts.transfer_events import MAX_RUNS_LENGTH
from services.transfer.domain.chunk_runs import chunk_runs

MANY = 10_486  # chunks of 1 TiB
MOST_LANES = 16  # of one transfer, as its settings allow


def told(runs: str) -> str:
    """One letter for each chunk."""
    assert re.fullmatch(r"([1-9][0-9]*[dmw])*", runs)
    return "".join(kind * int(count) for count, kind in re.findall(r"(\d+)(.)", runs))


@st.composite
def ledgers(draw: st.DrawFn, most: int = 60) -> tuple[int, int, Mapping[int, bool]]:
    """Total, next chunk, and the open chunks. Some were claimed after the next chunk was read."""
    total = draw(st.integers(0, most))
    claimed = draw(st.integers(0, total))
    numbers = st.integers(0, claimed - 1) if claimed else st.nothing()
    moving = draw(st.dictionaries(numbers, st.booleans()))
    return total, draw(st.integers(0, claimed)), moving


@given(ledgers())
@example((0, 0, {}))
@example((1, 1, {}))
def test_each_chunk_is_told_once_and_as_it_is(ledger: tuple[int, int, Mapping[int, bool]]) -> None:
    total, next_chunk, moving = ledger
    claimed = max([next_chunk, *(number + 1 for number in moving)])
    expected = "".join(
        ("m" if moving[number] else "w") if number in moving else "d" if number < claimed else "w"
        for number in range(total)
    )
    assert told(chunk_runs(total, next_chunk, moving)) == expected


@given(ledgers())
def test_neighbours_of_one_kind_are_one_run(ledger: tuple[int, int, Mapping[int, bool]]) -> None:
    kinds = re.findall("[dmw]", chunk_runs(*ledger))
    assert all(kind != after for kind, after in pairwise(kinds))


@given(
    st.integers(0, MANY),
    st.dictionaries(st.integers(0, MANY - 1), st.booleans(), max_size=2 * MOST_LANES),
)
def test_the_chunks_of_a_tebibyte_are_told_in_less_than_four_kilobytes(
    next_chunk: int, moving: Mapping[int, bool]
) -> None:
    """A lane claims a chunk that was given back before a new one. So no more are open than lanes
    have worked at once; twice as many are tried here."""
    runs = chunk_runs(MANY, next_chunk, moving)
    assert len(told(runs)) == MANY
    assert len(runs) < MAX_RUNS_LENGTH
