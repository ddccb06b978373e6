"""Refuses a channel that could never tell anything."""

from kernel.caller import Caller
from services.notify.domain.channel import Channel, Kind
from services.notify.domain.ports import Ports
from services.notify.domain.rules import check_channel


def require_useful(channel: Channel, caller: Caller, *, ports: Ports) -> None:
    """Raises FieldInvalid; RoleMissing when it tells of transfers that the caller may not see."""
    mail = None
    if channel.kind is Kind.EMAIL and channel.owner is not None:
        user = ports.users.read(channel.owner)
        mail = user.email if user else None
    check_channel(channel, caller, mail)
