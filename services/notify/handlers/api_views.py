"""The domain's records as the API shows them, and its rules and quiet hours as they are sent."""

from collections.abc import Sequence
from dataclasses import asdict

from contracts import notify_api as http
from contracts.transfer_events import Failure
from services.notify.domain.channel import Channel, Dead, QuietHours, Rule
from services.notify.domain.errors import ChannelDead, MessageRefused, SendError
from services.notify.domain.notification import Notification, Status
from services.notify.domain.ports import Ports
from services.notify.domain.stage import Stage
from services.notify.domain_services.cautions import cautions_of
from services.notify.use_cases.send_test_message import Outcome

MOST_WAITING = 1_000  # counted; a person only wants to know that it is many


def channel_views(channels: Sequence[Channel], *, ports: Ports) -> tuple[http.ChannelView, ...]:
    cautions = cautions_of(channels, ports=ports)
    return tuple(_channel_view(each, cautions[each.id], ports=ports) for each in channels)


def channel_view(channel: Channel, *, ports: Ports) -> http.ChannelView:
    [view] = channel_views([channel], ports=ports)
    return view


def _channel_view(channel: Channel, cautions: tuple[str, ...], *, ports: Ports) -> http.ChannelView:
    return http.ChannelView(
        id=channel.id,
        name=channel.name,
        kind=channel.kind.value,
        shared=channel.shared,
        owner=channel.owner,
        whose=channel.whose.value,
        host=channel.host,
        slack_channel=channel.slack_channel,
        mails=channel.mails,
        card_shape=channel.card_shape.value,
        rules=tuple(_rule_view(each) for each in channel.rules),
        quiet_hours=_quiet_view(channel.quiet_hours),
        dead=_dead_view(channel.dead),
        cautions=cautions,
        waiting=ports.notifications.waiting(channel.id, channel.created_at, MOST_WAITING),
        last_sent_at=channel.last_sent_at,
        created_at=channel.created_at,
        updated_at=channel.updated_at,
    )


def tested_view(tested: Outcome) -> http.ChannelTestView:
    error, sent = tested.error, tested.sent
    if error is not None:
        return http.ChannelTestView(
            status="failed",
            http_status=getattr(error, "http_status", None),
            said=_said(error),
            failure=Failure(code=error.code, message=str(error), retryable=error.retryable),
        )
    return http.ChannelTestView(
        status="sent",
        http_status=sent.http_status if sent else None,
        said=sent.said or None if sent else None,
        failure=None,
    )


def notification_view(notification: Notification) -> http.NotificationView:
    waits = notification.status is Status.WAITING
    failure = notification.failure
    return http.NotificationView(
        id=notification.id,
        channel_id=notification.channel_id,
        recipient=notification.recipient,
        stages=tuple(each.value for each in notification.stages),
        events=notification.events,
        status=notification.status.value,
        due_at=notification.due_at if waits else None,
        sent_at=notification.sent_at,
        failure=Failure(**asdict(failure)) if failure else None,
    )


def rules_of(sent: Sequence[http.Rule]) -> tuple[Rule, ...]:
    return tuple(
        Rule(tuple(Stage(each) for each in rule.stages), rule.destinations, rule.digest_minutes)
        for rule in sent
    )


def quiet_of(sent: http.QuietHours | None) -> QuietHours | None:
    return None if sent is None else QuietHours(**dict(sent))


def _rule_view(rule: Rule) -> http.Rule:
    return http.Rule(
        stages=tuple(each.value for each in rule.stages),
        destinations=rule.destinations,
        digest_minutes=rule.digest_minutes,
    )


def _quiet_view(quiet: QuietHours | None) -> http.QuietHours | None:
    return None if quiet is None else http.QuietHours.model_validate(asdict(quiet))


def _dead_view(dead: Dead | None) -> Failure | None:
    return None if dead is None else Failure(code=dead.code, message=dead.message, retryable=False)


def _said(error: SendError) -> str | None:
    return error.said or None if isinstance(error, ChannelDead | MessageRefused) else None
