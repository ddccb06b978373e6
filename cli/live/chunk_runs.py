"""Changes in run lengths of chunks: in 120d1m365w the first 120 chunks are done.

They are changed as runs and never written out: a run may claim billions of chunks.
"""

import re
from collections.abc import Iterable

_Run = tuple[int, str]


class RunsDoNotFit(Exception):
    """The change lies outside of the runs that are known."""


def splice(runs: str, first: int, change: str) -> str:
    """`runs` with those from chunk `first` on replaced by `change`, in their shortest form."""
    known, new = _parsed(runs), _parsed(change)
    end = first + _length(new)
    if end > _length(known):
        raise RunsDoNotFit(f"runs end at {_length(known)}, the change at {end}")
    return _written([*_between(known, 0, first), *new, *_between(known, end, _length(known))])


def shortest(runs: str) -> str:
    return _written(_parsed(runs))


def _parsed(runs: str) -> list[_Run]:
    return [(int(count), letter) for count, letter in re.findall(r"(\d+)([dmw])", runs)]


def _length(runs: Iterable[_Run]) -> int:
    return sum(count for count, _ in runs)


def _between(runs: Iterable[_Run], start: int, end: int) -> list[_Run]:
    cut, at = [], 0
    for count, letter in runs:
        inside = min(at + count, end) - max(at, start)
        if inside > 0:
            cut.append((inside, letter))
        at += count
    return cut


def _written(runs: Iterable[_Run]) -> str:
    joined: list[_Run] = []
    for count, letter in runs:
        if joined and joined[-1][1] == letter:
            joined[-1] = (joined[-1][0] + count, letter)
        else:
            joined.append((count, letter))
    return "".join(f"{count}{letter}" for count, letter in joined)
