"""Names that the model uses instead of keys, paths and ids: obj_3, dest_2.

The model never types a key. What it names must have been listed in this conversation, and it means
what was listed then, with its ETag and version.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

MAX_HANDLES = 2_000  # of a conversation; the oldest are forgotten
MAX_BYTES = 300_000  # of all that they stand for, as JSON: they are kept in one row of 400 KB


class HandleKind(StrEnum):
    BUCKET = "bkt"
    FOLDER = "fold"
    OBJECT = "obj"
    DESTINATION = "dest"
    TRANSFER = "tra"
    TICKET = "tick"


@dataclass(frozen=True)
class Handles:
    """What each handle stands for, as the REST API told it. Equal things keep their handle: `same`
    is what makes two listings the same thing (bucket and key; an id)."""

    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    last: Mapping[str, int] = field(default_factory=dict)  # by kind, the last number given

    def of_kind(self, kind: HandleKind, name: object) -> Mapping[str, Any] | None:
        """What `name` stands for. None for anything else than a handle of this kind that this
        conversation was told."""
        if not isinstance(name, str) or not name.startswith(f"{kind}_"):
            return None
        return self.known.get(name)

    def with_new(
        self, kind: HandleKind, same: Mapping[str, Any], more: Mapping[str, Any]
    ) -> tuple["Handles", str]:
        """The handle of a thing that was listed. A thing that is known keeps its handle and gets
        what was told now."""
        told = {**same, **more}
        for name, before in self.known.items():
            if name.startswith(f"{kind}_") and all(before.get(k) == v for k, v in same.items()):
                return replace(self, known={**self.known, name: told}), name
        number = self.last.get(kind, 0) + 1
        name = f"{kind}_{number}"
        known = {**self.known, name: told}
        for oldest in list(known)[: max(0, len(known) - MAX_HANDLES)]:
            del known[oldest]
        return Handles(known, {**self.last, kind: number}), name

    def fitting(self, most: int = MAX_BYTES) -> "Handles":
        """Without the oldest, so that the others take so many bytes as JSON at most. No number is
        given twice all the same."""
        kept: dict[str, Mapping[str, Any]] = {}
        left = most
        for name, thing in reversed(list(self.known.items())):
            left -= len(json.dumps({name: thing}, ensure_ascii=False).encode())
            if left < 0:
                break
            kept[name] = thing
        return replace(self, known=dict(reversed(list(kept.items()))))
