"""The brain that plays what it was told: for each thing that a user says, a reply for each round.

A script is {"when": "words in what the user said last", "replies": [[moves], [moves], ...]}. The
newest script that fits plays. Its first reply answers the user, its second the results of the tools
that the first one used, and so on. So a call that is repeated gets the same reply, and two
conversations do not disturb each other.

In a move, a text "$list_files.files[name=a.csv].handle" stands for what that tool told last:
`.name` goes into an object, `[2]` and `[name=a.csv]` choose of a list.
"""

import re
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from tests.doubles.bedrock_moves import Move, Moves, Request, Say, Use

REFERENCE = re.compile(r"\$([A-Za-z0-9_-]+)((?:\.[A-Za-z0-9_]+|\[[^\]]+\])*)")
STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]|\[([A-Za-z0-9_]+)=([^\]]*)\]")
NOTHING_TOLD = "The script has nothing to say to this."


class Script(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    when: str = ""
    replies: list[list[Move]] = Field(min_length=1)


SCRIPTS: TypeAdapter[list[Script]] = TypeAdapter(list[Script])


class Scripted:
    def __init__(self, scripts: Sequence[Script] = ()) -> None:
        self._lock = Lock()
        self._scripts = list(scripts)

    def add(self, scripts: Sequence[Script]) -> None:
        with self._lock:
            self._scripts.extend(scripts)

    def clear(self) -> None:
        with self._lock:
            self._scripts.clear()

    def __call__(self, request: Request) -> Moves:
        with self._lock:
            fits = [each for each in self._scripts if each.when in request.asked]
        if not fits or request.round >= len(fits[-1].replies):
            return [Say(say=NOTHING_TOLD)]
        return [filled(move, request) for move in fits[-1].replies[request.round]]


def filled(move: Move, request: Request) -> Move:
    """The move with what was told in place of what refers to it."""
    if isinstance(move, Use):
        return move.model_copy(update={"asked": _filled(move.asked, request)})
    if isinstance(move, Say):
        return move.model_copy(update={"say": str(_filled(move.say, request))})
    return move


def _filled(value: Any, request: Request) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, Mapping):
        return {name: _filled(each, request) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, request) for each in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    return told_by(whole[1], whole[2], request) if whole else value


def told_by(tool: str, path: str, request: Request) -> Any:  # noqa: ANN401 - JSON
    """Raises LookupError, with what there is, for a script that refers to what was not told."""
    told = [each.told for each in request.all_results if each.name == tool]
    if not told:
        raise LookupError(f"{tool!r} has told nothing; the script refers to ${tool}{path}.")
    found = told[-1]
    try:
        for step in STEP.finditer(path):
            found = _stepped(found, step)
    except (LookupError, TypeError, StopIteration):
        raise LookupError(f"${tool}{path} is not in what was told: {told[-1]}") from None
    return found


def _stepped(found: Any, step: "re.Match[str]") -> Any:  # noqa: ANN401 - JSON
    name, index, key, value = step.groups()
    if name is not None:
        return found[name]
    if index is not None:
        return found[int(index)]
    return next(each for each in found if str(each.get(key)) == value)
