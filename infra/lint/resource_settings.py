"""Finds settings of single resources that AWS accepts, but that cause trouble later."""

from collections.abc import Iterator

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding

PROTECTED = ("true", "active")
OLDEST_PYTHON = (3, 13)  # the current version; Lambda's support of 3.11 is near its end


def biting_settings(expansion: Expansion) -> Iterator[Finding]:
    for logical_id, resource in expansion.resources.items():
        properties = resource.get("Properties", {})
        for name, value in properties.items():
            if name.startswith("DeletionProtection") and str(value).lower() in PROTECTED:
                yield expansion.finding(
                    "protection",
                    logical_id,
                    f"{name} at creation: a first deployment that fails cannot take the resource"
                    " back, and its retry finds the name taken. Protect it once the stack stands.",
                )
        if properties.get("ReservedConcurrentExecutions", 1) == 0:
            yield expansion.finding(
                "concurrency",
                logical_id,
                "ReservedConcurrentExecutions: 0 lets it never run: give a number or leave it out.",
            )
        runtime = str(properties.get("Runtime", ""))
        if runtime.startswith("python") and _version(runtime) < OLDEST_PYTHON:
            current = "python" + ".".join(map(str, OLDEST_PYTHON))
            yield expansion.finding("runtime", logical_id, f"{runtime} is outdated: use {current}.")


def _version(runtime: str) -> tuple[int, ...]:
    return tuple(int(each) for each in runtime.removeprefix("python").split("."))
