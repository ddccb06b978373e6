"""Finds functions that send to the queue that triggers them. Lambda stops such a chain after 16
hops.
"""

from collections.abc import Iterator

from infra.lint.expansion import Expansion
from infra.lint.finding import Finding
from infra.lint.mappings import mappings
from infra.lint.permissions import allowed, role_of

SEND = "sqs:SendMessage"


def recursive_loops(expansion: Expansion) -> Iterator[Finding]:
    for mapping in mappings(expansion):
        statements = role_of(expansion, mapping.function)
        if mapping.function.get("RecursiveLoop") != "Allow" and allowed(
            expansion, statements, SEND, mapping.source
        ):
            yield expansion.finding(
                "loop",
                mapping.function_id,
                f"Its role may send to the queue that triggers it ({mapping.source}), and Lambda"
                " stops it after 16 hops: say RecursiveLoop: Allow and why, or take the"
                " permission away.",
            )
