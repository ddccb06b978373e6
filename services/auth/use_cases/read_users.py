"""Shows users to an admin."""

from kernel.caller import Caller
from kernel.pages import Page
from services.auth.domain.ports import Ports
from services.auth.domain.user import User
from services.auth.domain_services.read_me import require_admin


def read_user(caller: Caller, name: str, *, ports: Ports) -> User:
    require_admin(caller, ports=ports)
    return ports.users.read(name)


def list_users(caller: Caller, limit: int, cursor: str | None, *, ports: Ports) -> Page[User]:
    require_admin(caller, ports=ports)
    return ports.users.page(limit, cursor)
