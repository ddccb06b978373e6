"""What admins do with users. They create, change, lock and remove them."""

from dataclasses import dataclass, field, replace
from typing import Any

from kernel.caller import Caller, Grants, Role
from kernel.idempotency import Idempotency
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import NoPassword, OwnAdminRights, VersionMismatch
from services.auth.domain.grants import check_grants
from services.auth.domain.passwords import check_password
from services.auth.domain.ports import Ports
from services.auth.domain.user import LoginMethod, User
from services.auth.domain_services.add_user import NewUser, add_user, new_user
from services.auth.domain_services.close_session import close_sessions
from services.auth.domain_services.read_me import require_admin
from services.auth.domain_services.save_user import save_user


@dataclass(frozen=True)
class UserChanges:
    """None leaves a field as it is. `no_email` takes the address away."""

    full_name: str | None = None
    roles: tuple[Role, ...] | None = None
    grants: Grants | None = None
    locked: bool | None = None
    password: str | None = field(default=None, repr=False)
    email: str | None = None
    no_email: bool = False


def create_user(
    caller: Caller, wish: NewUser, idempotency: Idempotency | None, *, ports: Ports
) -> User:
    """Raises RoleMissing, SessionOver, UserExists, WeakPassword, IdempotencyConflict."""
    require_admin(caller, ports=ports)
    return add_user(new_user(wish, ports=ports), idempotency, ports=ports)


def change_user(
    caller: Caller, name: str, changes: UserChanges, expected: int | None, *, ports: Ports
) -> User:
    """`expected` is the version that the caller has seen, and None stands for any. New roles and
    grants count from the authorizer's next look on. Raises RoleMissing, SessionOver, UserNotFound,
    VersionMismatch, OwnAdminRights, FieldInvalid, NoPassword, WeakPassword, UserChanged."""
    admin, before = _looked_up(caller, name, expected, ports=ports)
    own = name == caller.name
    if own and (changes.locked or (changes.roles and Role.ADMIN not in changes.roles)):
        raise OwnAdminRights(name)
    if changes.grants is not None:
        check_grants(changes.grants)
    given: dict[str, Any] = {
        each: value
        for each in ("full_name", "roles", "grants", "locked", "email")
        if (value := getattr(changes, each)) is not None
    }
    if changes.no_email:
        given["email"] = None
    if changes.password is not None:
        if before.login is not LoginMethod.PASSWORD:
            raise NoPassword(name)
        check_password(changes.password, name)
        given["password_hash"] = ports.passwords.hash(changes.password)
    changed = replace(before, **given, updated_at=ports.now())
    if reason := _ends_sessions(changes):
        changed = changed.end_sessions(reason, keep=caller.session_id if own else None)
    stored = save_user(before, changed, by=admin, ports=ports)
    if changes.password is not None or changes.locked is False:
        ports.attempts.forgive(name)  # so that the user can log in again at once
    if reason:
        close_sessions(stored, ports=ports)
    return stored


def remove_user(caller: Caller, name: str, expected: int | None, *, ports: Ports) -> None:
    """The name stays taken. Raises RoleMissing, SessionOver, UserNotFound, VersionMismatch,
    OwnAdminRights, UserChanged."""
    admin, before = _looked_up(caller, name, expected, ports=ports)
    if name == caller.name:
        raise OwnAdminRights(name)
    removed = save_user(before, before.remove(ports.now()), by=admin, ports=ports)
    if before.api_key is not None:
        ports.api_keys.remove(before.api_key)
    close_sessions(removed, ports=ports)


def _looked_up(
    caller: Caller, name: str, expected: int | None, *, ports: Ports
) -> tuple[User, User]:
    """The admin, and the user as the admin expects them. A change is stored only if neither has
    changed until then, so two admins cannot take the role from each other at the same moment."""
    admin = require_admin(caller, ports=ports)
    user = ports.users.read(name)
    if expected is not None and expected != user.version:
        raise VersionMismatch(expected, user.version)
    return admin, user


def _ends_sessions(changes: UserChanges) -> CloseReason | None:
    if changes.locked:
        return CloseReason.USER_LOCKED
    return CloseReason.PASSWORD_CHANGED if changes.password is not None else None
