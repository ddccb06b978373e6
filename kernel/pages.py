"""One page of a list, and the cursor that leads to the next.

A cursor is opaque, bound to the query it came from, and refused when it is not ours.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

CURSOR_ADVICE = "Send back the cursor of the page before, unchanged, or none."


@dataclass(frozen=True)
class Page(Generic[T]):
    items: Sequence[T]
    cursor: str | None  # None on the last page


def write_cursor(query: str, after: str) -> str:
    """`after`: position of the last item given out; `query`: what was asked, with arguments."""
    text = json.dumps([query, after], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(query: str, cursor: str, position: re.Pattern[str], refusal: Exception) -> str:
    """The position; raises `refusal` for all that write_cursor did not make for this very query.

    `position` lets only those pass that the store takes to go on from; they need not exist.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        content = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise refusal from None
    match content:
        case [str(asked), str(after)] if asked == query and position.fullmatch(after):
            return after
    raise refusal
