"""Whether policies allow a call. Knows what infra/pipeline uses, and guesses at nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from tests.infra.deployments import expansions, real_deployments

Context = Mapping[str, str]
REFERENCES = ("Ref", "Fn::Sub", "Fn::GetAtt")


def _equals(pattern: str, value: str) -> bool:
    return pattern == value


OPERATORS = {
    "StringEquals": _equals,
    "ArnLike": lambda pattern, value: fnmatchcase(value, pattern),
    "ForAnyValue:StringLike": lambda pattern, value: fnmatchcase(value, pattern),
}


def allowed(
    statements: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context
) -> bool:
    """One denial is stronger than every permission. A key that the call does not have fits nothing.
    `*` in `resource` stands for itself, so only a wider pattern holds it."""
    effects = {
        each["Effect"]
        for each in statements
        if _fits(each.get("Action", []), action, lower=True)
        and _fits(each.get("Resource", "*"), resource)
        and _holds(each.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def _fits(patterns: object, text: str, *, lower: bool = False) -> bool:
    for each in as_list(patterns):
        pattern, value = (str(each).lower(), text.lower()) if lower else (str(each), text)
        if fnmatchcase(value, pattern.replace("[", "[[]")):
            return True
    return False


def _holds(condition: Mapping[str, Mapping[str, object]], context: Context) -> bool:
    for operator, keys in condition.items():
        test = OPERATORS[operator]  # one that is not known is an error of the test
        for key, patterns in keys.items():
            if key not in context:
                return False
            if not any(test(str(each), context[key]) for each in as_list(patterns)):
                return False
    return True


def as_list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def literal(expansion: Expansion, value: Any) -> Any:  # noqa: ANN401 - any part of a template
    """The value with every reference as the text that AWS answers."""
    if isinstance(value, list):
        return [literal(expansion, each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and next(iter(value)) in REFERENCES:
        return text_of(expansion, value)
    return {key: literal(expansion, each) for key, each in value.items()}


@cache
def pipeline() -> Expansion:
    [deployed] = expansions(next(d for d in real_deployments() if d.stack == "pipeline"))
    return deployed


def managed(logical_id: str) -> list[dict[str, Any]]:
    """The statements of a managed policy of the pipeline."""
    document = pipeline().resources[logical_id]["Properties"]["PolicyDocument"]
    statements: list[dict[str, Any]] = literal(pipeline(), document)["Statement"]
    return statements


def trust_of(logical_id: str) -> list[dict[str, Any]]:
    document = pipeline().resources[logical_id]["Properties"]["AssumeRolePolicyDocument"]
    statements: list[dict[str, Any]] = literal(pipeline(), document)["Statement"]
    return statements
