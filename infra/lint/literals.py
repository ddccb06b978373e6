"""Finds literal values that differ from one account or region to the next."""

import re
from collections.abc import Iterator

from infra.lint.deployments import definition_of
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.resolve import Value

LITERALS = (
    (re.compile(r"\barn:aws[a-z-]*:"), "the partition", "${AWS::Partition}"),
    (
        re.compile(
            r"(?<![\w-])(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov|-iso[a-z]?)?"
            r"-(?:central|(?:north|south)?(?:east|west)|north|south)-\d[a-f]?(?![\w-])"
        ),
        "the region",
        "${AWS::Region}",
    ),
    (re.compile(r"(?<=:)\d{12}(?=:)|^\d{12}$"), "the account", "${AWS::AccountId}"),
)


def texts_in(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_in(each)


def hard_coded(expansion: Expansion) -> Iterator[Finding]:
    """Looks at the template as it was written. In the expanded one nobody sees where a region came
    from."""
    template = expansion.source
    for logical_id, written in [
        *template["Resources"].items(),
        *template.get("Globals", {}).items(),
    ]:
        texts = list(texts_in(written))
        if workflow := written.get("Properties", {}).get("DefinitionUri"):
            texts.append(definition_of(expansion.deployment, workflow))
        for pattern, what, instead in LITERALS:
            found = next((text for text in texts if pattern.search(text)), None)
            if found is not None:
                yield expansion.finding(
                    "literal",
                    logical_id,
                    f"{_around(pattern, found)!r} hard-codes {what}: write {instead}.",
                )


def _around(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match  # noqa: S101 - it was found a moment ago
    return text[max(0, match.start() - 20) : match.end() + 40]
