"""What things are called: by service, purpose and stage; roles by region too, as IAM is global."""

import re
from typing import Any

from infra.complete.intrinsics import sub

# The longest that each may become; a name that fits today must fit on every stage and region.
LONGEST = {"${Stage}": "s" * 10, "${AWS::Region}": "ap-southeast-1"}
MAX_CHARACTERS = {"function": 64, "role": 64, "rule": 64, "queue": 80, "table": 255, "alarm": 255}


class TemplateWrong(Exception):
    """A short template that cannot be completed; the message says what to write instead."""


def name_of(kind: str, service: str, purpose: str = "") -> dict[str, Any]:
    """Raises TemplateWrong where AWS would refuse it."""
    region = "${AWS::Region}-" if kind == "role" else ""
    name = f"fileferry-${{Stage}}-{region}{service}" + (f"-{purpose}" if purpose else "")
    longest = name
    for variable, text in LONGEST.items():
        longest = longest.replace(variable, text)
    over = len(longest) - MAX_CHARACTERS[kind]
    if over > 0:
        raise TemplateWrong(
            f"{service}: the {kind} {name} may get {len(longest)} characters, AWS takes"
            f" {MAX_CHARACTERS[kind]}. Shorten {purpose or service!r} by {over}."
        )
    return sub(name)


def snake(pascal: str) -> str:
    """LaneWorker -> lane_worker"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", pascal).lower()


def dashed(pascal: str) -> str:
    return snake(pascal).replace("_", "-")


def pascal(words: str) -> str:
    return "".join(word.capitalize() for word in re.split(r"[-_]", words))
