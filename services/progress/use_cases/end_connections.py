"""Ends the connections of a session, or of a user whose rights have changed.

What no connection may begin with any more is written down first. Then the connections are listed.
"""

from collections.abc import Sequence

from services.progress.domain.connection import TOMBSTONE, ChangedUser, OfUser
from services.progress.domain.errors import (
    ConnectionsLeft,
    ProgressError,
    RightsChanged,
    SessionOver,
)
from services.progress.domain.ports import Ports
from services.progress.domain_services.reach import end

WITHIN_SECONDS = 20  # of one event; the consumer has less than a minute


def end_session(user: str, session_id: str, *, ports: Ports) -> None:
    """Raises ConnectionsLeft, Slow."""
    now = ports.now()
    ports.connections.bury_session(user, session_id, now + TOMBSTONE)
    found = ports.connections.of_user(user, now).connections
    mine = [each for each in found if each.session_id == session_id]
    _end(user, mine, SessionOver(), ports)


def end_users_connections(changed: ChangedUser, *, ports: Ports) -> None:
    """Those with other rights. Raises ConnectionsLeft, Slow."""
    now = ports.now()
    if not ports.connections.bury_rights(changed, now + TOMBSTONE):
        return
    found = ports.connections.of_user(changed.name, now).connections
    _end(changed.name, [each for each in found if changed.ends(each)], RightsChanged(), ports)


def _end(user: str, found: Sequence[OfUser], reason: ProgressError, ports: Ports) -> None:
    def end_one(connection: OfUser) -> None:
        end(connection.id, reason, ports=ports)

    left = ports.crew.each(end_one, found, WITHIN_SECONDS)
    if left:
        raise ConnectionsLeft(user, len(left))
