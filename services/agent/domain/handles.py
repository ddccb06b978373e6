"""Names that the model uses instead of keys, paths and ids: obj_3, dest_2.

The model never types a key. What it names must have been listed in this conversation, and it means
what was listed then, with its ETag and version.

What they stand for: bkt {bucket}; fold {bucket, prefix}; obj {bucket, key} with etag, size_bytes,
last_modified; dest {destination_id} with name; tra {transfer_id}; tick {ticket_id} with number;
page {tool, asked, cursor}, where a list goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

# Of a conversation; the longest unused are forgotten. All of them are stored in one row of at most
# 400 KB, as JSON, which can be half as long again as their repr.
MAX_HANDLES = 2_000
MAX_BYTES = 220_000


class HandleKind(StrEnum):
    BUCKET = "bkt"
    FOLDER = "fold"
    OBJECT = "obj"
    DESTINATION = "dest"
    TRANSFER = "tra"
    TICKET = "tick"
    PAGE = "page"


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
        told, known, last = {**same, **more}, dict(self.known), self.last
        for name, before in known.items():
            if name.startswith(f"{kind}_") and all(before.get(k) == v for k, v in same.items()):
                del known[name]  # it goes to the end: what was listed last is forgotten last
                break
        else:
            last = {**last, kind: last.get(kind, 0) + 1}
            name = f"{kind}_{last[kind]}"
        known[name] = told
        return replace(self, known=_newest(known), last=last), name


def _newest(known: dict[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Those that there is room for."""
    kept: dict[str, Mapping[str, Any]] = {}
    room = MAX_BYTES
    for name, told in reversed(known.items()):
        room -= len(name) + len(repr(told).encode())
        if len(kept) == MAX_HANDLES or room < 0:
            break
        kept[name] = told
    return dict(reversed(kept.items()))
