"""Makes the events of auth, as the contracts describe them, ready for the outbox."""

from dataclasses import dataclass
from typing import Literal

from contracts import auth_events as fact
from contracts.catalogue import encode
from contracts.contract import Published
from contracts.envelope import Event, Meta
from kernel.caller import Role
from kernel.outbox import OutboxEvent
from services.auth.domain.attempts import Tries
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain.user import LoginMethod, User

FailReason = Literal["wrong_password", "unknown_user", "user_locked", "not_mapped", "no_role"]


@dataclass(frozen=True)
class FailedLogin:
    """`user` is None when no user has the name that was given."""

    user: str | None
    method: LoginMethod
    reason: FailReason
    source_ip: str | None


def session_opened(session: Session, roles: tuple[Role, ...], *, ports: Ports) -> OutboxEvent:
    data = fact.SessionOpenedV1(
        session_id=session.id,
        user=session.user,
        roles=tuple(role.value for role in roles),
        method=session.method.value,
        client=session.client.value,
        source_ip=session.source_ip,
        opened_at=session.opened_at,
        expires_at=session.ends_at,
        sequence=session.version,
    )
    return _event(data, session.id, ports=ports)


def session_closed(session: Session, *, ports: Ports) -> OutboxEvent:
    if session.closed_at is None or session.close_reason is None:
        raise ValueError(f"session {session.id} is not closed")
    data = fact.SessionClosedV1(
        session_id=session.id,
        user=session.user,
        reason=session.close_reason.value,
        opened_at=session.opened_at,
        closed_at=session.closed_at,
        sequence=session.version + 1,  # the version that saving it with this event gives it
    )
    return _event(data, session.id, ports=ports)


def user_changed(user: User, *, ports: Ports) -> OutboxEvent:
    """`user` is as it is about to be saved."""
    event_id = ports.new_id()
    data = fact.UserChangedV1(
        user=user.name,
        roles=tuple(role.value for role in user.roles),
        locked=user.locked,
        removed=user.removed,
        changed_at=user.updated_at,
        sequence=user.version + 1,  # the version that saving it with this event gives it
    )
    return _event(data, event_id, event_id, ports=ports)


def login_failed(failed: FailedLogin, tries: Tries | None, *, ports: Ports) -> OutboxEvent:
    """`tries` is None for single sign-on, where the identity provider counts them and we do not."""
    now, event_id = ports.now(), ports.new_id()
    retry_at = tries.retry_at if tries else None
    data = fact.LoginFailedV1(
        user=failed.user,
        method=failed.method.value,
        reason=failed.reason,
        failures=tries.own.count if tries else 1,
        retry_at=retry_at if retry_at and retry_at > now else None,
        source_ip=failed.source_ip,
        failed_at=now,
    )
    return _event(data, event_id, event_id, ports=ports)


def _event(
    data: Published, correlation_id: str, event_id: str | None = None, *, ports: Ports
) -> OutboxEvent:
    """All events of a session have its id as correlation id, so they can be found by it."""
    event_id = event_id or ports.new_id()
    meta = Meta(event_id=event_id, occurred_at=ports.now(), correlation_id=correlation_id)
    detail_type, detail = encode(Event(meta=meta, data=data))
    return OutboxEvent(event_id, detail_type, detail)
