"""Closes sessions, even when something else changes them at the same moment."""

from contextlib import suppress

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import StaleSession
from services.auth.domain.ports import Ports
from services.auth.domain.session import MAX_OPEN, Session
from services.auth.domain.user import User
from services.auth.domain_services.announce import session_closed

CLOSE_TRIES = 10  # others save a session once a minute, or close it as well
CLOSED_AT_ONCE = 100  # one by one they take a few seconds of the 29 that API Gateway waits


def close_session(session: Session, reason: CloseReason, *, ports: Ports) -> None:
    """Does nothing when the session is closed already. Raises StaleSession when others changed it
    at each try."""
    latest: Session | None = session
    for _ in range(CLOSE_TRIES):
        if latest is None or not latest.is_open:
            return
        closed = latest.closed(reason, ports.now())
        try:
            ports.sessions.save(closed, [session_closed(closed, ports=ports)])
        except StaleSession:
            latest = ports.sessions.read(session.user, session.id)
        else:
            return
    raise StaleSession(session.id)


def close_sessions(user: User, *, ports: Ports) -> None:
    """Closes the sessions that the row of `user` has ended. Nobody can use these sessions any more,
    and closing them only publishes that. So what one request has no time for is left to the
    sweeper, which closes a session when it is due."""
    ended = [
        (session, reason)
        for session in ports.sessions.open_sessions(user.name)
        if (reason := session.ended_by(user))
    ]
    for session, reason in ended[:CLOSED_AT_ONCE]:
        with suppress(StaleSession):
            close_session(session, reason, ports=ports)


def close_surplus(user: User, *, ports: Ports) -> None:
    """Closes the user's oldest sessions beyond MAX_OPEN. Each login does so after it has opened its
    own session. When several log in at once, the last one to look sees all their sessions. So there
    are more than MAX_OPEN only while logins are under way. After a login that died or met too many
    rivals, there may be more until the next login."""
    surplus = ports.sessions.open_sessions(user.name, but_latest=MAX_OPEN)
    for session in surplus[:CLOSED_AT_ONCE]:
        reason = session.ended_by(user) or session.over(ports.now()) or CloseReason.EXPIRED
        with suppress(StaleSession):
            close_session(session, reason, ports=ports)
