"""The messages that a double took, and the calls by which tests read them.

GET    /_double/messages   ?since=N -> {"messages": [...]}, oldest first; each has `number` and `at`
DELETE /_double/messages   forgets them; numbers go on
"""

import copy
import threading
from collections import deque
from datetime import UTC, datetime
from typing import Any

from tests.doubles.http_call import Answer, Call, json_answer

KEPT = 20_000  # messages; older ones are forgotten
Message = dict[str, Any]


class MessageBoard:
    """Calls come from many threads at once. Names that begin with _ are for the page alone."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._messages: deque[Message] = deque(maxlen=KEPT)
        self._numbers = 0

    def add(self, message: Message) -> Message:
        with self.lock:
            self._numbers += 1
            at = datetime.now(UTC).isoformat()
            self._messages.append({"number": self._numbers, "at": at, **message})
            return self._messages[-1]

    def newer(self, since: int = 0) -> list[Message]:
        with self.lock:
            newer = [each for each in self._messages if each["number"] > since]
            return copy.deepcopy([_without_html(each) for each in newer])

    def find(self, **wanted: object) -> Message | None:
        """The message itself, not a copy: to be used under `lock`."""
        with self.lock:
            fits = (
                each
                for each in self._messages
                if all(each.get(name) == value for name, value in wanted.items())
            )
            return next(fits, None)

    def newest(self, most: int) -> list[Message]:
        """Newest first."""
        with self.lock:
            return copy.deepcopy(list(self._messages)[: -most - 1 : -1])

    def __len__(self) -> int:
        with self.lock:
            return len(self._messages)

    def control(self, call: Call) -> Answer | None:
        if call.path != "/_double/messages":
            return None
        if call.method == "GET":
            return json_answer(200, {"messages": self.newer(int(call.query.get("since", 0)))})
        if call.method == "DELETE":
            with self.lock:
                self._messages.clear()
            return json_answer(200, {})
        return None


def _without_html(message: Message) -> Message:
    return {name: value for name, value in message.items() if not name.startswith("_")}
