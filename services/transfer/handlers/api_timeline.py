"""A transfer's stored events as the API shows them."""

from typing import Any, cast

from contracts.catalogue import parse
from contracts.timeline_api import FactType, TimelineEntry, TimelinePage
from kernel.outbox import OutboxEvent
from services.transfer.use_cases.read_timeline import Timeline

# What an event may tell besides what all of them do. Nothing else of it is shown.
TOLD = (
    *("by", "trouble", "failure", "receipt", "size_bytes", "bytes_done", "chunks", "lanes"),
    "origin",
)


def timeline_page(timeline: Timeline) -> TimelinePage:
    return TimelinePage(
        events=tuple(_entry(each) for each in timeline.page.items),
        cursor=timeline.page.cursor,
        earlier_gone=timeline.earlier_gone,
    )


def _entry(stored: OutboxEvent) -> TimelineEntry:
    event = parse(stored.detail_type, stored.detail)
    told: dict[str, Any] = {name: getattr(event.data, name, None) for name in TOLD}
    return TimelineEntry(
        event_id=stored.event_id,
        type=cast(FactType, stored.detail_type.partition(".")[0]),
        at=event.meta.occurred_at,
        sequence=event.data.sequence,
        run=event.data.run,
        **told,
    )
