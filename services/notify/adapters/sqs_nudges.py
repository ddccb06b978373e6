"""Nudges on the queue of messages."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from pydantic import TypeAdapter

from services.notify.domain.nudge import Nudge

MAX_ENTRIES = 10  # of one SendMessageBatch
MAX_DELAY_SECONDS = 900
_MESSAGE: TypeAdapter[Nudge] = TypeAdapter(Nudge)


class SqsNudges:
    """What the queue does not take waits in the table until the sweep finds it."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client, self._queue_url = client, queue_url

    def send(self, nudges: Sequence[Nudge], delay_seconds: float = 0) -> None:
        delay = min(MAX_DELAY_SECONDS, ceil(delay_seconds))
        for start in range(0, len(nudges), MAX_ENTRIES):
            some = nudges[start : start + MAX_ENTRIES]
            entries = [
                {
                    "Id": str(number),
                    "MessageBody": _MESSAGE.dump_json(nudge).decode(),
                    "DelaySeconds": delay,
                }
                for number, nudge in enumerate(some)
            ]
            self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
