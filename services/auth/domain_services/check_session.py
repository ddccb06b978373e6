"""Whether a session may still be used, and whose it is."""

from dataclasses import dataclass

from services.auth.domain.errors import SessionOver, StaleSession, TokenRefused, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain.user import User


@dataclass(frozen=True)
class Authorized:
    """The user as they are now. Roles and grants come from here and not from the token."""

    user: User
    session: Session


def check_session(name: str, session_id: str, *, ports: Ports) -> Authorized:
    """Records that the session is used. Raises TokenRefused, SessionOver."""
    session = ports.sessions.read(name, session_id)
    if session is None:
        raise TokenRefused("no such session")
    if session.close_reason is not None:
        raise SessionOver(session.close_reason)
    if reason := session.over(ports.now()):  # the sweeper is about to close it
        raise SessionOver(reason)
    try:
        user = ports.users.read(name)
    except UserNotFound:
        raise TokenRefused("user removed") from None
    if not user.welcome:
        raise TokenRefused("user locked")
    if reason := session.ended_by(user):  # its own row is closed soon, or by the sweeper
        raise SessionOver(reason)
    return Authorized(user, _seen(session, ports=ports))


def _seen(session: Session, *, ports: Ports) -> Session:
    """Records that the session was used. Another request may have recorded it first, or the session
    may have been closed meanwhile. Then that change stays."""
    seen = session.seen(ports.now())
    if seen is session:
        return session
    try:
        return ports.sessions.save(seen)
    except StaleSession:
        return session
