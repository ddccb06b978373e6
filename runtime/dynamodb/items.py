"""Turns frozen dataclasses of the domain into DynamoDB attributes and back, without any loss.

None is an absent attribute. A float is stored as its shortest exact text, because DynamoDB's
numbers end at 1e-130. An instant is ISO 8601 text of fixed width in UTC, so that DynamoDB orders
it as time. Unknown attributes are ignored, and absent ones take the field's default. So two
versions of the code can read each other's rows.
"""

import types
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Record = TypeVar("Record", bound=DataclassInstance)
else:
    Record = TypeVar("Record")

Attribute = dict[str, Any]  # {"S": "text"}, as the low-level client takes and gives it
Item = dict[str, Attribute]


def instant(value: datetime) -> str:
    """Raises ValueError for a naive datetime, because that names no instant."""
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def epoch_seconds(at: datetime) -> int:
    """The form that DynamoDB's time to live expects."""
    return int(at.timestamp())


def to_attribute(value: object) -> Attribute:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case float():
            return {"S": repr(value)}
        case str():
            return {"S": str(value)}
        case datetime():
            return {"S": instant(value)}
        case tuple():
            return {"L": [to_attribute(element) for element in value]}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {"M": to_item(value)}
    raise TypeError(f"no DynamoDB attribute for {value!r}")


def to_item(record: "DataclassInstance") -> Item:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: to_attribute(value) for name, value in values.items() if value is not None}


def from_item(kind: type[Record], item: Item) -> Record:
    """Raises TypeError when a field without a default is missing."""
    hints = _hints(kind)
    found = {name: _value(hint, item[name]) for name, hint in hints.items() if name in item}
    required = {field.name for field in fields(kind) if _optional(hints[field.name])}
    return kind(**(dict.fromkeys(required) | found))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if name in _names(kind)}


def _names(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


def _optional(hint: object) -> bool:
    return get_origin(hint) in {Union, types.UnionType} and type(None) in get_args(hint)


def _value(hint: Any, attribute: Attribute) -> object:
    if _optional(hint):
        hint = next(option for option in get_args(hint) if option is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], element) for element in attribute["L"])
    if is_dataclass(hint):
        return from_item(hint, attribute["M"])  # type: ignore[arg-type]
    if hint is bool:
        return attribute["BOOL"]
    if hint is int:
        return int(attribute["N"])
    if hint is datetime:
        return datetime.fromisoformat(attribute["S"])
    return hint(attribute["S"])  # float, str and string enumerations
