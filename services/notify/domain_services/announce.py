"""Makes the events of notify, as the contracts describe them, ready for the outbox."""

from typing import Any

from contracts import notify_events as fact
from contracts import transfer_events
from contracts.catalogue import encode
from contracts.contract import Published
from contracts.envelope import Event, Meta
from kernel.outbox import OutboxEvent
from services.notify.domain.notification import Notification
from services.notify.domain.ports import Ports


def notification_sent(notification: Notification, *, ports: Ports) -> OutboxEvent:
    """`notification` is as it is about to be saved."""
    now = ports.now()
    data = fact.NotificationSentV1(**_named(notification), sent_at=notification.sent_at or now)
    return _event(data, notification, ports=ports)


def notification_failed(
    notification: Notification, *, channel_dead: bool = False, ports: Ports
) -> OutboxEvent:
    """`notification` is as it is about to be saved."""
    failure = notification.failure
    if failure is None:
        raise ValueError(f"notification {notification.id} has not failed")
    data = fact.NotificationFailedV1(
        **_named(notification),
        failure=transfer_events.Failure(
            code=failure.code, message=failure.message, retryable=failure.retryable
        ),
        channel_dead=channel_dead,
        failed_at=ports.now(),
    )
    return _event(data, notification, ports=ports)


def _named(notification: Notification) -> dict[str, Any]:
    return {
        "notification_id": notification.id,
        "channel_id": notification.channel_id,
        "channel_kind": notification.kind.value,
        "recipient": notification.recipient,
        "stages": tuple(each.value for each in notification.stages),
        "transfer_id": notification.transfer_id,
        "events": notification.events,
    }


def _event(data: Published, notification: Notification, *, ports: Ports) -> OutboxEvent:
    meta = Meta(
        event_id=ports.new_id(),
        occurred_at=ports.now(),
        correlation_id=notification.correlation_id or notification.id,
    )
    detail_type, detail = encode(Event(meta=meta, data=data))
    return OutboxEvent(meta.event_id, detail_type, detail)
