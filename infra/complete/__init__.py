"""Completes a short template into the one that CloudFormation gets.

    python -m infra.complete SERVICE         prints the completed template

The section `Service` of a template says what a service has. docs/adr/0019 shows its form.
Everything else in the template is CloudFormation, and overrides what is made here.
"""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.complete.alarms import canary_alarm
from infra.complete.boundary import with_boundary
from infra.complete.container import with_container
from infra.complete.description import Service, read_service
from infra.complete.each_stage import for_each_stage
from infra.complete.encryption import encrypt_secrets
from infra.complete.forbidden import forbid
from infra.complete.functions import function_resources
from infra.complete.listening import RECEIVES
from infra.complete.names import TemplateWrong, check_names, pascal
from infra.complete.owners import owner_policies
from infra.complete.queues import dead_letters, queue
from infra.complete.settings import SECONDS, conditions, global_settings, parameters
from infra.complete.smoke import smoke_resources
from infra.complete.table import table_resources
from infra.complete.triggers import trigger_resources
from infra.templates import Template, read_template

HEAD = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
}
__all__ = ["TemplateWrong", "complete"]


def complete(short: Template, stack: str, services: Sequence[str]) -> Template:
    """The same input always gives the same template. `services` are all services that publish.
    Raises TemplateWrong."""
    own, made = copy.deepcopy(short), {}
    if "Service" in own:
        service = read_service(stack, own.pop("Service"), own)
        made = _made(service, own)
    elif "OnlyOwnersPublishOn" in own:
        made = {"Resources": owner_policies(own.pop("OnlyOwnersPublishOn"), services)}
    elif "ContainerOf" in own:
        written = own.pop("ContainerOf")
        own = with_container(own, written, _completed(written.get("service", ""), services))
    if "EachStage" in own:
        repeated = for_each_stage(own.pop("EachStage"))
        own["Resources"] = {**own.get("Resources", {}), **repeated}
    template = with_boundary(merged(made, own))
    encrypt_secrets(template)
    forbid(template, stack)
    check_names(template["Resources"])
    return template


def _completed(service: str, services: Sequence[str]) -> Template:
    if service not in services:
        raise TemplateWrong(f"ContainerOf: there is no service {service!r}. Name one.")
    short = read_template(Path("services") / service / "template.yaml")
    return complete(short, service, services)


def merged(made: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """`own` overrides `made`. Only mappings are merged, so an intrinsic function replaces another
    one."""
    both = dict(made)
    for name, value in own.items():
        known = both.get(name)
        if isinstance(known, dict) and isinstance(value, dict) and not _intrinsic(value):
            both[name] = merged(known, value)
        else:
            both[name] = value
    return both


def _intrinsic(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref", "Condition"))


def _made(service: Service, own: Template) -> Template:
    resources: dict[str, Any] = table_resources(service)
    for function in service.functions:
        for made in (
            function_resources(service, function),
            trigger_resources(service, function, own.get("Parameters", {})),
        ):
            if twice := sorted(resources.keys() & made.keys()):
                raise TemplateWrong(
                    f"{service.name}: {function.name} would make {twice[0]} a second time. A"
                    " service has one function for all events, one for the outbox and one for"
                    " each queue."
                )
            resources |= made
    for purpose, told in service.queues.items():
        stem = pascal(purpose)
        resources |= dead_letters(service.name, stem, purpose, told)
        resources |= queue(service.name, stem, purpose, SECONDS, RECEIVES)
    return {
        **HEAD,
        "Parameters": parameters(service),
        "Conditions": conditions(service),
        "Globals": {"Function": global_settings(service)},
        "Resources": resources | smoke_resources(service) | canary_alarm(service),
    }
