"""Finds roles without the permissions boundary, which a deploy role may not make."""

from collections.abc import Iterator

from infra.complete.boundary import PARAMETER, ROLE
from infra.lint.expansion import Expansion
from infra.lint.finding import Finding


def unbounded_roles(expansion: Expansion) -> Iterator[Finding]:
    """Also roles that SAM adds, because nobody writes those."""
    if not expansion.deployment.values.get(PARAMETER):
        return
    for logical_id, role in expansion.of_kind(ROLE):
        if PARAMETER not in role:
            yield expansion.finding(
                "boundary",
                logical_id,
                "It has no permissions boundary although the stage sets one, so the deploy role may"
                " not make it: if SAM adds it, write one of your own (infra/complete/boundary.py).",
            )
