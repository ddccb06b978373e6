"""Begins a connection, unless its session or its user's rights have ended meanwhile."""

from kernel.caller import Caller
from services.progress.domain.connection import (
    MAX_OF_A_USER,
    Connection,
    UsersConnections,
    connection_of,
)
from services.progress.domain.errors import (
    ProgressError,
    RightsChanged,
    SessionOver,
    TooManyConnections,
)
from services.progress.domain.ports import Ports


def connect(connection_id: str, caller: Caller, *, ports: Ports) -> None:
    """Stores the connection first and looks then. Whoever ends a session does it the other way
    round, so one of the two sees the other. Raises SessionOver, RightsChanged,
    TooManyConnections."""
    now = ports.now()
    connection = connection_of(connection_id, caller, now)
    ports.connections.add(connection)
    refusal = _refusal(connection, ports.connections.of_user(caller.name, now))
    if refusal is not None:
        ports.connections.remove(connection_id)
        raise refusal
    ports.meter.add("ConnectionsOpened")


def _refusal(connection: Connection, known: UsersConnections) -> ProgressError | None:
    if connection.session_id in known.closed_sessions:
        return SessionOver()
    mine = [each for each in known.connections if each.id == connection.id]
    if not mine or (known.changed and known.changed.ends(mine[0])):
        return RightsChanged()  # not in the list: ended a moment ago
    if mine[0] in known.connections[MAX_OF_A_USER:]:
        return TooManyConnections(MAX_OF_A_USER)
    return None
