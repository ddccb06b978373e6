"""Stores a change of a user, and tells the others when it changes what they know of the user."""

from services.auth.domain.ports import Ports
from services.auth.domain.user import User
from services.auth.domain_services.announce import user_changed


def save_user(before: User, changed: User, *, by: User | None = None, ports: Ports) -> User:
    """`before` is the user as read. The event tells of exactly this write, because a rival's write
    in between refuses it. Raises UserChanged."""
    told = [] if changed.is_told_as(before) else [user_changed(changed, ports=ports)]
    return ports.users.save(changed, by, told)
