"""Closes sessions that are idle or over."""

from collections.abc import Callable

from services.auth.domain.errors import StaleSession
from services.auth.domain.ports import Ports
from services.auth.use_cases.announce import session_closed


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
        over = session.closed(reason, ports.now())
        try:
            ports.sessions.save(over, [session_closed(over, ports=ports)])
        except StaleSession:
            continue  # the next run looks again
        closed += 1
    return closed
