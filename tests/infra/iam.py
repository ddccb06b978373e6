"""Decides as IAM does: a denial wins, and what nobody allows is refused.

It knows the operators of our own policies. Anything else raises, because a condition that is not
understood must not pass for one that holds.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

Statement = Mapping[str, Any]
Values = tuple[str, ...]


class Decision(Enum):
    ALLOWED = "allowed"
    DENIED = "denied by a statement"
    NOT_ALLOWED = "allowed by no statement"


@dataclass(frozen=True)
class Call:
    """`context` has the condition keys that AWS would give, in any case, by key."""

    action: str
    resource: str
    context: Mapping[str, Values] = field(default_factory=dict)


class NotUnderstood(Exception):
    """A policy has something that this evaluator does not know."""


def decide(
    call: Call, identity: Iterable[Statement], boundary: Iterable[Statement] | None = None
) -> Decision:
    """`boundary` is the role's permissions boundary, which allows nothing by itself."""
    policies = [list(identity)] + ([list(boundary)] if boundary is not None else [])
    effects = [{each["Effect"] for each in policy if applies(each, call)} for policy in policies]
    if any("Deny" in found for found in effects):
        return Decision.DENIED
    return Decision.ALLOWED if all("Allow" in found for found in effects) else Decision.NOT_ALLOWED


def applies(statement: Statement, call: Call) -> bool:
    if unknown := set(statement) - {
        *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"),
    }:
        raise NotUnderstood(f"{sorted(unknown)} in a statement")
    return (
        _names(statement, "Action", call.action.lower(), str.lower)
        and _names(statement, "Resource", call.resource, str)
        and all(
            _holds(operator, key, listed(wanted), call.context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _names(statement: Statement, key: str, asked: str, form: Callable[[str], str]) -> bool:
    """Whether the statement's Action or Resource is about it. Not<key> turns it round."""
    turned = f"Not{key}" in statement
    patterns = listed(statement[f"Not{key}" if turned else key])
    return any(like(form(each), asked) for each in patterns) != turned


def listed(value: Any) -> list[str]:  # noqa: ANN401 - one text or a list of texts
    return [str(each) for each in (value if isinstance(value, list | tuple) else [value])]


@cache
def _pattern(text: str) -> re.Pattern[str]:
    if "${" in text:
        raise NotUnderstood(f"the variable in {text}")
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(each, re.escape(each)) for each in text), re.DOTALL)


def like(pattern: str, text: str) -> bool:
    """As IAM: `*` and `?` are the only wildcards, and `*` goes across `/` and `:`."""
    return _pattern(pattern).fullmatch(text) is not None


def like_arn(pattern: str, text: str) -> bool:
    """Part by part. The sixth part is the rest."""
    ours, theirs = pattern.split(":", 5), text.split(":", 5)
    return len(ours) == len(theirs) and all(map(like, ours, theirs))


OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": str.__eq__,
    "StringLike": like,
    "ArnEquals": like_arn,  # the two are the same
    "ArnLike": like_arn,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}
NEGATED = {
    each.replace("Equals", "NotEquals").replace("Like", "NotLike"): each
    for each in OPERATORS
    if each != "Bool"
}


def _holds(operator: str, key: str, wanted: list[str], context: Mapping[str, Values]) -> bool:
    found = {name.lower(): values for name, values in context.items()}.get(key.lower())
    if operator == "Null":
        return (found is None) == (wanted == ["true"])
    of_all, _, plain = operator.rpartition(":")
    if_exists = plain.endswith("IfExists")
    plain = plain.removesuffix("IfExists")
    positive = NEGATED.get(plain, plain)
    if positive not in OPERATORS or of_all not in ("", "ForAllValues", "ForAnyValue"):
        raise NotUnderstood(f"the operator {operator}")
    turned = plain in NEGATED

    def fits(value: str) -> bool:
        return any(OPERATORS[positive](each, value) for each in wanted) != turned

    if of_all == "ForAllValues":
        return all(map(fits, found or ()))  # of no values at all it is true
    if of_all == "ForAnyValue":
        return any(map(fits, found or ()))
    if found is None:
        return if_exists or turned
    if len(found) != 1:
        raise NotUnderstood(f"{len(found)} values of {key} for {operator}")
    return fits(found[0])
