"""What a release needs from its surroundings, and leaves to them. A rollback compares two releases.

Only the code goes back. Tables, queues, rules and the workflows that run stay as the newer release
made them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.catalogue import CATALOGUE
from infra.stacks import Stack

Facts = Mapping[str, Sequence[str]]

DEFINITION = "workflow.asl.json"
STEP = re.compile(r'"step": *"(\w+)"')  # what a state asks the function for
STORES = ("AWS::SQS::Queue", "AWS::SecretsManager::Secret")


def facts_of(stack: Stack) -> dict[str, list[str]]:
    """Of what stands in this working copy."""
    resources = stack.completed()["Resources"]
    definition = stack.folder / DEFINITION
    steps = STEP.findall(definition.read_text("utf-8")) if definition.exists() else ()
    found = {
        "consumes": _consumed(resources),
        "publishes": [each.detail_type for each in CATALOGUE if each.producer == stack.name],
        "stores": _stores(resources),
        "steps": steps,
    }
    return {name: sorted(set(values)) for name, values in found.items()}


def dangers(live: Facts, to: Facts, others: Mapping[str, Facts]) -> list[str]:
    """Why the release `to` cannot do the work of `live`. `others` are the other services'."""

    def only(name: str, of: Facts, without: Facts) -> list[str]:
        return sorted(set(of.get(name, ())) - set(without.get(name, ())))

    found = [
        f"It uses {each}, which the newer release removed." for each in only("stores", to, live)
    ]
    found += [
        f"It does not know {each}, which comes to its queue: those events would be dead letters."
        for each in only("consumes", live, to)
    ]
    found += [
        f"It does not know the step {each} of the workflows that run: their transfers would fail."
        for each in only("steps", live, to)
    ]
    for event in only("publishes", live, to):
        wanting = sorted(name for name, facts in others.items() if event in facts["consumes"])
        if wanting:
            found.append(f"It does not publish {event}, which {', '.join(wanting)} waits for.")
    return found


def _consumed(resources: Mapping[str, Any]) -> Iterator[str]:
    for resource in resources.values():
        if resource["Type"] == "AWS::Events::Rule":
            yield from resource["Properties"].get("EventPattern", {}).get("detail-type", ())


def _stores(resources: Mapping[str, Any]) -> Iterator[str]:
    for logical_id, resource in resources.items():
        if resource["Type"] in STORES:
            yield logical_id
        elif resource["Type"] == "AWS::DynamoDB::Table":
            yield logical_id
            for index in resource["Properties"].get("GlobalSecondaryIndexes", ()):
                keys = ", ".join(each["AttributeName"] for each in index["KeySchema"])
                yield f"{logical_id}'s index {index['IndexName']} ({keys})"
