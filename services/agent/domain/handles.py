"""Names that the model uses instead of keys, paths and ids: obj_3, dest_2.

The model never types a key. What it names must have been listed in this conversation, and it means
what was listed then, with its ETag and version.

What they stand for: bkt {bucket}; fold {bucket, prefix}; obj {bucket, key} with etag, size_bytes,
last_modified; dest {destination_id} with name; tra {transfer_id}; tick {ticket_id} with number;
page {tool, asked, cursor}, where a list goes on.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
        """The handle of one thing that was listed."""
        naming = Naming(self)
        name = naming.name(kind, same, more)
        return naming.handles, name


class Naming:
    """Names many things that were listed, and looks through those that are known only once."""

    def __init__(self, handles: Handles) -> None:
        self._named, self._known, self._last = handles, dict(handles.known), dict(handles.last)
        self._found: dict[tuple[HandleKind, tuple[str, ...]], dict[str, str]] = {}
        self._is_new = False

    def name(self, kind: HandleKind, same: Mapping[str, Any], more: Mapping[str, Any]) -> str:
        """A thing that is known keeps its handle and gets what was told now."""
        fields = tuple(sorted(same))
        if (kind, fields) not in self._found:
            of_kind = (name for name in self._known if name.startswith(f"{kind}_"))
            self._found[kind, fields] = {_id(self._known[name], fields): name for name in of_kind}
        found = self._found[kind, fields]
        name = found.get(_id(same, fields))
        if name is None:
            self._last[kind] = self._last.get(kind, 0) + 1
            name = found[_id(same, fields)] = f"{kind}_{self._last[kind]}"
        self._known.pop(name, None)  # it goes to the end: what was listed last is forgotten last
        self._known[name] = {**same, **more}
        self._is_new = True
        return name

    @property
    def handles(self) -> Handles:
        """With those that were named, as far as there is room."""
        if self._is_new:
            self._named = Handles(_newest(self._known), dict(self._last))
            self._is_new = False
        return self._named


def _id(told: Mapping[str, Any], fields: Sequence[str]) -> str:
    return json.dumps([told.get(name) for name in fields], sort_keys=True)


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
