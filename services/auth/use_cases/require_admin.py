"""The look at the caller's roles with which everything begins that only admins may do."""

from services.auth.domain.errors import RoleMissing
from services.auth.domain.user import Caller, Role


def require_admin(caller: Caller) -> None:
    if Role.ADMIN not in caller.roles:
        raise RoleMissing(Role.ADMIN)
