"""Shows the channels that the caller may see."""

import re
from heapq import merge
from itertools import islice
from operator import attrgetter

from kernel.caller import Caller
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.notify.domain.access import may_see
from services.notify.domain.channel import Channel
from services.notify.domain.errors import ChannelNotFound, FieldInvalid
from services.notify.domain.ports import Ports

QUERY, POSITION = "channels", re.compile(r"[a-z0-9-]{1,64}")


def show_channel(channel_id: str, caller: Caller, *, ports: Ports) -> Channel:
    """Raises ChannelNotFound, also for a channel that the caller may not see."""
    channel = ports.channels.read(channel_id)
    if not may_see(channel, caller):
        raise ChannelNotFound(channel_id)
    return channel


def list_channels(caller: Caller, limit: int, cursor: str | None, *, ports: Ports) -> Page[Channel]:
    """The caller's own and the shared ones, sorted by id. Raises FieldInvalid."""
    after = ""
    if cursor is not None:
        refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
        after = read_cursor(QUERY, cursor, POSITION, refusal)
    own, shared = ports.channels.of_owner(caller.name), ports.channels.of_owner(None)
    both = merge(own, shared, key=attrgetter("id"))
    seen = (each for each in both if each.id > after and may_see(each, caller))
    found = list(islice(seen, limit + 1))
    more = write_cursor(QUERY, found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more)
