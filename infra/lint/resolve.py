"""Evaluates intrinsic functions as far as parameters, conditions and mappings are known.

References to resources stay: {"Ref": id}, {"Fn::GetAtt": [id, attribute]}, {"Fn::Sub": ...}.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Any  # whatever a template may hold

NO_VALUE = object()
VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


@dataclass(frozen=True)
class Known:
    values: Mapping[str, Value]  # of parameters and pseudo parameters
    conditions: Mapping[str, Value] = field(default_factory=dict)  # as written
    mappings: Mapping[str, Value] = field(default_factory=dict)

    def holds(self, condition: str) -> bool:
        return _is_true(self.conditions[condition], self)


def resolved(value: Value, known: Known) -> Value:
    """AWS::NoValue becomes NO_VALUE. Inside lists and mappings such a value is removed."""
    if isinstance(value, list):
        items = (resolved(each, known) for each in value)
        return [each for each in items if each is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(name, argument)] = value.items()
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, known)
    entries = ((key, resolved(each, known)) for key, each in value.items())
    return {key: each for key, each in entries if each is not NO_VALUE}


def _is_true(condition: Value, known: Known) -> bool:
    [(function, argument)] = condition.items()
    if function == "Condition":
        return known.holds(argument)
    if function == "Fn::Equals":
        left, right = (_plain(resolved(each, known)) for each in argument)
        return left == right
    answers = [_is_true(each, known) for each in argument]
    if function == "Fn::Not":
        return not answers[0]
    return all(answers) if function == "Fn::And" else any(answers)


def _plain(value: Value) -> str:
    """The text that AWS writes for a value."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(_plain, value)) if isinstance(value, list) else str(value)


def _is_plain(value: Value) -> bool:
    return isinstance(value, str | int | float)


def _ref(name: Value, known: Known) -> Value:
    return NO_VALUE if name == "AWS::NoValue" else known.values.get(name, {"Ref": name})


def _if(argument: Value, known: Known) -> Value:
    condition, then, otherwise = argument
    return resolved(then if known.holds(condition) else otherwise, known)


def _get_att(argument: Value, known: Known) -> Value:
    return {"Fn::GetAtt": argument.split(".", 1) if isinstance(argument, str) else argument}


def _sub(argument: Value, known: Known) -> Value:
    text, given = argument if isinstance(argument, list) else (argument, {})
    own = {name: resolved(value, known) for name, value in given.items()}
    values = {**known.values, **own}
    unknown = {name: value for name, value in own.items() if not _is_plain(value)}

    def put(match: re.Match[str]) -> str:
        name = match[1]
        return match[0] if name in unknown or name not in values else _plain(values[name])

    text = VARIABLE.sub(put, text)
    if "${" in text:  # a reference or an escape is left, and only Sub understands it
        return {"Fn::Sub": [text, unknown] if unknown else text}
    return text


def _join(argument: Value, known: Known) -> Value:
    separator, parts = argument[0], resolved(argument[1], known)
    if isinstance(parts, list) and all(map(_is_plain, parts)):
        return separator.join(map(_plain, parts))
    return {"Fn::Join": [separator, parts]}


def _split(argument: Value, known: Known) -> Value:
    separator, text = argument[0], resolved(argument[1], known)
    return text.split(separator) if isinstance(text, str) else {"Fn::Split": [separator, text]}


def _select(argument: Value, known: Known) -> Value:
    index, items = (resolved(each, known) for each in argument)
    if isinstance(items, list):
        return items[int(index)]
    return {"Fn::Select": [index, items]}


def _find_in_map(argument: Value, known: Known) -> Value:
    name, first, second = (resolved(each, known) for each in argument)
    return resolved(known.mappings[name][_plain(first)][_plain(second)], known)


def _zones(argument: Value, known: Known) -> Value:
    region = resolved(argument, known) or known.values["AWS::Region"]
    return [f"{region}{zone}" for zone in "abc"]


FUNCTIONS: Mapping[str, Callable[[Value, Known], Value]] = {
    "Ref": _ref,
    "Fn::If": _if,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _zones,
}
