"""Completes the stack of alarms and dashboard from the templates of all other stacks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.complete.names import TemplateWrong
from infra.observability.alarms import Alarm, alarms_of
from infra.observability.composites import Composite, composites_of
from infra.observability.dashboard import dashboard
from infra.observability.reading import Templates, things
from infra.templates import Template

HERE = Path(__file__).resolve().parent
MOST_RESOURCES = 500  # AWS's limit for one stack
LONGEST_CODE = 4_096  # of a function that stands in its template


def watching(own: Template, others: Templates) -> Template:
    """`own` is the stack's short template. Raises TemplateWrong."""
    own = with_code(own)
    there = things({**others, "observability": own})
    alarms = alarms_of(there)
    composites = composites_of(alarms)
    made = dict(_by_id([*alarms, *composites]))
    made["Dashboard"] = dashboard(there, composites)
    if twice := made.keys() & own["Resources"].keys():
        raise TemplateWrong(f"observability: {sorted(twice)[0]} is made already. Rename yours.")
    resources = {**own["Resources"], **made}
    if len(resources) > MOST_RESOURCES:
        raise TemplateWrong(
            f"observability: {len(resources)} resources, and a stack takes {MOST_RESOURCES}."
            " Split the stack by groups of services."
        )
    parameters, conditions = conditions_of(alarms, others)
    return {
        **own,
        "Parameters": parameters | own["Parameters"],
        "Conditions": conditions | own.get("Conditions", {}),
        "Resources": resources,
    }


def with_code(own: Template) -> Template:
    """Puts the text of a file of this folder into each function that names one as its ZipFile."""
    resources = dict(own["Resources"])
    for logical_id, each in resources.items():
        name = each.get("Properties", {}).get("Code", {}).get("ZipFile", "")
        if isinstance(name, str) and name.endswith(".py"):
            text = (HERE / name).read_text(encoding="utf-8")
            if len(text) > LONGEST_CODE:
                raise TemplateWrong(f"{name} has {len(text)} characters, AWS takes {LONGEST_CODE}.")
            code = {"ZipFile": text}
            resources[logical_id] = {**each, "Properties": {**each["Properties"], "Code": code}}
    return {**own, "Resources": resources}


def _by_id(made: list[Alarm | Composite]) -> Iterator[tuple[str, Any]]:
    seen = set()
    for each in made:
        if each.id in seen:
            raise TemplateWrong(
                f"Two alarms would be called {each.name}. Give one rule another ending."
            )
        seen.add(each.id)
        yield each.id, each.resource


def conditions_of(alarms: list[Alarm], others: Templates) -> tuple[Template, Template]:
    """The parameters and conditions that decide whether an alarm is there."""
    parameters: Template = {}
    conditions: Template = {}
    for alarm in alarms:
        if not alarm.condition:
            continue
        template = others[alarm.thing.stack]
        condition = template["Conditions"][alarm.condition]
        if conditions.setdefault(alarm.condition, condition) != condition:
            raise TemplateWrong(
                f"{alarm.thing.stack}: the condition {alarm.condition} means something else in"
                " another stack. Rename one, so that alarms can be made under both."
            )
        parameters |= {name: template["Parameters"][name] for name in _asked(condition)}
    return parameters, conditions


def _asked(condition: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a template may hold
    if isinstance(condition, Mapping):
        if isinstance(condition.get("Ref"), str):
            yield condition["Ref"]
        for each in condition.values():
            yield from _asked(each)
    elif isinstance(condition, list):
        for each in condition:
            yield from _asked(each)
