"""Exchanges the code of a handover for a session. It works once, while the session that asked is
open."""

from hmac import compare_digest

from services.auth.domain.errors import HandoverRefused, LoginRefused, SessionOver
from services.auth.domain.handover import Handover, HandoverCode, read_code
from services.auth.domain.ports import Ports
from services.auth.domain.session import ClientKind
from services.auth.domain.user import User
from services.auth.domain_services.count_try import count_handover
from services.auth.domain_services.open_session import OpenedSession, open_session
from services.auth.domain_services.read_me import read_open

UNKNOWN = "it is not known, used already, replaced by a newer one, or older than 5 minutes"
ENDED = "the session that asked for it has ended since"


def redeem_handover(text: str, source_ip: str | None, *, ports: Ports) -> OpenedSession:
    """Of several who redeem the code at once, exactly one gets a session. Raises HandoverRefused.
    Raises TooManyAttempts, AttemptsBusy before the code is compared, and leaves it as it is."""
    handover = _taken(read_code(text), source_ip, ports=ports)
    user = _user_of(handover, ports=ports)
    try:
        return open_session(user, handover.method, ClientKind.API, source_ip, handover, ports=ports)
    except LoginRefused:
        raise HandoverRefused(ENDED) from None


def _taken(code: HandoverCode | None, source_ip: str | None, *, ports: Ports) -> Handover:
    """Where no code is open there is nothing to guess, so nothing is counted or written."""
    handover = ports.handovers.read(code.user) if code else None
    if code is None or handover is None or ports.now() >= handover.expires_at:
        raise HandoverRefused(UNKNOWN)
    tries = count_handover(code.user, source_ip, ports=ports)
    if not compare_digest(handover.secret_hash, code.secret_hash):
        raise HandoverRefused(UNKNOWN)
    ports.attempts.forgive(tries.own.name)
    if not ports.handovers.take(handover):
        raise HandoverRefused(UNKNOWN)
    return handover


def _user_of(handover: Handover, *, ports: Ports) -> User:
    """A new password ends what was open before it, also where the session that asked goes on."""
    try:
        user, _ = read_open(handover.user, handover.session_id, ports=ports)
    except SessionOver:
        raise HandoverRefused(ENDED) from None
    if user.generation != handover.generation:
        raise HandoverRefused(ENDED)
    return user
