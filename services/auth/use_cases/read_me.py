"""Who the caller is, and the session they call from."""

from services.auth.domain.errors import SessionOver, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import CloseReason, Session
from services.auth.domain.user import Caller, User


def read_me(caller: Caller, *, ports: Ports) -> tuple[User, Session]:
    """Raises SessionOver: the authorizer's finding may be half a minute old."""
    session = ports.sessions.read(caller.name, caller.session_id)
    if session is None:
        raise SessionOver(CloseReason.EXPIRED)
    if session.close_reason is not None:
        raise SessionOver(session.close_reason)
    return own_user(caller, ports=ports), session


def own_user(caller: Caller, *, ports: Ports) -> User:
    """Raises SessionOver when the user was removed or locked a moment ago."""
    try:
        user = ports.users.read(caller.name)
    except UserNotFound:
        raise SessionOver(CloseReason.USER_REMOVED) from None
    if not user.welcome:
        raise SessionOver(CloseReason.USER_LOCKED)
    return user
