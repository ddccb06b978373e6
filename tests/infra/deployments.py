"""Small templates as deployments, for the tests of the lint."""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from infra.lint.deployments import Deployment, aws_deployments
from infra.lint.expansion import Expansion
from infra.lint.judge import deploy
from infra.lint.options import with_every_option
from infra.templates import Template

REGION = "eu-central-1"
STAGE = {"Stage": {"Type": "String"}}
FUNCTION = {
    "FunctionName": {"Fn::Sub": "fileferry-${Stage}-mail-send"},
    "Handler": "services.mail.handlers.send.handler",
    "Runtime": "python3.13",
    "CodeUri": ".",
}


def template(resources: dict[str, Any], **sections: Any) -> Template:  # noqa: ANN401
    written = {"Parameters": STAGE, "Resources": resources, **sections}
    if any(each["Type"].startswith("AWS::Serverless::") for each in resources.values()):
        written["Transform"] = "AWS::Serverless-2016-10-31"
    return written


def deployment(
    written: Template, stage: str = "dev", *, stack: str = "mail", folder: Path | None = None
) -> Deployment:
    return Deployment(
        stack=stack,
        stage=stage,
        region=REGION,
        name=f"fileferry-{stage}-{stack}",
        template=written,
        values={"Stage": stage},
        folder=folder or Path(),
    )


def expansion(resources: dict[str, Any], stage: str = "dev") -> Expansion:
    return expansions(deployment(template(resources), stage))[0]


def expansions(*deployments: Deployment) -> list[Expansion]:
    def all_of_them() -> Iterator[Expansion]:
        for _, stage in groupby(deployments, lambda each: (each.stage, each.region)):
            yield from (deployed.expansion for deployed in deploy(list(stage)))

    return list(all_of_them())


@cache
def real_deployments() -> tuple[Deployment, ...]:
    """Of every stack on every stage of AWS."""
    return tuple(aws_deployments())


@cache
def real_expansions() -> tuple[Expansion, ...]:
    """Shared by all tests, so none may write into them."""
    return tuple(expansions(*real_deployments()))


@cache
def optional_expansions() -> tuple[Expansion, ...]:
    """With every option. Shared, too."""
    return tuple(expansions(*with_every_option(real_deployments())))


def sub(text: str) -> dict[str, str]:
    return {"Fn::Sub": text}
