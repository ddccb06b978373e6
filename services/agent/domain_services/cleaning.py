"""What others wrote, made fit to be told to the model: the one place for it.

Keys, labels, words of partners' servers, texts of tickets: all of it is data in JSON strings. Here
it gets short, and characters that do not show are spelled out, so that nothing can hide in it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from kernel.shown_names import shown
from services.agent.domain.chat import Json

MOST_BYTES = 7_500  # of one answer; a turn has eight rounds, and history keeps 8 kB of each
MOST_DEPTH = 6
MOST_FIELDS = 40
MOST_VALUES = 2_000  # of all levels together; more cannot fit
MOST_NAME = 64  # characters of a field's name
MOST_INTEGER = 2**63
MIDDLE_OF_CUT = 0.6  # so much of what is left comes from the beginning: names end with their kind


class _Limits(NamedTuple):
    characters: int
    items: int


# Texts get shorter first: each thing of a list has a handle that the model may need.
STEPS = (
    _Limits(600, 60),
    _Limits(240, 60),
    _Limits(100, 60),
    _Limits(50, 60),
    _Limits(50, 20),
    _Limits(30, 8),
    _Limits(20, 3),
)
TOO_MUCH = {"problem": "The answer is too large to be told. Ask for less."}


def clean(told: Mapping[str, Any]) -> Json:
    """At most MOST_BYTES of JSON. Raises TypeError for what is no JSON."""
    for limits in STEPS:
        found = _Cleaning(limits).of(told)
        if len(json.dumps(found, ensure_ascii=False).encode()) <= MOST_BYTES:
            return dict(found)
    return TOO_MUCH


def clean_text(text: str, most: int) -> str:
    """One line of at most some `most` characters. It says how much was cut."""
    line = shown(_cut(text, most), most=most * len("<U+10FFFF>"))
    return _cut(line, most) if len(line) > 2 * most else line


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    head = int(most * MIDDLE_OF_CUT)
    return f"{text[:head]}[{len(text) - most} characters cut]{text[head - most :]}"


class _Cleaning:
    """One walk through what is told. It ends after MOST_VALUES, however they are nested."""

    def __init__(self, limits: _Limits) -> None:
        self._limits, self._room = limits, MOST_VALUES

    def of(self, value: Any, depth: int = 0) -> Any:  # noqa: ANN401 - JSON
        self._room -= 1
        match value:
            case None | bool():
                return value
            case int():
                return value if -MOST_INTEGER < value < MOST_INTEGER else "too many digits"
            case float():
                return value if math.isfinite(value) else None
            case str():
                return clean_text(value, self._limits.characters)
            case Mapping() | Sequence() if depth == MOST_DEPTH or self._room < 0:
                return "left out"
            case Mapping():
                return self._object(value, depth)
            case Sequence():
                return self._list(value, depth)
        raise TypeError(f"{type(value).__name__} is no JSON")

    def _object(self, value: Mapping[str, Any], depth: int) -> dict[str, Any]:
        fields = islice(value.items(), MOST_FIELDS)
        return {clean_text(name, MOST_NAME): self.of(each, depth + 1) for name, each in fields}

    def _list(self, value: Sequence[Any], depth: int) -> list[Any]:
        kept = [self.of(each, depth + 1) for each in value[: self._limits.items]]
        left = len(value) - len(kept)
        return [*kept, f"{left} more are left out"] if left else kept
