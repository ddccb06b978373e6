"""Opens the session of a user who has proven who they are, and hands out its first tokens."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import LoginRefused, UserNotFound
from services.auth.domain.handover import Handover
from services.auth.domain.ports import Claims, Ports
from services.auth.domain.refresh_token import RefreshToken
from services.auth.domain.session import ClientKind, Session
from services.auth.domain.user import LoginMethod, User
from services.auth.domain_services.announce import session_opened
from services.auth.domain_services.close_session import close_session, close_surplus


@dataclass(frozen=True)
class OpenedSession:
    session: Session
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in_seconds: int  # of the access token


def open_session(
    user: User,
    method: LoginMethod,
    client: ClientKind,
    source_ip: str | None,
    handover: Handover | None = None,
    *,
    ports: Ports,
) -> OpenedSession:
    """`user` is the user as read when they proved who they are. With `handover` the session is that
    of the program that redeemed it. Raises LoginRefused when the user was locked or removed, or
    when their sessions were ended, in the meantime."""
    now, policy = ports.now(), ports.policy
    token = RefreshToken(user.name, ports.new_id(), ports.new_id())
    session = Session(
        id=token.session_id,
        user=user.name,
        method=method,
        client=client,
        source_ip=source_ip,
        opened_at=now,
        last_seen_at=now,
        ends_at=now + timedelta(seconds=policy.session_seconds),
        refresh_hash=token.digest,
        idle_seconds=policy.idle_seconds if client is ClientKind.CONSOLE else None,
        generation=user.generation,
        handed_to=handover.to if handover else None,
        handed_from=handover.session_id if handover else None,
    )
    stored = ports.sessions.create(session, [session_opened(session, user.roles, ports=ports)])
    # A session of an earlier generation is refused anyway, but the login should not succeed either.
    if reason := _taken_back(stored, ports=ports):
        close_session(stored, reason, ports=ports)
        raise LoginRefused
    close_surplus(user, ports=ports)
    return with_tokens(user, stored, token, ports=ports)


def with_tokens(
    user: User, session: Session, token: RefreshToken, *, ports: Ports
) -> OpenedSession:
    """Issues an access token that does not outlive its session."""
    now = ports.now().replace(microsecond=0)
    end = min(now + timedelta(seconds=ports.policy.access_seconds), session.ends_at)
    claims = Claims(
        user=user.name,
        session_id=session.id,
        token_id=ports.new_id(),
        roles=user.roles,
        issued_at=now,
        expires_at=end.replace(microsecond=0),
    )
    seconds = int((claims.expires_at - now).total_seconds())
    return OpenedSession(session, ports.tokens.issue(claims), token.text, seconds)


def _taken_back(session: Session, *, ports: Ports) -> CloseReason | None:
    try:
        return session.ended_by(ports.users.read(session.user))
    except UserNotFound:
        return CloseReason.USER_REMOVED
