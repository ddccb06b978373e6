"""Finds values of a stage that a template's parameters do not allow."""

import re
from collections.abc import Iterator
from typing import Any

from infra.kept_ready import beyond_reserved
from infra.lint.expansion import Expansion, number
from infra.lint.finding import Finding


def refused_values(expansion: Expansion) -> Iterator[Finding]:
    deployment = expansion.deployment
    for name, declared in deployment.template.get("Parameters", {}).items():
        if name not in deployment.values and "Default" not in declared:
            yield expansion.finding("parameter", name, "It has no value and no default: give one.")
            continue
        value = str(deployment.values.get(name, declared.get("Default")))
        if reason := _refusal(value, declared):
            yield expansion.finding("parameter", name, f"{value!r} {reason}: correct the value.")
    declared_names = deployment.template.get("Parameters", {}).keys()
    given = {name: each for name, each in deployment.values.items() if name in declared_names}
    for told in beyond_reserved(given):
        yield expansion.finding("concurrency", "template", told)


def _refusal(value: str, declared: dict[str, Any]) -> str:
    """Why AWS would refuse the value. Empty when it would not."""
    allowed = [str(each) for each in declared.get("AllowedValues", [value])]
    if value not in allowed:
        return f"is none of {', '.join(allowed)}"
    if not re.fullmatch(declared.get("AllowedPattern", ".*"), value, re.DOTALL):
        return f"does not match {declared['AllowedPattern']}"
    if not declared.get("MinLength", 0) <= len(value) <= declared.get("MaxLength", len(value)):
        return "is too short or too long"
    if declared["Type"] == "Number":
        amount = number(value)
        if isinstance(amount, str):
            return "is no number"
        if not declared.get("MinValue", amount) <= amount <= declared.get("MaxValue", amount):
            return "is out of range"
    return ""
