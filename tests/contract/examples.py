"""Every example that was ever published: events by detail-type, WebSocket messages by type."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from contracts.generate import ROOT

FOLDER = ROOT / "contracts" / "examples"


class Example(NamedTuple):
    detail_type: str
    name: str
    text: str


def examples() -> list[Example]:
    return _in("*/*.json")


def message_examples() -> list[Example]:
    """Those of WebSocket messages. `detail_type` is the message's type: 'snapshot.v1'."""
    return _in("websocket/*/*.json")


def _in(pattern: str) -> list[Example]:
    return [
        Example(path.parent.name, path.name, path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob(pattern))
    ]


def published() -> dict[str, str]:
    """SHA-256 by path, as PUBLISHED lists them (`sha256sum` format)."""
    lines = (FOLDER / "PUBLISHED").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.json")
    }
