"""Who may do what with channels."""

from kernel.caller import Caller, Role
from services.notify.domain.channel import Channel
from services.notify.domain.errors import ChannelNotFound, NotYours, RoleMissing, VersionMismatch

SHARERS = frozenset({Role.OPERATOR, Role.ADMIN})  # and whoever may silence others' channels
ANY_ROLE = frozenset(Role)


def require_role(caller: Caller, roles: frozenset[Role]) -> None:
    """Raises RoleMissing unless the caller has one of them."""
    if not caller.has(roles):
        raise RoleMissing(tuple(sorted(roles)))


def may_see(channel: Channel, caller: Caller) -> bool:
    if channel.owner is None:
        return bool(caller.roles)
    return caller.may_see_transfers_of(channel.owner)


def require_may_make(caller: Caller, shared: bool) -> None:
    """Raises RoleMissing."""
    require_role(caller, SHARERS if shared else ANY_ROLE)


def require_may_use(channel: Channel, caller: Caller) -> None:
    """To change or to test it. Raises ChannelNotFound, RoleMissing, NotYours."""
    if not may_see(channel, caller):
        raise ChannelNotFound(channel.id)
    if channel.owner is not None and channel.owner != caller.name:
        raise NotYours(channel.id, channel.owner)
    require_may_make(caller, channel.shared)


def require_may_remove(channel: Channel, caller: Caller) -> None:
    """Operators and admins may remove everybody's, to silence one that misbehaves. Raises
    ChannelNotFound, RoleMissing."""
    if not may_see(channel, caller):
        raise ChannelNotFound(channel.id)
    if channel.owner != caller.name:
        require_role(caller, SHARERS)


def require_version(channel: Channel, expected: int | None) -> None:
    """Raises VersionMismatch."""
    if expected is not None and expected != channel.tag:
        raise VersionMismatch(expected, channel.tag)
