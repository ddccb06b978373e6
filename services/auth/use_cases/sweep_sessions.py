"""Closes sessions that are idle or over, for the reason their user's row has if there is one."""

from collections.abc import Callable

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import StaleSession, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain_services.announce import session_closed


def sweep_sessions(goes_on: Callable[[], bool], *, ports: Ports) -> int:
    """How many were closed. The index may be behind: a session that was used since then is not
    what it was when it was read, and stays open."""
    closed = 0
    for session in ports.sessions.due(ports.now()):
        if not goes_on():
            break
        reason = session.over(ports.now())
        if reason is None or not session.is_open:
            continue
        over = session.closed(_ended(session, ports=ports) or reason, ports.now())
        try:
            ports.sessions.save(over, [session_closed(over, ports=ports)])
        except StaleSession:
            continue  # the next run looks again
        closed += 1
    return closed


def _ended(session: Session, *, ports: Ports) -> CloseReason | None:
    """Whoever ended it had no time to close it."""
    try:
        return session.ended_by(ports.users.read(session.user))
    except UserNotFound:
        return CloseReason.USER_REMOVED
