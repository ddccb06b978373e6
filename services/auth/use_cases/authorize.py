"""Decides for each request whether its access token is still good, and whose it is."""

from services.auth.domain.ports import Ports
from services.auth.domain_services.check_session import Authorized, check_session


def authorize(token: str, *, ports: Ports) -> Authorized:
    """Raises TokenRefused, SessionOver."""
    claims = ports.tokens.read(token, ports.now())
    return check_session(claims.user, claims.session_id, ports=ports)
