"""Runs cfn-lint on what AWS sees, with values in the place of parameters and without conditions."""

import json
from collections.abc import Iterator
from functools import cache

from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.rules import Rules
from cfnlint.runner import Runner, run_template_by_data

from infra.lint.deployments import definition_of
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.physical import text_of
from infra.lint.remembered import mark_of, remember
from infra.templates import Template

SILENT = [
    "E3004",  # circles; references.py finds them and says the way round
    "W1020",  # a Sub without a variable; it had parameters before
    "W3010",  # zones as literals; Fn::GetAZs answered them, and literals.py finds written ones
]
MACHINE = "AWS::StepFunctions::StateMachine"


@cache
def _rules() -> Rules:
    """Loaded once, because loading them takes as long as checking a template."""
    return Runner(ConfigMixIn(regions=["us-east-1"])).rules


def schema_errors(expansion: Expansion) -> Iterator[Finding]:
    region = expansion.deployment.region
    written = json.dumps(as_deployed(expansion))
    mark = mark_of(region, *SILENT, written)
    if mark.exists():
        return
    template, broken = decode_str(written)
    config = ConfigMixIn(regions=[region], ignore_checks=SILENT)
    found = broken or list(run_template_by_data(template, config, _rules()))
    if not found:
        remember(mark)
    for match in found:
        path = [str(each) for each in getattr(match, "path", None) or []]
        yield expansion.finding(
            f"cfn-lint {match.rule.id}",
            path[1] if len(path) > 1 else "template",
            f"{match.message} (at {'/'.join(path[2:])}): correct it.",
        )


def as_deployed(expansion: Expansion) -> Template:
    written = expansion.deployment.template
    kept = ("AWSTemplateFormatVersion", "Description", "Metadata")
    return {
        **{section: written[section] for section in kept if section in written},
        "Resources": {
            logical_id: _with_definition(expansion, resource)
            for logical_id, resource in expansion.resources.items()
        },
        **({"Outputs": expansion.outputs} if expansion.outputs else {}),
    }


def _with_definition(expansion: Expansion, resource: Template) -> Template:
    """A workflow with its definition in the place of the address where AWS reads it."""
    properties = resource.get("Properties", {})
    if resource["Type"] != MACHINE or "DefinitionS3Location" not in properties:
        return resource
    text = definition_of(expansion.deployment, properties["DefinitionS3Location"]["Key"])
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", text_of(expansion, value))
    moved = ("DefinitionS3Location", "DefinitionSubstitutions")
    rest = {name: value for name, value in properties.items() if name not in moved}
    return {**resource, "Properties": {**rest, "DefinitionString": text}}
