"""Where a notification goes to, judged at the moment of sending."""

from dataclasses import dataclass
from functools import partial

from services.notify.domain import errors
from services.notify.domain.channel import Channel, Kind, Whose
from services.notify.domain.message import Target
from services.notify.domain.notification import Notification
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_secrets import secrets_of
from services.notify.domain_services.targets import made_target


@dataclass(frozen=True)
class Place:
    """`channel` is None for a notice of ours."""

    target: Target
    channel: Channel | None = None


def resolve(notification: Notification, *, ports: Ports) -> Place:
    """Raises Undeliverable."""
    if notification.notice is not None:
        return Place(_for_notice(notification, ports=ports))
    read = partial(_channel, notification, ports=ports)
    channel, secrets = secrets_of(read(), read, ports=ports)
    mails = _mails(channel, ports=ports)  # and whether its owner may still be told
    if secrets is None:
        raise errors.SecretLost(channel)
    return Place(made_target(channel, secrets, mails), channel)


def _for_notice(notification: Notification, *, ports: Ports) -> Target:
    if notification.recipient is None:
        address, name = ports.policy.operator_address, "the operators"
    else:
        user = ports.users.read(notification.recipient)
        if user is not None and user.is_silent:
            raise errors.OwnerSilent(user.name)
        name = f"the user {notification.recipient!r}"
        address = user.email if user else None
    if address is None:
        raise errors.AddressUnknown(name)
    return Target(Kind.EMAIL, "FileFerry", mails=(address,))


def _channel(notification: Notification, *, ports: Ports) -> Channel:
    """A channel that was made later under the same id is another one, perhaps somebody else's."""
    channel = ports.channels.read(notification.channel_id)
    if (
        channel is None
        or channel.owner != notification.recipient
        or channel.created_at > notification.created_at
    ):
        raise errors.ChannelRemoved(notification.channel_id)
    if channel.dead is not None:
        raise errors.ChannelIsDead(channel)
    return channel


def _mails(channel: Channel, *, ports: Ports) -> tuple[str, ...]:
    """Of an own channel with its owner's address as it is now."""
    if channel.owner is None:
        return channel.mails
    owner = ports.users.read(channel.owner)
    if owner is not None and owner.is_silent:
        raise errors.OwnerSilent(channel.owner)
    if channel.whose is Whose.ALL and not (owner and owner.sees_all):
        raise errors.RightsLost(channel.owner)
    if channel.kind is not Kind.EMAIL:
        return ()
    if owner is None or owner.email is None:
        raise errors.AddressUnknown(f"the user {channel.owner!r}")
    return (owner.email,)
