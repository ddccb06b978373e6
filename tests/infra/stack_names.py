"""Names that stacks give, and the names of stages' things in documents held against them."""

import json
import re
from collections.abc import Iterator
from functools import cache

from infra.stacks import STAGES, all_stacks
from tests.infra.documents import Document

STAGE = "<stage>"
_STAGE = "|".join((*STAGES, r"\$STAGE", r"\$\{STAGE\}", r"<stage>"))
# fileferry-dev-transfer-lanes, fileferry/dev/auth/oidc-client, /fileferry/dev/api/rest/url
NAME = re.compile(rf"(?<![\w.@])/?fileferry([-/])(?:{_STAGE})\1([\w/*<>-]*[\w*>])")


@cache
def templates() -> str:
    return json.dumps([stack.completed() for stack in all_stacks()])


@cache
def named() -> frozenset[str]:
    """Physical names in all stacks and those of the stacks, with a placeholder for the stage."""
    names = re.findall(r'"([^"]*\$\{Stage\}[^"]*)"', templates())
    stacks = (stack.deployed_name(STAGE) for stack in all_stacks())
    return frozenset((*(name.replace("${Stage}", STAGE) for name in names), *stacks))


@cache
def _endings() -> frozenset[tuple[str, str]]:
    """What stands behind the stage in each name, with the separator."""
    return frozenset(found for name in named() for found in NAME.findall(name))


def unknown_names(document: Document) -> Iterator[str]:
    """A name may be the beginning of others: `fileferry-dev-transfer` of its queues."""
    for mention in (*document.spans, *document.lines_of_code):
        for separator, ending in NAME.findall(mention.text):
            if not _is_known(separator, ending):
                yield f"{mention.place}: no stack names anything fileferry{separator}...{ending}"


@cache
def _is_known(separator: str, ending: str) -> bool:
    asked = re.split(r"[<*]", ending)[0].rstrip(separator)
    return (
        any(
            kind == separator and (known == asked or known.startswith(asked + separator))
            for kind, known in _endings()
        )
        or not asked
    )
