"""Makes the name of what is deployed. The same code, template and values give the same Release.

An alias keeps the environment and the network of its version, so everything that goes into them
is in it: also what SSM holds under a name that a parameter gives, or a reference in the template.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from botocore.client import BaseClient

from infra.stacks import Stack
from infra.templates import Template

BY_NAME = "AWS::SSM::Parameter::Value"  # CloudFormation reads these from SSM when it deploys

OF_ALIAS = "Provisioned"  # the end of a parameter's name
REFERENCE = re.compile(r"\{\{resolve:ssm:(.+?)\}\}")


class ValueMissing(Exception):
    """A parameter names a place in SSM that holds no value."""


def stored_values(
    declared: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, str],
    ssm: BaseClient,
) -> dict[str, str]:
    """The values from SSM, by parameter. Raises ValueMissing."""
    found = {}
    for name, each in declared.items():
        if each["Type"].startswith(BY_NAME):
            place = values.get(name, each.get("Default", ""))
            try:
                found[name] = str(ssm.get_parameter(Name=place)["Parameter"]["Value"])
            except ssm.exceptions.ParameterNotFound:
                reason = f"{name} is to be read from {place}, where SSM has nothing."
                raise ValueMissing(f"{reason} Deploy the stack that writes it first.") from None
    return found


def referred_values(
    template: Template, values: Mapping[str, str], ssm: BaseClient
) -> dict[str, str]:
    """By place. One that is not there stands behind a condition, or CloudFormation says so."""
    found = {}
    for written in set(REFERENCE.findall(json.dumps(template))):
        place = written.replace("${Stage}", values["Stage"])
        with suppress(ssm.exceptions.ParameterNotFound):
            found[place] = str(ssm.get_parameter(Name=place)["Parameter"]["Value"])
    return found


def release_of(
    stack: Stack, values: Mapping[str, str], stored: Mapping[str, str], code_hash: str
) -> str:
    definitions = [path.read_text("utf-8") for path in sorted(stack.folder.glob("*.json"))]
    # What is kept ready belongs to the alias. A new version for it would be a canary for nothing.
    of_versions = {name: each for name, each in values.items() if not name.endswith(OF_ALIAS)}
    everything = [code_hash, stack.completed(), definitions, of_versions, dict(stored)]
    return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()[:16]
