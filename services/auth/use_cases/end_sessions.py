"""Ends all sessions of a user, at their own wish or an admin's."""

from kernel.caller import Caller
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import UserChanged, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain_services.close_session import close_sessions
from services.auth.domain_services.read_me import require_admin

END_TRIES = 5  # because others may change the same user at the same moment


def end_own_sessions(caller: Caller, *, ports: Ports) -> None:
    """Does nothing for a removed user. Raises UserChanged when others were faster at each try."""
    try:
        _end(caller.name, CloseReason.LOGOUT, ports=ports)
    except UserNotFound:
        return


def end_sessions_of(caller: Caller, name: str, *, ports: Ports) -> None:
    """Raises RoleMissing, SessionOver, UserNotFound, UserChanged."""
    require_admin(caller, ports=ports)
    _end(name, CloseReason.CLOSED_BY_ADMIN, ports=ports)


def _end(name: str, reason: CloseReason, *, ports: Ports) -> None:
    for _ in range(END_TRIES):
        user = ports.users.read(name)
        try:
            ended = ports.users.save(user.end_sessions(reason))
        except UserChanged:
            continue
        close_sessions(ended, ports=ports)
        return
    raise UserChanged(name)
