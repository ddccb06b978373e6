"""Whether the policies of infra/pipeline allow a call."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from tests.infra.deployments import expansions, real_deployments
from tests.infra.iam import Call, Decision, decide

Context = Mapping[str, str]
REFERENCES = ("Ref", "Fn::Sub", "Fn::GetAtt")


def allowed(
    statements: Iterable[Mapping[str, Any]], action: str, resource: str, context: Context
) -> bool:
    """`*` in `resource` stands for itself, so only a wider pattern holds it. Whom a trust names is
    not judged, nor has it a resource."""
    plain = [
        {"Resource": "*", **{key: value for key, value in each.items() if key != "Principal"}}
        for each in statements
    ]
    call = Call(action, resource, {key: (value,) for key, value in context.items()})
    return decide(call, plain) is Decision.ALLOWED


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
