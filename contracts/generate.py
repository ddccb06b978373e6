"""Writes everything that comes from the contracts: `python -m contracts.generate [--check]`.

With --check it writes nothing. It names every file that is stale, missing or left over, and then
exits 1.
"""

import argparse
import sys
from pathlib import Path

from contracts.catalogue import CATALOGUE
from contracts.envelope import Event
from contracts.events_page import events_page
from contracts.openapi import Json, gateway_document, readers_document, text_of

ROOT = Path(__file__).parent.parent
SCHEMAS = Path("contracts/schemas")


def event_schemas() -> dict[str, Json]:
    """JSON Schema of the whole `detail`, by detail-type."""
    schemas = {}
    for spec in CATALOGUE:
        schema = Event[spec.model].model_json_schema()  # type: ignore[name-defined]
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:fileferry:event:{spec.detail_type}",
        }
        schemas[spec.detail_type] = {**head, **schema, "title": spec.detail_type}
    return schemas


def generated() -> dict[Path, str]:
    """Every generated file's text, by its path in the repository."""
    schemas = event_schemas()
    files = {SCHEMAS / f"{name}.json": text_of(schema) for name, schema in schemas.items()}
    files[SCHEMAS / "api.openapi.json"] = text_of(readers_document())
    files[Path("infra/api/openapi.json")] = text_of(gateway_document())
    files[Path("docs/events.md")] = events_page(schemas)
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
