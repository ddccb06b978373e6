"""Closes sessions, whatever else happens to them at the same moment."""

from services.auth.domain.errors import StaleSession
from services.auth.domain.ports import Ports
from services.auth.domain.session import CloseReason, Session
from services.auth.use_cases.announce import session_closed

CLOSE_TRIES = 10  # whoever comes in between saves it once a minute or closes it as well


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


def close_sessions(
    user: str, reason: CloseReason, *, ports: Ports, keep: str | None = None
) -> None:
    """All open ones of `user`, except the one with the id `keep`."""
    for session in ports.sessions.open_sessions(user):
        if session.id != keep:
            close_session(session, reason, ports=ports)
