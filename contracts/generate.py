"""Writes everything that comes from the contracts: `python -m contracts.generate [--check]`.

With --check it writes nothing. It names every file that is stale, missing or left over, and then
exits 1.
"""

import argparse
import sys
from pathlib import Path

from pydantic import BaseModel

from contracts.catalogue import CATALOGUE
from contracts.envelope import Event
from contracts.events_page import events_page
from contracts.openapi import Json, gateway_document, readers_document, text_of
from contracts.reasons import read_page
from contracts.websocket.client_messages import CLIENT_MESSAGES
from contracts.websocket.server_messages import SERVER_MESSAGES
from contracts.websocket_page import websocket_page

ROOT = Path(__file__).parent.parent
SCHEMAS = Path("contracts/schemas")
REASONS = ROOT / "docs/reasons.md"  # people write it


def event_schemas() -> dict[str, Json]:
    """JSON Schema of the whole `detail`, by detail-type."""
    return {
        spec.detail_type: _schema(
            Event[spec.model],  # type: ignore[name-defined]
            f"event:{spec.detail_type}",
            spec.detail_type,
        )
        for spec in CATALOGUE
    }


def message_schemas() -> dict[str, Json]:
    """JSON Schema of every WebSocket message, by its `action` or `type`."""
    models: dict[str, type[BaseModel]] = {**CLIENT_MESSAGES, **SERVER_MESSAGES}
    return {name: _schema(model, f"websocket:{name}.v1", name) for name, model in models.items()}


def _schema(model: type[BaseModel], urn: str, title: str) -> Json:
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fileferry:{urn}",
    }
    return {**head, **model.model_json_schema(), "title": title}


def generated() -> dict[Path, str]:
    """Every generated file's text, by its path in the repository."""
    events, messages = event_schemas(), message_schemas()
    schemas = {**events, **{f"websocket.{name}.v1": each for name, each in messages.items()}}
    files = {SCHEMAS / f"{name}.json": text_of(schema) for name, schema in schemas.items()}
    files[SCHEMAS / "api.openapi.json"] = text_of(readers_document())
    files[Path("infra/api/openapi.json")] = text_of(gateway_document())
    files[Path("docs/events.md")] = events_page(events)
    files[Path("docs/websocket.md")] = websocket_page(messages)
    files[Path("contracts/reasons.json")] = text_of(read_page(REASONS.read_text()))
    return files


def stale(root: Path) -> list[Path]:
    """Paths whose content is not what the contracts say, and schemas that no contract has."""
    files = generated()
    wrong = [path for path, text in files.items() if _text(root / path) != text]
    left_over = [path.relative_to(root) for path in (root / SCHEMAS).glob("*")]
    return sorted({*wrong, *(path for path in left_over if path not in files)})


def write(root: Path) -> None:
    files = generated()
    for path in stale(root):
        if path not in files:
            (root / path).unlink()
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files[path], encoding="utf-8")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m contracts.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when stale")
    if not parser.parse_args().check:
        write(ROOT)
        return 0
    paths = stale(ROOT)
    for path in paths:
        print(f"stale: {path} (run python -m contracts.generate)", file=sys.stderr)
    return 1 if paths else 0


if __name__ == "__main__":
    sys.exit(main())
