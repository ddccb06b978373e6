"""Finds out where a channel's message goes now."""

from services.notify.domain.channel import Channel, Kind, Secrets
from services.notify.domain.errors import MessageRefused
from services.notify.domain.message import Target
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_secrets import read_secrets

NO_ADDRESS = "the user's e-mail address is not known; an admin can enter it"


def target_of(channel: Channel, *, ports: Ports) -> tuple[Channel, Target]:
    """With the channel that it was made from, which may be newer than the given one. Raises
    MessageRefused, ChannelNotFound, SecretMissing."""
    channel, secrets = read_secrets(channel, ports=ports)
    return channel, made_target(channel, secrets, _mails(channel, ports=ports))


def made_target(channel: Channel, secrets: Secrets, mails: tuple[str, ...]) -> Target:
    return Target(
        channel.kind, channel.name, secrets, channel.slack_channel, mails, channel.card_shape
    )


def _mails(channel: Channel, *, ports: Ports) -> tuple[str, ...]:
    """An own channel goes to what is its owner's address now."""
    if channel.kind is not Kind.EMAIL or channel.owner is None:
        return channel.mails
    user = ports.users.read(channel.owner)
    if user is None or user.email is None:
        raise MessageRefused("e-mail", None, NO_ADDRESS)
    return (user.email,)
