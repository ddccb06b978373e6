"""What a rule says about a resource. The same mistake on several stages is told once."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """`message` says what is wrong, with its values, and what to do."""

    stack: str
    logical_id: str
    rule: str
    message: str
    stage: str


def told(findings: Iterable[Finding]) -> list[str]:
    """Sorted by stack and resource. A stage's name in a message becomes `<stage>`."""
    stages: dict[tuple[str, str, str, str], list[str]] = {}
    for each in sorted(set(findings)):
        message = re.sub(rf"(?<![a-z]){each.stage}(?![a-z])", "<stage>", each.message)
        stages.setdefault((each.stack, each.logical_id, each.rule, message), []).append(each.stage)
    return [
        f"{stack}/{logical_id} on {', '.join(sorted(on))}: [{rule}] {message}"
        for (stack, logical_id, rule, message), on in stages.items()
    ]
