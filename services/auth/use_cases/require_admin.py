"""The look at the caller's roles with which everything begins that only admins may do."""

from services.auth.domain.errors import RoleMissing
from services.auth.domain.ports import Ports
from services.auth.domain.user import Caller, Role, User
from services.auth.use_cases.read_me import read_me


def require_admin(caller: Caller, *, ports: Ports) -> User:
    """As they are now: whoever was demoted a moment ago must not take it back. Raises RoleMissing,
    SessionOver."""
    user, _ = read_me(caller, ports=ports)
    if Role.ADMIN not in user.roles:
        raise RoleMissing(Role.ADMIN)
    return user
