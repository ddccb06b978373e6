"""How often Slack takes messages, and which messages."""

import json
import math
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from tests.doubles.slack_blocks import problems_of

MOST_ATTACHMENTS = 100
LONGEST_POST, LONGEST_UPDATE = 40_000, 4_000  # characters of a text
LONGEST_BLOCKS = 13_200  # characters of all blocks; not documented, seen by others
Fault = tuple[str, list[str]]  # Slack's word for what is wrong, and details


class Rate:
    """At most `most` calls in `seconds` for each key. What is refused does not count."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self.most, self.seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._taken: dict[str, deque[float]] = {}

    def retry_after(self, key: str) -> int | None:
        """None: it is taken, and counted. Else in how many whole seconds to come again."""
        now = self._clock()
        with self._lock:
            taken = self._taken.setdefault(key, deque())
            while taken and taken[0] <= now - self.seconds:
                taken.popleft()
            if len(taken) >= self.most:
                return max(1, math.ceil(taken[0] + self.seconds - now))
            taken.append(now)
            return None


def fault_of(message: Mapping[str, Any], longest: int) -> Fault | None:
    """None where all is well."""
    blocks, attachments = message.get("blocks"), message.get("attachments")
    text = message.get("text")
    if not isinstance(text or "", str):
        return "invalid_payload", ["text: it is no string"]
    if not (text or blocks or attachments):
        return "no_text", []
    if len(text or "") > longest:
        return "msg_too_long", [f"text: more than {longest} characters"]
    if attachments is not None and not isinstance(attachments, list):
        return "invalid_payload", ["attachments: it is no list"]
    if len(attachments or ()) > MOST_ATTACHMENTS:
        return "too_many_attachments", [f"attachments: more than {MOST_ATTACHMENTS}"]
    if not all(isinstance(each, dict) for each in attachments or ()):
        return "invalid_attachments", ["attachments: one is no object"]
    every = [blocks or []] + [each.get("blocks") or [] for each in attachments or ()]
    problems = [each for some in every for each in problems_of(some)]
    if problems:
        return "invalid_blocks", problems
    if sum(len(json.dumps(some, ensure_ascii=False)) for some in every) > LONGEST_BLOCKS:
        return "msg_blocks_too_long", [f"blocks: more than {LONGEST_BLOCKS} characters"]
    return None
