"""One page of a list, and the cursor that leads to the next.

A cursor is opaque and belongs to the query that it came from. A cursor that is not ours is refused.
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
    """`after` is the position of the last item that was given out. `query` says what was asked,
    with its arguments."""
    text = json.dumps([query, after], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(query: str, cursor: str, position: re.Pattern[str], refusal: Exception) -> str:
    """The position. Raises `refusal` for a cursor that write_cursor did not make for this query.

    `position` is the pattern of positions from which the store can go on. No item needs to be at
    that position.
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
