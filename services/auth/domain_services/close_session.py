"""Closes sessions, whatever else happens to them at the same moment."""

from contextlib import suppress

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import StaleSession
from services.auth.domain.ports import Ports
from services.auth.domain.session import MAX_OPEN, Session
from services.auth.domain.user import User
from services.auth.domain_services.announce import session_closed

CLOSE_TRIES = 10  # whoever comes in between saves it once a minute or closes it as well
CLOSED_AT_ONCE = 100  # one after another: a few seconds of the 29 that API Gateway waits


def close_session(session: Session, reason: CloseReason, *, ports: Ports) -> None:
    """Nothing to do when it is closed already; raises StaleSession after too many rivals."""
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
    """Those that the row of `user` has ended. Nobody can use them any more: closing is for whoever
    is told of it, so what one request has no time for is left to the sweeper, when it is due."""
    ended = [
        (session, reason)
        for session in ports.sessions.open_sessions(user.name)
        if (reason := session.ended_by(user))
    ]
    for session, reason in ended[:CLOSED_AT_ONCE]:
        with suppress(StaleSession):
            close_session(session, reason, ports=ports)


def close_surplus(user: User, *, ports: Ports) -> None:
    """The oldest beyond MAX_OPEN. Each login does so after it has opened its own: whatever happens
    at once, the last one to look sees all, so there are more only while logins are under way, or
    where one died or met too many rivals, until the next."""
    surplus = ports.sessions.open_sessions(user.name, but_latest=MAX_OPEN)
    for session in surplus[:CLOSED_AT_ONCE]:
        reason = session.ended_by(user) or session.over(ports.now()) or CloseReason.EXPIRED
        with suppress(StaleSession):
            close_session(session, reason, ports=ports)
