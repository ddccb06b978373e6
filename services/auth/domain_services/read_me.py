"""Who the caller is, the session they call from, and whether they are an admin."""

from kernel.caller import Caller, Role
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import RoleMissing, SessionOver, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain.user import User


def read_me(caller: Caller, *, ports: Ports) -> tuple[User, Session]:
    """Reads both anew, because what the authorizer found may be half a minute old. Raises
    SessionOver when the session has ended since then, or the user was locked or removed."""
    return read_open(caller.name, caller.session_id, ports=ports)


def read_open(name: str, session_id: str, *, ports: Ports) -> tuple[User, Session]:
    """The user and their open session. It does not count as a use of the session. Raises
    SessionOver."""
    session = ports.sessions.read(name, session_id)
    if session is None:
        raise SessionOver(CloseReason.EXPIRED)
    if session.close_reason is not None:
        raise SessionOver(session.close_reason)
    try:
        user = ports.users.read(name)
    except UserNotFound:
        raise SessionOver(CloseReason.USER_REMOVED) from None
    if reason := session.ended_by(user) or session.over(ports.now()):
        raise SessionOver(reason)
    return user, session


def require_admin(caller: Caller, *, ports: Ports) -> User:
    """Reads the admin anew, because somebody who lost the role a moment ago must not give it back
    to themselves. Raises RoleMissing, SessionOver."""
    user, _ = read_me(caller, ports=ports)
    if Role.ADMIN not in user.roles:
        raise RoleMissing((Role.ADMIN,))
    return user
