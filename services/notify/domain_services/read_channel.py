"""Reads a channel that has to be there."""

from services.notify.domain.channel import Channel
from services.notify.domain.errors import ChannelNotFound
from services.notify.domain.ports import Ports


def read_channel(channel_id: str, *, ports: Ports) -> Channel:
    """Raises ChannelNotFound."""
    channel = ports.channels.read(channel_id)
    if channel is None:
        raise ChannelNotFound(channel_id)
    return channel
