"""The console writes amounts, lengths of time and names as `fileferry` does."""

import random
import sys
import unicodedata
from typing import Any

from cli.durations import duration_text
from cli.escaping import escaped
from cli.output import bytes_text, counted
from tests.unit.web.node import answer_of

TOGETHER = 61  # characters in a name


def amounts() -> list[float]:
    rng = random.Random(7)  # noqa: S311 - the same each time
    edges = [10.0**power + step for power in range(1, 16) for step in (-1, -0.5, 0, 0.5, 1)]
    halves = [eighths / 8 for eighths in range(16_000)]
    steps = [float(step * 25 * 1_000**power) for power in (0, 1, 2, 3) for step in range(400)]
    return [*halves, *edges, *steps, *(10 ** rng.uniform(0, 17) for _ in range(5_000))]


def lengths() -> list[float]:
    rng = random.Random(7)  # noqa: S311 - the same each time
    edges = [size + step for size in (60, 3_600, 86_400) for step in (-1, -0.001, 0, 1, 59, 60)]
    return [-5, -0.5, 0, 0.999, *edges, *(10 ** rng.uniform(-1, 8) for _ in range(3_000))]


def characters() -> list[str]:
    """All that Python knows, and those that never will be one. What Python does not know yet may be
    known to node, whose Unicode is newer."""
    return [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) != "Cn" or _is_none(ord(character))
    ]


def names() -> list[str]:
    single = characters()
    # Two halves of a pair beside each other are one character in node, and two in Python.
    whole = [each for each in single if unicodedata.category(each) != "Cs"]
    random.Random(7).shuffle(whole)  # noqa: S311 - an order
    together = ["".join(whole[at : at + TOGETHER]) for at in range(0, len(whole), TOGETHER)]
    return ["", *single, *together]


def _is_none(code: int) -> bool:
    return 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def test_the_same_value_is_written_in_the_same_way() -> None:
    given: dict[str, list[Any]] = {"bytes": amounts(), "durations": lengths(), "names": names()}
    given["counts"] = [0, 1, 2, 999, 1_000, 10**9]
    there = answer_of("tests/web/format-answers.js", given)
    here = {
        "bytes": [bytes_text(each) for each in given["bytes"]],
        "durations": [duration_text(each) for each in given["durations"]],
        "counts": [counted(each, "file") for each in given["counts"]],
        "names": [escaped(each) for each in given["names"]],
    }
    for kind, shown in here.items():
        rows = zip(given[kind], there[kind], shown, strict=True)
        assert [row for row in rows if row[1] != row[2]] == [], kind
