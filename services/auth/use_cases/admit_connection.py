"""Decides who opens a WebSocket, by an access token or by a ticket."""

from services.auth.domain.errors import AddressRefused, TokenRefused
from services.auth.domain.networks import is_within
from services.auth.domain.ports import Ports
from services.auth.domain.ticket import TEXT, Ticket, hash_of
from services.auth.domain_services.check_session import Authorized, check_session


def admit_connection(
    token: str | None, ticket: str | None, source_ip: str | None, *, ports: Ports
) -> Authorized:
    """A ticket is used up even if its session is over. Raises AddressRefused, TokenRefused,
    SessionOver."""
    if not is_within(source_ip, ports.policy.allowed_callers):
        raise AddressRefused(source_ip or "unknown")
    if token is not None and ticket is not None:
        raise TokenRefused("a token and a ticket")
    if token is not None:
        claims = ports.tokens.read(token, ports.now())
        return check_session(claims.user, claims.session_id, ports=ports)
    if ticket is None:
        raise TokenRefused("no token and no ticket")
    taken = _taken(ticket, ports=ports)
    return check_session(taken.user, taken.session_id, ports=ports)


def _taken(ticket: str, *, ports: Ports) -> Ticket:
    """Nothing is looked up for a text that no ticket of ours can have."""
    taken = ports.tickets.take(hash_of(ticket)) if TEXT.fullmatch(ticket) else None
    if taken is None:
        raise TokenRefused("no such ticket, or used already")
    if not taken.good(ports.now()):
        raise TokenRefused("ticket too old")
    return taken
