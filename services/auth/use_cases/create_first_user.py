"""Makes a user for whoever may invoke the function itself: the first admin, or one more when no
admin is left."""

from dataclasses import dataclass, field

from services.auth.domain.grants import check_grants
from services.auth.domain.passwords import check_password
from services.auth.domain.ports import Ports
from services.auth.domain.user import Grants, Role, User
from services.auth.use_cases.add_user import add_user


@dataclass(frozen=True)
class FirstUser:
    name: str
    password: str = field(repr=False)
    full_name: str
    roles: tuple[Role, ...]
    grants: Grants


def create_first_user(wish: FirstUser, *, ports: Ports) -> User:
    """Raises UserExists, WeakPassword."""
    check_password(wish.password, wish.name)
    check_grants(wish.grants)
    now = ports.now()
    user = User(
        name=wish.name,
        full_name=wish.full_name,
        roles=wish.roles,
        grants=wish.grants,
        created_at=now,
        updated_at=now,
        password_hash=ports.passwords.hash(wish.password),
    )
    return add_user(user, None, ports=ports)
