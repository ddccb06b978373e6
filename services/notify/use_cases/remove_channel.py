"""Removes a channel with its secrets. What waits there finds it gone, and is not sent."""

from kernel.caller import Caller
from services.notify.domain.access import require_may_remove, require_version
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_channel import read_channel


def remove_channel(
    channel_id: str, caller: Caller, expected: int | None = None, *, ports: Ports
) -> None:
    """First the channel, because a removal that is refused must not cost it its address. Raises
    ChannelNotFound, RoleMissing, VersionMismatch, ChannelChanged."""
    channel = read_channel(channel_id, ports=ports)
    require_may_remove(channel, caller)
    require_version(channel, expected)
    ports.channels.remove(channel)
    for secret_id in (channel.secret_id, channel.retired_secret):
        if secret_id is not None:
            ports.vault.delete(secret_id)
