"""Judges the end: everybody who asked was told each fact once, or its failure is recorded once."""

import json
from collections import Counter

from services.notify.domain.channel import Kind
from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.notification import Notification, Status
from services.notify.domain.rules import fitting_rule
from tests.fakes.notify_world import NotifyWorld

MAY_HAVE_ARRIVED = "outcome_unclear"


def judge(world: NotifyWorld) -> None:
    _each_fact_has_one_notification(world)
    events = _events(world)
    arrived = Counter(world.receivers.committed)
    for each in world.notifications.rows.values():
        assert each.is_over, each
        assert events.pop(each.id, []) == [_event_of(each)], each
        _arrived_as_it_is_recorded(each, arrived[each.id])
    assert not events
    _digests_hold_all(world)


def _each_fact_has_one_notification(world: NotifyWorld) -> None:
    """`told` has at most one for each, by its form. Here none is missing."""
    for key, news in world.news.news.items():
        for channel in world.channels.rows.values():
            wanted = fitting_rule(channel, key.stage, news.fact.destination_id)
            concerns = channel.tells_everybodys or channel.owner == news.fact.owner
            told = world.notifications.told.get((key, channel.id))
            assert (told is not None) == bool(wanted and concerns), (key, channel.id)


def _events(world: NotifyWorld) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in world.notifications.events:
        named = json.loads(each.detail)["data"]["notification_id"]
        found.setdefault(named, []).append(each.detail_type)
    return found


def _event_of(notification: Notification) -> str:
    sent = notification.status is Status.SENT
    return "NotificationSent.v1" if sent else "NotificationFailed.v1"


def _arrived_as_it_is_recorded(notification: Notification, times: int) -> None:
    again = notification.kind in (Kind.WEBHOOK, Kind.SLACK)  # known by its id; or changed in place
    most = times if again else 1
    if notification.status is Status.SENT:
        assert 1 <= times <= most, notification
    elif notification.failure and notification.failure.code == MAY_HAVE_ARRIVED:
        assert times <= most, notification
    else:
        assert times == 0 or again, notification


def _digests_hold_all(world: NotifyWorld) -> None:
    for arrival in world.receivers.arrived:
        entries = world.notifications.entered.get(arrival.message.id)
        if entries is not None:
            message = arrival.message
            assert len(message.facts) + message.left_out == len(entries)
            shown = {NewsKey(each.transfer_id, each.run, each.stage) for each in message.facts}
            assert shown <= {each.news for each in entries}
