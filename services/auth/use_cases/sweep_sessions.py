"""Closes sessions that are idle or over. If their user's row has ended them, its reason counts."""

from collections.abc import Callable

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import StaleSession, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain_services.announce import session_closed


def sweep_sessions(goes_on: Callable[[], bool], *, ports: Ports) -> int:
    """Returns how many were closed. The index may be behind. A session that was used since then has
    another version, so it cannot be saved here and stays open."""
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
    """The reason in the user's row. Whoever ended the session there may have had no time to close
    it."""
    try:
        return session.ended_by(ports.users.read(session.user))
    except UserNotFound:
        return CloseReason.USER_REMOVED
