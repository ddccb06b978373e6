"""Checks what a model asks of a tool, by the schema that the model was told.

It knows the words of JSON Schema that our tools use, and no others.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.agent.domain.chat import Json
from services.agent.domain_services.cleaning import clean_text

MOST_ECHO = 40  # characters of what was wrong


def closed(properties: Mapping[str, Json], required: Sequence[str] = ()) -> Json:
    """An object with these fields and no others."""
    made = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return made | ({"required": list(required)} if required else {})


def wrong_with(asked: object, schema: Json, where: str = "") -> str | None:
    """A sentence that says what is wrong and what to send. None when it fits."""
    kind = schema["type"]
    place = where or "The input"
    if not _is_of(kind, asked):
        return f"{place} has to be of type {kind}."
    if "enum" in schema and asked not in schema["enum"]:
        choice = ", ".join(map(str, schema["enum"]))
        return f"{place} is {_echo(asked)}. Send one of: {choice}."
    if isinstance(asked, str):
        return _wrong_text(asked, schema, place)
    if isinstance(asked, Mapping):
        return _wrong_object(asked, schema, where)
    if isinstance(asked, list):
        return _wrong_list(asked, schema, place)
    if not isinstance(asked, bool) and isinstance(asked, int | float):
        least, most = schema["minimum"], schema["maximum"]
        if not least <= asked <= most:
            return f"{place} has to be from {least} to {most}."
    return None


def _is_of(kind: str, asked: object) -> bool:
    if kind == "integer":
        whole = isinstance(asked, float) and asked.is_integer()
        return whole or (isinstance(asked, int) and not isinstance(asked, bool))
    types: Mapping[str, type] = {"object": dict, "array": list, "string": str, "boolean": bool}
    return isinstance(asked, types[kind])


def _wrong_text(asked: str, schema: Json, place: str) -> str | None:
    least, most = schema.get("minLength", 0), schema["maxLength"]
    if not least <= len(asked) <= most:
        return f"{place} has {len(asked)} characters. Send {least} to {most}."
    pattern = schema.get("pattern")
    if pattern is not None and not re.fullmatch(pattern, asked):
        return f"{place} is {_echo(asked)}. {schema['description']}"
    return None


def _wrong_object(asked: Mapping[str, Any], schema: Json, where: str) -> str | None:
    fields: Mapping[str, Json] = schema["properties"]
    known = ", ".join(fields) or "no fields"
    for name in asked:
        if name not in fields:
            return f"There is no field {_echo(name)}. Send {known}."
    for name in schema.get("required", ()):
        if name not in asked:
            return (
                f"{_below(where, name)} is missing. {fields[name].get('description', '')}".strip()
            )
    found = (wrong_with(asked[name], fields[name], _below(where, name)) for name in asked)
    return next((each for each in found if each), None)


def _wrong_list(asked: Sequence[Any], schema: Json, place: str) -> str | None:
    least, most = schema.get("minItems", 0), schema["maxItems"]
    if not least <= len(asked) <= most:
        return f"{place} has {len(asked)} entries. Send {least} to {most}."
    each = enumerate(asked, 1)
    found = (wrong_with(one, schema["items"], f"{place}, entry {n},") for n, one in each)
    return next((each for each in found if each), None)


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _echo(asked: object) -> str:
    return repr(clean_text(str(asked)[: 2 * MOST_ECHO], MOST_ECHO))
