"""Ends all sessions of a user: by themselves, or by an admin."""

from services.auth.domain.ports import Ports
from services.auth.domain.session import CloseReason
from services.auth.domain.user import Caller
from services.auth.use_cases.close_session import close_sessions
from services.auth.use_cases.require_admin import require_admin


def end_own_sessions(caller: Caller, *, ports: Ports) -> None:
    close_sessions(caller.name, CloseReason.LOGOUT, ports=ports)


def end_sessions_of(caller: Caller, name: str, *, ports: Ports) -> None:
    """Raises RoleMissing, UserNotFound."""
    require_admin(caller)
    user = ports.users.read(name)
    close_sessions(user.name, CloseReason.CLOSED_BY_ADMIN, ports=ports)
