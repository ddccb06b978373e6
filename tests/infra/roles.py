"""What each role may do on a stage, as IAM would see it: every reference is the text it becomes."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from infra.lint.deployments import Deployment
from infra.lint.expansion import ACCOUNT, Expansion, expand
from infra.lint.judge import Deployed, deploy
from infra.lint.options import OPTIONS, with_every_option
from infra.lint.permissions import written_in
from infra.lint.physical import arn_of, text_of
from infra.stacks import find_stack
from tests.infra.deployments import REGION, real_deployments

Statements = list[dict[str, Any]]
REFERENCES = ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::Split", "Fn::Select")


@cache
def deployed(stage: str, *, with_options: bool) -> tuple[Deployed, ...]:
    """The stacks of a stage of AWS. All options are on, or as the environment has them."""
    of_stage = [each for each in real_deployments() if each.stage == stage]
    return tuple(deploy(with_every_option(of_stage) if with_options else of_stage))


@cache
def local(stack: str) -> Expansion:
    """The stack on a laptop with every option, for tests that run its functions here."""
    found = find_stack(stack)
    template = found.completed()
    declared = template["Parameters"]
    values = {name: value for name, value in OPTIONS.items() if name in declared}
    values |= {"Stage": "local"}
    name = found.deployed_name("local")
    return expand(Deployment(stack, "local", REGION, name, template, values, found.folder), {})


def roles(expansion: Expansion) -> Iterator[tuple[str, Statements]]:
    """(logical id, statements) of every role in the stack."""
    for logical_id, role in expansion.of_kind("AWS::IAM::Role"):
        documents = [policy["PolicyDocument"] for policy in role.get("Policies", [])]
        for _, policy in expansion.of_kind("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            if {"Ref": logical_id} in policy.get("Roles", []):
                documents.append(policy["PolicyDocument"])
        yield logical_id, [texts(expansion, each) for one in documents for each in written_in(one)]


def statements_of(expansion: Expansion, logical_id: str) -> Statements:
    return dict(roles(expansion))[logical_id]


def texts(expansion: Expansion, value: Any) -> Any:  # noqa: ANN401 - any value of a template
    if isinstance(value, list):
        return [texts(expansion, each) for each in value]
    if not isinstance(value, Mapping):
        return text_of(expansion, value)
    if len(value) == 1 and next(iter(value)) in REFERENCES:
        return text_of(expansion, value)
    return {name: texts(expansion, each) for name, each in value.items()}


def role_arn(expansion: Expansion, logical_id: str) -> str:
    return arn_of(expansion, logical_id)


def arn(service: str, rest: str, *, region: str = REGION) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"
