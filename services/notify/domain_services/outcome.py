"""Records what became of a notification. It is told as an event in the same write."""

from dataclasses import replace
from datetime import datetime

from kernel.errors import DeclaredError
from services.notify.domain import retry
from services.notify.domain.channel import Channel, Dead, Kind
from services.notify.domain.errors import (
    ChannelChanged,
    ChannelDead,
    NotYet,
    OutcomeUnclear,
    SendError,
)
from services.notify.domain.notification import Failure, Notification
from services.notify.domain.nudge import Send
from services.notify.domain.ports import Ports
from services.notify.domain_services.announce import notification_failed, notification_sent
from services.notify.domain_services.notices import tell_of_dead_channel

SOON_SECONDS = 900  # the queue keeps no nudge back for longer
KNOWS_IDS = frozenset({Kind.WEBHOOK})  # whoever takes these in recognises a message by its id
DIED = OutcomeUnclear("The receiver", "whoever sent it died or was stopped")


def sent(notification: Notification, *, ports: Ports) -> None:
    now = ports.now()
    done = notification.sent(now)
    if ports.notifications.save(done, [notification_sent(done, ports=ports)]) and not done.notice:
        ports.channels.mark_sent(done.channel_id, now)


def failed(
    notification: Notification, error: DeclaredError, *, dead: bool = False, ports: Ports
) -> None:
    failure = Failure(error.code, str(error))
    over = notification.failed(failure)
    event = notification_failed(over, channel_dead=dead, ports=ports)
    ports.notifications.save(over, [event])


def not_sent(
    notification: Notification, channel: Channel | None, error: SendError, *, ports: Ports
) -> None:
    """`channel` is as it was when it was sent there."""
    match error:
        case NotYet():
            _again(notification, error, error.wait_seconds, ports=ports)
        case ChannelDead():
            _dead(notification, channel, error, ports=ports)
        case OutcomeUnclear() if notification.kind in KNOWS_IDS:
            _again(notification, error, None, ports=ports)
        case _:
            failed(notification, error, ports=ports)


def died(notification: Notification, *, ports: Ports) -> None:
    """Its sender recorded that it began, and nothing more in time."""
    not_sent(notification, None, DIED, ports=ports)


def postpone(notification: Notification, due_at: datetime, *, ports: Ports) -> None:
    ports.notifications.save(notification.again_at(due_at))


def _again(
    notification: Notification, error: SendError, asked: float | None, *, ports: Ports
) -> None:
    now = ports.now()
    due_at = retry.next_try_at(notification.tries, asked, now, ports.chance())
    if retry.is_over(notification.begun_at or now, due_at):
        failed(notification, error, ports=ports)
        return
    waits = (due_at - now).total_seconds()
    if ports.notifications.save(notification.again_at(due_at)) and waits <= SOON_SECONDS:
        ports.nudges.send([Send(notification.id)], waits)


def _dead(
    notification: Notification, channel: Channel | None, error: ChannelDead, *, ports: Ports
) -> None:
    """A channel that was changed since the try may be mended. Then it is tried as it is now."""
    if channel is None:  # a notice of ours
        failed(notification, error, ports=ports)
        return
    dead = Dead(error.code, str(error), ports.now())
    try:
        ports.channels.save(replace(channel, dead=dead))
    except ChannelChanged:
        _again(notification, error, None, ports=ports)
        return
    found_dead(notification, replace(channel, dead=dead), error, ports=ports)


def found_dead(
    notification: Notification, channel: Channel, error: DeclaredError, *, ports: Ports
) -> None:
    """Every message that fails for it has its people told, once a day. So it does not matter
    whether whoever marked the channel died before."""
    reason = channel.dead.message if channel.dead else str(error)
    tell_of_dead_channel(channel, reason, notification.id, ports=ports)
    failed(notification, error, dead=True, ports=ports)
