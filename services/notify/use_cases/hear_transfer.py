"""Keeps what an event tells of a transfer, and has everybody concerned told."""

from typing import Any

from contracts.envelope import Event
from contracts.transfer_events import TransferRequestedV1
from services.notify.domain.errors import RecordBusy
from services.notify.domain.known_transfer import SPREAD_WITHIN, News
from services.notify.domain.message import Fact
from services.notify.domain.nudge import Spread
from services.notify.domain.ports import Ports
from services.notify.domain_services.hearing import heard

TRIES = 10  # several events of one transfer may come at the same moment


def hear_transfer(event: Event[Any], *, ports: Ports) -> None:
    """An event that comes again makes no second news. Its nudge goes out again, because whoever
    heard it first may have died before. Raises RecordBusy."""
    transfer_id = event.data.transfer_id
    if event.data.owner == ports.policy.synthetic_user:
        return
    if isinstance(event.data, TransferRequestedV1):
        ports.destinations.see(event.data.destination.id)
    for _ in range(TRIES):
        known = ports.transfers.read(transfer_id)
        now, fact = heard(known, event, ports.policy.stalled_after)
        news = _news(fact, event, ports=ports) if fact else None
        earlier = ports.news.read(news.key) if news else None
        if earlier is not None:
            news = None
        if (news is None and now is known) or ports.transfers.store(now, known, news):
            told = news or earlier
            if told is not None and not told.spread:
                key = told.key
                ports.nudges.send([Spread(key.transfer_id, key.run, key.stage)])
            return
    raise RecordBusy(f"transfer {transfer_id!r}")


def _news(fact: Fact, event: Event[Any], *, ports: Ports) -> News:
    due_at = ports.now() + SPREAD_WITHIN
    return News(fact, due_at, event.meta.correlation_id, event.meta.event_id)
