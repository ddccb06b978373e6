"""Stores a new user together with the API key by which their calls are counted, and tells it."""

from dataclasses import dataclass, field, replace

from kernel.caller import Grants, Role
from kernel.idempotency import Idempotency
from services.auth.domain.errors import RequestError
from services.auth.domain.grants import check_grants
from services.auth.domain.passwords import check_password
from services.auth.domain.ports import Ports
from services.auth.domain.user import LoginMethod, User
from services.auth.domain_services.announce import user_added


@dataclass(frozen=True)
class NewUser:
    """A user without a password can log in only by single sign-on."""

    name: str
    full_name: str
    roles: tuple[Role, ...]
    grants: Grants
    password: str | None = field(repr=False)
    email: str | None = None


def new_user(wish: NewUser, *, ports: Ports) -> User:
    """Makes a user, but does not store it yet. Raises WeakPassword, FieldInvalid."""
    check_grants(wish.grants)
    now = ports.now()
    user = User(
        name=wish.name,
        full_name=wish.full_name,
        roles=wish.roles,
        grants=wish.grants,
        email=wish.email,
        created_at=now,
        updated_at=now,
        login=LoginMethod.SSO if wish.password is None else LoginMethod.PASSWORD,
    )
    if wish.password is None:
        return user
    check_password(wish.password, wish.name)
    return replace(user, password_hash=ports.passwords.hash(wish.password))


def add_user(user: User, idempotency: Idempotency | None, *, ports: Ports) -> User:
    """Stores the user and the event that tells of them. When key and body are repeated, it returns
    the earlier user and tells nothing. Raises UserExists, IdempotencyConflict.

    The API key is made first. So a crash in between leaves a key that nobody uses, which is
    harmless. A user without a key would not be.
    """
    key = ports.api_keys.create(user.name)
    try:
        told = [user_added(user, ports=ports)]
        stored = ports.users.create(replace(user, api_key=key), idempotency, told)
    except RequestError:  # surely not stored; after any other error the user may exist
        if key is not None:
            ports.api_keys.remove(key)
        raise
    if key is not None and stored.api_key != key:
        ports.api_keys.remove(key)
    return stored
