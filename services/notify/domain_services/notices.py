"""Sentences of ours by mail, about trouble with tickets and channels. Each cause is told at most
once a day."""

from datetime import timedelta
from hashlib import sha256

from services.notify.domain.channel import Channel, Kind
from services.notify.domain.delivery import Once
from services.notify.domain.notification import Notification
from services.notify.domain.nudge import Send
from services.notify.domain.ports import Ports

OPERATORS = "operators"
AT_MOST_EACH = timedelta(days=1)


def tell_operators(cause: str, sentence: str, name: str, *, ports: Ports) -> None:
    """`name` is the same when the same is told again."""
    if ports.policy.operator_address:
        _tell(OPERATORS, None, cause, sentence, name, ports=ports)


def tell_of_dead_channel(channel: Channel, reason: str, name: str, *, ports: Ports) -> None:
    """Tells its owner, or the operators where the owner has no address but that of the channel."""
    owner = ports.users.read(channel.owner) if channel.owner else None
    if owner is None or owner.is_silent or owner.email is None or channel.kind is Kind.EMAIL:
        sentence = f"Nothing is sent to channel {channel.id} any more. {reason}"
        tell_operators(f"dead {channel.id}", sentence, name, ports=ports)
        return
    sentence = f"Nothing is sent to your channel {channel.id} any more. {reason}"
    _tell(channel.id, owner.name, "dead", sentence, name, ports=ports)


def _tell(
    channel_id: str, user: str | None, cause: str, sentence: str, name: str, *, ports: Ports
) -> None:
    now = ports.now()
    notice = Notification(
        id=sha256(f"notice {channel_id} {cause} {name}".encode()).hexdigest()[:32],
        channel_id=channel_id,
        kind=Kind.EMAIL,
        recipient=user,
        due_at=now,
        created_at=now,
        events=0,
        notice=sentence,
    )
    once = Once(channel_id, cause, now, now + AT_MOST_EACH)
    ports.notifications.add(notice, None, once)
    ports.nudges.send([Send(notice.id)])
