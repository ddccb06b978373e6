"""Takes a channel away, whoever wants that: its owner, an operator, or the end of its user."""

from services.notify.domain.channel import Channel
from services.notify.domain.ports import Ports


def forget_channel(channel: Channel, *, ports: Ports) -> None:
    """First the channel, so that none names a secret that is gone. Raises ChannelChanged."""
    ports.channels.remove(channel)
    for secret_id in (channel.secret_id, channel.retired_secret):
        if secret_id is not None:
            ports.vault.delete(secret_id)
