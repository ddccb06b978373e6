"""The reasons why transfers do not succeed, as docs/reasons.md has them.

`python -m contracts.generate` writes reasons.json from that page, because functions have no docs.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

KEPT = Path(__file__).with_name("reasons.json")
ROW = re.compile(r"^\| `(\w+)` \| (retry|give up) \| (.+) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


@dataclass(frozen=True)
class Reason:
    """`retried`: FileFerry tries again by itself, with growing waits."""

    retried: bool
    happened: str
    advice: str


def reason_of(code: str) -> Reason | None:
    """None for a code that there is not."""
    return _reasons().get(code)


def read_page(page: str) -> dict[str, dict[str, bool | str]]:
    """The rows of its tables, without their links."""
    return {
        code: {
            "retried": kind == "retry",
            "happened": LINK.sub(r"\1", happened),
            "advice": LINK.sub(r"\1", advice),
        }
        for code, kind, happened, advice in ROW.findall(page)
    }


@cache
def _reasons() -> dict[str, Reason]:
    return {code: Reason(**told) for code, told in json.loads(KEPT.read_text("utf-8")).items()}
