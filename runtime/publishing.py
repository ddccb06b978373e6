"""Brings stored events onto the bus: each once, unless a publisher dies on its way.

refused = publish_claimed(entries, outbox, bus.publish, "stream", now)
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

# Claiming, publishing and marking ten events takes a second at most: a publisher that is not done
# by then is dead, and whoever waits for it (state Publish) can wait as long.
CLAIM_SECONDS = 30.0
# Who publishes what a stream delivers. A shard is delivered to one invocation at a time, so that a
# claim of this holder is that of a predecessor which died with the same rows.
STREAM = "stream"


class Stored(Protocol):
    @property
    def event_id(self) -> str: ...


Entry = TypeVar("Entry", bound=Stored)


class Outbox(Protocol):
    """`record` is that whose change the event tells of."""

    def claim_event(
        self, record: str, event_id: str, holder: str, now: datetime, until: datetime, /
    ) -> bool: ...

    def mark_published(self, record: str, event_id: str, /) -> None: ...

    def give_back_event(self, record: str, event_id: str, /) -> None: ...


def publish_claimed(
    entries: Sequence[tuple[str, Entry]],
    outbox: Outbox,
    publish: Callable[[Sequence[Entry]], Sequence[str]],
    holder: str,
    now: datetime,
) -> frozenset[str]:
    """The ids of the events that the bus refused, of (record, event); they may be claimed again at
    once. What somebody else has claimed or published is left alone."""
    until = now + timedelta(seconds=CLAIM_SECONDS)
    claimed = [
        (record, event)
        for record, event in entries
        if outbox.claim_event(record, event.event_id, holder, now, until)
    ]
    refused = frozenset(publish([event for _, event in claimed]))
    for record, event in claimed:
        if event.event_id in refused:
            outbox.give_back_event(record, event.event_id)
        else:
            outbox.mark_published(record, event.event_id)
    return refused
