"""Reads what the vault has of a channel, although somebody may change it meanwhile."""

from services.notify.domain.channel import Channel, Secrets
from services.notify.domain.errors import SecretMissing
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_channel import read_channel

NO_SECRETS = Secrets()


def read_secrets(channel: Channel, *, ports: Ports) -> tuple[Channel, Secrets]:
    """The secrets, and the channel that names them. It is newer than the given one when that one's
    secrets were replaced and deleted since it was read. Raises ChannelNotFound, SecretMissing."""
    while channel.secret_id is not None:
        found = ports.vault.read(channel.secret_id)
        if found is not None:
            return channel, found
        newer = read_channel(channel.id, ports=ports)
        if newer.secret_id == channel.secret_id:
            raise SecretMissing(channel.id)
        channel = newer
    return channel, NO_SECRETS
