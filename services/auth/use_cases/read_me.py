"""Who the caller is, and the session they call from."""

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import SessionOver, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain.user import Caller, User


def read_me(caller: Caller, *, ports: Ports) -> tuple[User, Session]:
    """Both as they are now: the authorizer's finding may be half a minute old. Raises SessionOver
    when either has come to its end since then."""
    session = ports.sessions.read(caller.name, caller.session_id)
    if session is None:
        raise SessionOver(CloseReason.EXPIRED)
    if session.close_reason is not None:
        raise SessionOver(session.close_reason)
    try:
        user = ports.users.read(caller.name)
    except UserNotFound:
        raise SessionOver(CloseReason.USER_REMOVED) from None
    if reason := session.ended_by(user) or session.over(ports.now()):
        raise SessionOver(reason)
    return user, session
