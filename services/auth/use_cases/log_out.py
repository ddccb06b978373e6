"""Ends the session that a request comes from."""

from kernel.caller import Caller
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.ports import Ports
from services.auth.domain_services.close_session import close_session


def log_out(caller: Caller, *, ports: Ports) -> None:
    """Does nothing when the session is closed already."""
    session = ports.sessions.read(caller.name, caller.session_id)
    if session is not None:
        close_session(session, CloseReason.LOGOUT, ports=ports)
