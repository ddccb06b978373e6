"""Reads what the vault has of a channel, although somebody may change it meanwhile."""

from collections.abc import Callable
from functools import partial

from services.notify.domain.channel import Channel, Secrets
from services.notify.domain.errors import SecretMissing
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_channel import read_channel

NO_SECRETS = Secrets()


def read_secrets(channel: Channel, *, ports: Ports) -> tuple[Channel, Secrets]:
    """As secrets_of. Raises ChannelNotFound, SecretMissing."""
    channel, found = secrets_of(
        channel, partial(read_channel, channel.id, ports=ports), ports=ports
    )
    if found is None:
        raise SecretMissing(channel.id)
    return channel, found


def secrets_of(
    channel: Channel, read_again: Callable[[], Channel], *, ports: Ports
) -> tuple[Channel, Secrets | None]:
    """The secrets, and the channel that names them. It is newer than the given one when that one's
    secrets were replaced and deleted since it was read. None where they are lost."""
    while channel.secret_id is not None:
        found = ports.vault.read(channel.secret_id)
        if found is not None:
            return channel, found
        newer = read_again()
        if newer.secret_id == channel.secret_id:
            return channel, None
        channel = newer
    return channel, NO_SECRETS
