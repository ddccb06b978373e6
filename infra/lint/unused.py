"""Finds parameters and conditions that nothing in the template uses."""

from collections.abc import Iterator

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.references import references
from infra.lint.resolve import Value


def unused(expansion: Expansion) -> Iterator[Finding]:
    """Looks at the template as it was written, because parts that a false condition leaves out use
    them, too."""
    source = expansion.source
    asking = {section: each for section, each in source.items() if section != "Parameters"}
    for sort, names in (
        ("Parameters", set(references(asking))),
        ("Conditions", set(_conditions(asking))),
    ):
        for name in sorted(source.get(sort, {}).keys() - names):
            yield expansion.finding(
                "unused", name, f"Nothing asks for it, one of the {sort}: remove it."
            )


def _conditions(value: Value) -> Iterator[str]:
    """Every name in a place where a condition is named."""
    if isinstance(value, list):
        for each in value:
            yield from _conditions(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "Condition" and isinstance(each, str):
                yield each
            elif key == "Fn::If":
                yield each[0]
            yield from _conditions(each)
