"""Models as Markdown: a table of fields for each, from its JSON Schema."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.openapi import Json


def described(schema: Json) -> Iterator[str]:
    """Lines: what it is, then its fields."""
    if "description" in schema:
        yield from (" ".join(schema["description"].split()), "")
    yield from _table(schema)


def inner_models(schemas: Mapping[str, Json], told: Collection[str]) -> Iterator[str]:
    """Lines: a section for each model inside of the schemas, but for those already told."""
    defined = {
        name: shape
        for schema in schemas.values()
        for name, shape in schema.get("$defs", {}).items()
    }
    for name, shape in sorted(defined.items()):
        if name not in told:
            yield from ("", f"## {name}", "", *described(shape))


def _table(schema: Json) -> Iterator[str]:
    yield from ("| field | type | |", "|---|---|---|")
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        told = [] if name in required else ["optional"]
        told += [field["description"]] if "description" in field and "$ref" not in field else []
        yield f"| `{name}` | {_type(field)} | {'; '.join(told)} |"


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in field:
        return " or ".join(_type(each) for each in field["anyOf"])
    if "enum" in field:
        return ", ".join(json.dumps(each) for each in field["enum"])
    if "const" in field:
        return json.dumps(field["const"])
    if "items" in field:
        return f"list of {_type(field['items'])}"
    return str(field.get("format", field.get("type", "any")))
