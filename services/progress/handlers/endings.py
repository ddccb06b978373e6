"""What the progress service does about sessions that end and rights that change."""

from contracts.auth_events import SessionClosedV1, UserChangedV1
from contracts.envelope import Event
from kernel.caller import Role
from services.progress import wiring
from services.progress.domain.connection import ChangedUser
from services.progress.use_cases import end_connections


def end_session(received: Event[SessionClosedV1], wires: wiring.Wiring) -> None:
    closed = received.data
    end_connections.end_session(closed.user, closed.session_id, ports=wires.ports)


def end_users_connections(received: Event[UserChangedV1], wires: wiring.Wiring) -> None:
    """Other grants, another name or address end nothing: they do not say what a user may see."""
    user = received.data
    changed = ChangedUser(
        user.user,
        frozenset(Role(role) for role in user.roles),
        may_stay=not (user.locked or user.removed),
        sequence=user.sequence,
    )
    end_connections.end_users_connections(changed, ports=wires.ports)
