"""The auth service's records as the API shows them."""

from collections.abc import Sequence

from pydantic import SecretStr

from contracts import auth_api as http
from services.auth.domain.session import Session
from services.auth.domain.user import User
from services.auth.domain_services.open_session import OpenedSession
from services.auth.handlers.grants_view import grants_view


def tokens_view(opened: OpenedSession) -> http.TokensView:
    return http.TokensView(
        access_token=SecretStr(opened.access_token),
        expires_in_seconds=opened.expires_in_seconds,
        refresh_token=SecretStr(opened.refresh_token),
        session_expires_at=opened.session.ends_at,
    )


def session_view(session: Session) -> http.SessionView:
    return http.SessionView(
        id=session.id,
        method=session.method.value,
        client=session.client.value,
        opened_at=session.opened_at,
        last_seen_at=session.last_seen_at,
        expires_at=session.ends_at,
        idle_seconds=session.idle_seconds,
        handed_to=session.handed_to,
    )


def own_sessions_view(sessions: Sequence[Session], current: str) -> http.OwnSessionsView:
    return http.OwnSessionsView(
        sessions=tuple(
            http.OwnSessionView(
                **dict(session_view(each)), source_ip=each.source_ip, current=each.id == current
            )
            for each in sessions
        )
    )


def user_view(user: User) -> http.UserView:
    return http.UserView(
        user=user.name,
        name=user.full_name,
        email=user.email,
        roles=tuple(role.value for role in user.roles),
        grants=grants_view(user.grants),
        login=user.login.value,
        locked=user.locked,
        created_at=user.created_at,
        updated_at=user.updated_at,
    )


def me_view(user: User, session: Session) -> http.MeView:
    return http.MeView(**dict(user_view(user)), session=session_view(session))
