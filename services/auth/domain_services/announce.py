"""Makes the events of auth, as the contracts describe them, ready for the outbox."""

from dataclasses import dataclass
from typing import Any, Literal

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
        handed_to=session.handed_to,
        handed_from=session.handed_from,
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


def user_added(user: User, *, ports: Ports) -> OutboxEvent:
    """`user` is as it is about to be created."""
    return _of_user(fact.UserAddedV1(**_known(user), added_at=user.created_at), ports=ports)


def user_changed(user: User, *, ports: Ports) -> OutboxEvent:
    """`user` is as it is about to be saved."""
    return user_as_it_is(user.saved(), ports=ports)


def user_as_it_is(user: User, *, ports: Ports) -> OutboxEvent:
    """`user` is as it is stored. The event tells again what the latest change has told."""
    return _of_user(fact.UserChangedV1(**_known(user), changed_at=user.updated_at), ports=ports)


def _known(user: User) -> dict[str, Any]:
    """The fields of UserFact."""
    return {
        "user": user.name,
        "name": None if user.removed else user.full_name,
        "email": user.email,
        "destinations": user.grants.destinations,
        "roles": tuple(role.value for role in user.roles),
        "locked": user.locked,
        "removed": user.removed,
        "sequence": user.version,
    }


def _of_user(data: fact.UserFact, *, ports: Ports) -> OutboxEvent:
    event_id = ports.new_id()
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
