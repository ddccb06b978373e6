"""Exchanges a refresh token for new tokens. A token that comes a second time ends the session."""

from hmac import compare_digest

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import SessionOver, StaleSession, TokenRefused, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.refresh_token import RefreshToken
from services.auth.domain.session import Session
from services.auth.domain.user import User
from services.auth.domain_services.close_session import close_session
from services.auth.domain_services.open_session import OpenedSession, with_tokens

REFRESH_TRIES = 10  # because others save the session, as the authorizer does once a minute


def refresh_session(text: str, *, ports: Ports) -> OpenedSession:
    """When two requests send the same token at once, exactly one gets new tokens. For the other one
    the token is a used one. Raises TokenRefused, SessionOver. Raises StaleSession when others saved
    the session at each try."""
    token = RefreshToken.parse(text)
    for _ in range(REFRESH_TRIES):
        session = ports.sessions.read(token.user, token.session_id)
        if session is None:
            raise TokenRefused("no such session")
        _check(session, token, ports=ports)
        user = _user_of(session, ports=ports)
        fresh = RefreshToken(session.user, session.id, ports.new_id())
        try:
            saved = ports.sessions.save(session.refreshed(fresh.digest, ports.now()))
        except StaleSession:
            continue  # look again, because the token may be a used one by now
        return with_tokens(user, saved, fresh, ports=ports)
    raise StaleSession(token.session_id)


def _check(session: Session, token: RefreshToken, *, ports: Ports) -> None:
    current = compare_digest(session.refresh_hash, token.digest)
    used = [compare_digest(each, token.digest) for each in session.used_hashes]
    if not current and not any(used):
        raise TokenRefused("no token of this session")  # a guess must not end the session
    if session.close_reason is not None:
        raise SessionOver(session.close_reason)
    if any(used):
        close_session(session, CloseReason.REFRESH_REUSED, ports=ports)
        raise TokenRefused("used before")
    worn = CloseReason.EXPIRED if session.used_up else None
    if reason := session.over(ports.now()) or worn:
        close_session(session, reason, ports=ports)
        raise SessionOver(reason)


def _user_of(session: Session, *, ports: Ports) -> User:
    try:
        user = ports.users.read(session.user)
    except UserNotFound:
        raise TokenRefused("user removed") from None
    if not user.welcome:
        raise TokenRefused("user locked")
    if reason := session.ended_by(user):
        close_session(session, reason, ports=ports)
        raise SessionOver(reason)
    return user
