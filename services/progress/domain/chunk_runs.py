"""The chunks of a transfer as run lengths, and which of them have changed.

In '120d1m365w' 120 chunks are done (d), one is being moved (m), and 365 are waiting (w).
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

Run = tuple[int, str]
Change = tuple[int, str]  # (first chunk, the runs from there on)
_RUN = re.compile(r"(\d+)([dmw])")


def all_done(chunks: int) -> str | None:
    return f"{chunks}d" if chunks else None


def nobody_moves(runs: str) -> str:
    """The same chunks once no lane is at work any more."""
    return _written([(length, "d" if state == "d" else "w") for length, state in _read(runs)])


def changed_runs(before: str, after: str) -> tuple[Change, ...] | None:
    """What differs. None where the two are not of the same number of chunks."""
    old, new = _read(before), _read(after)
    if sum(length for length, _ in old) != sum(length for length, _ in new):
        return None
    changes: list[Change] = []
    for differs, stretches in groupby(_stretches(old, new), key=lambda each: each[0]):
        if differs:
            found = list(stretches)
            changes.append((found[0][1], _written([run for _, _, run in found])))
    return tuple(changes)


def _read(runs: str) -> list[Run]:
    return [(int(length), state) for length, state in _RUN.findall(runs)]


def _written(runs: Sequence[Run]) -> str:
    return "".join(
        f"{sum(length for length, _ in same)}{state}"
        for state, same in groupby(runs, key=lambda run: run[1])
    )


def _stretches(before: Sequence[Run], after: Sequence[Run]) -> Iterator[tuple[bool, int, Run]]:
    """(differs, first chunk, run after) wherever neither of the two changes inside."""
    old, new = [*reversed(before)], [*reversed(after)]
    first = 0
    while old and new:
        (old_left, was), (new_left, now) = old.pop(), new.pop()
        length = min(old_left, new_left)
        yield was != now, first, (length, now)
        first += length
        if old_left > length:
            old.append((old_left - length, was))
        if new_left > length:
            new.append((new_left - length, now))
