"""Decides for each request whether its access token still stands for somebody."""

from dataclasses import dataclass

from services.auth.domain.errors import SessionOver, StaleSession, TokenRefused, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain.user import User


@dataclass(frozen=True)
class Authorized:
    """The user as they are now: roles and grants come from here, not from the token."""

    user: User
    session: Session


def authorize(token: str, *, ports: Ports) -> Authorized:
    """Raises TokenRefused, SessionOver."""
    now = ports.now()
    claims = ports.tokens.read(token, now)
    session = ports.sessions.read(claims.user, claims.session_id)
    if session is None:
        raise TokenRefused("no such session")
    if session.close_reason is not None:
        raise SessionOver(session.close_reason)
    if reason := session.over(now):  # the sweeper is about to close it
        raise SessionOver(reason)
    try:
        user = ports.users.read(claims.user)
    except UserNotFound:
        raise TokenRefused("user removed") from None
    if not user.welcome:
        raise TokenRefused("user locked")
    if reason := session.ended_by(user):  # its row is closed in a moment, or by the sweeper
        raise SessionOver(reason)
    return Authorized(user, _seen(session, ports=ports))


def _seen(session: Session, *, ports: Ports) -> Session:
    """A rival's change may win: another request was seen, or the session closed meanwhile."""
    seen = session.seen(ports.now())
    if seen is session:
        return session
    try:
        return ports.sessions.save(seen)
    except StaleSession:
        return session
