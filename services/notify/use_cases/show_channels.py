"""Shows the channels that the caller may see."""

from kernel.caller import Caller
from kernel.pages import Page
from services.notify.domain.access import may_see
from services.notify.domain.channel import Channel
from services.notify.domain.errors import ChannelNotFound
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_channel import read_channel


def show_channel(channel_id: str, caller: Caller, *, ports: Ports) -> Channel:
    """Raises ChannelNotFound, also for a channel that the caller may not see."""
    channel = read_channel(channel_id, ports=ports)
    if not may_see(channel, caller):
        raise ChannelNotFound(channel_id)
    return channel


def list_channels(caller: Caller, limit: int, cursor: str | None, *, ports: Ports) -> Page[Channel]:
    """The caller's own and the shared ones, sorted by id. Raises FieldInvalid."""
    page = ports.channels.page(caller.name, limit, cursor)
    return Page([each for each in page.items if may_see(each, caller)], page.cursor)
