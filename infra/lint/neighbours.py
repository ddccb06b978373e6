"""Checks that what a stack needs from the other stacks of its stage is there, under that name."""

import re
from collections.abc import Iterator, Mapping, Sequence

from infra.lint.alarms import aliases_of
from infra.lint.api_calls import api_calls
from infra.lint.expansion import SSM, Expansion
from infra.lint.finding import Finding
from infra.lint.literals import texts_in
from infra.lint.physical import names_of, text_of

STORED = re.compile(r"\{\{resolve:ssm:([^:}]+)[^}]*\}\}")


def missing_neighbours(
    expansion: Expansion, stage: Sequence[Expansion], stored: Mapping[str, str]
) -> Iterator[Finding]:
    """`stored` has the values that earlier stacks left in SSM."""
    yield from _missing_parameters(expansion, stored)
    yield from _missing_references(expansion, stored)
    functions = names_of(stage, "AWS::Lambda::Function")
    for logical_id, name, alias in dict.fromkeys(
        (call.logical_id, call.function, call.alias) for call in api_calls(expansion)
    ):
        if name not in functions or name + alias not in aliases_of(name, stage):
            yield expansion.finding(
                "neighbour",
                logical_id,
                f"The API calls {name}{alias}, which no stack of the stage makes: correct it.",
            )
    buses = names_of(stage, "AWS::Events::EventBus")
    for logical_id, rule in expansion.of_kind("AWS::Events::Rule"):
        bus = text_of(expansion, rule.get("EventBusName", "default")).rpartition("/")[2]
        if bus not in buses | {"default"}:
            yield expansion.finding(
                "neighbour", logical_id, f"There is no bus {bus} on this stage: correct the name."
            )


def _missing_parameters(expansion: Expansion, stored: Mapping[str, str]) -> Iterator[Finding]:
    deployment = expansion.deployment
    for name, declared in deployment.template.get("Parameters", {}).items():
        path = deployment.values.get(name, declared.get("Default", ""))
        if declared["Type"].startswith(SSM) and path not in stored:
            yield expansion.finding(
                "neighbour",
                name,
                f"No stack deployed before this one stores {path} in SSM: correct the path in"
                f" infra/environments/{deployment.stage}.toml, or the order of the stacks.",
            )


def _missing_references(expansion: Expansion, stored: Mapping[str, str]) -> Iterator[Finding]:
    for logical_id, resource in expansion.resources.items():
        places = {place for text in texts_in(resource) for place in STORED.findall(text)}
        for place in sorted(places - stored.keys()):
            yield expansion.finding(
                "neighbour",
                logical_id,
                f"No stack deployed before this one stores {place} in SSM: correct the name, or"
                " the order of the stacks.",
            )
