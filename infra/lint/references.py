"""Finds circles of references in a template. CloudFormation cannot create resources in a circle."""

import re
from collections import deque
from collections.abc import Iterator, Mapping

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.resolve import Value

IN_TEXT = re.compile(r"\$\{([^!}.]+)")


def references(value: Value) -> Iterator[str]:
    """Every logical id that a Ref, GetAtt or Sub names. May give other texts that look like one."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "Ref":
                yield each
            elif key == "Fn::GetAtt":
                yield each.split(".")[0] if isinstance(each, str) else each[0]
            elif key == "Fn::Sub":
                text, own = each if isinstance(each, list) else (each, {})
                yield from set(IN_TEXT.findall(text)) - own.keys()
            yield from references(each)


def dependencies(expansion: Expansion) -> dict[str, list[str]]:
    """The resources that each resource waits for. References in its UpdatePolicy count, too."""
    return {
        logical_id: sorted(
            {*references(resource), *resource.get("DependsOn", [])} & expansion.resources.keys()
        )
        for logical_id, resource in expansion.resources.items()
    }


def shortest_circle(start: str, waits_for: Mapping[str, list[str]]) -> list[str]:
    """The way from `start` back to `start`, which stands at both ends. Empty when there is none."""
    came_from: dict[str, str] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in waits_for[here]:
            if there == start:
                way = [start, here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if there not in came_from:
                came_from[there] = here
                queue.append(there)
    return []


def circles(expansion: Expansion) -> Iterator[Finding]:
    """One finding for each group of circles, at the first of its resources."""
    waits_for = dependencies(expansion)
    told: set[str] = set()
    for start in sorted(waits_for):
        way = shortest_circle(start, waits_for)
        if way and told.isdisjoint(way):
            told |= set(way)
            yield expansion.finding(
                "circle",
                start,
                f"CloudFormation cannot create what waits for itself: {' -> '.join(way)}."
                " Let one of them name another by its physical name instead of Ref or GetAtt.",
            )
