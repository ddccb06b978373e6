"""What an admin does in a test, in few words."""

from dataclasses import replace
from typing import Any

from kernel.caller import Caller, Grants, Role
from kernel.idempotency import Idempotency
from services.auth.domain.user import User
from services.auth.domain_services.add_user import NewUser
from services.auth.use_cases import manage_users as manage
from services.auth.use_cases.manage_users import UserChanges
from tests.fakes.auth_world import PASSWORD, AuthWorld

WISH = NewUser("bob", "Bob", (Role.USER,), Grants(), PASSWORD)
KEY = Idempotency("ada#UserRequest#k-1", "body")


def create(world: AuthWorld, key: Idempotency | None = None, **changes: Any) -> User:  # noqa: ANN401
    return manage.create_user(world.caller("ada"), replace(WISH, **changes), key, ports=world.ports)


def change(
    world: AuthWorld,
    name: str,
    expected: int | None = None,
    by: Caller | None = None,
    **changes: Any,  # noqa: ANN401
) -> User:
    caller = by or world.caller("ada")
    return manage.change_user(caller, name, UserChanges(**changes), expected, ports=world.ports)


def remove(world: AuthWorld, name: str, expected: int | None = None) -> None:
    manage.remove_user(world.caller("ada"), name, expected, ports=world.ports)
