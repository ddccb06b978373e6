"""Former admins cannot use the half minute in which the gateway still takes them for admins."""

from collections.abc import Callable

import pytest

from kernel.caller import Caller, Role
from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import NotAllowed, NotLoggedIn, UserChanged
from services.auth.domain_services.close_session import close_session
from services.auth.use_cases import manage_users as manage
from services.auth.use_cases.end_sessions import end_sessions_of
from services.auth.use_cases.read_users import list_users, read_user
from tests.fakes.auth_world import AuthWorld
from tests.unit.auth.administering import WISH, change, remove


def demoted(world: AuthWorld, mal: Caller) -> None:
    change(world, "mal", roles=(Role.USER,))


def locked(world: AuthWorld, mal: Caller) -> None:
    change(world, "mal", locked=True)


def removed(world: AuthWorld, mal: Caller) -> None:
    remove(world, "mal")


def logged_out(world: AuthWorld, mal: Caller) -> None:
    session = world.sessions.read("mal", mal.session_id)
    assert session is not None
    close_session(session, CloseReason.LOGOUT, ports=world.ports)


def ended(world: AuthWorld, mal: Caller) -> None:
    end_sessions_of(world.caller("ada"), "mal", ports=world.ports)


def too_late(world: AuthWorld, mal: Caller) -> None:
    world.pass_time(43_200)


ACTIONS: list[Callable[[AuthWorld, Caller], object]] = [
    lambda world, mal: manage.create_user(mal, WISH, None, ports=world.ports),
    lambda world, mal: read_user(mal, "ann", ports=world.ports),
    lambda world, mal: list_users(mal, 10, None, ports=world.ports),
    lambda world, mal: change(world, "ann", by=mal, roles=(Role.ADMIN,)),
    lambda world, mal: change(world, "mal", by=mal, locked=False),
    lambda world, mal: manage.remove_user(mal, "ann", None, ports=world.ports),
    lambda world, mal: end_sessions_of(mal, "ann", ports=world.ports),
]


@pytest.mark.parametrize("end", [demoted, locked, removed, logged_out, ended, too_late])
@pytest.mark.parametrize("act", ACTIONS)
def test_what_the_gateway_still_believes_is_not_enough(
    end: Callable[[AuthWorld, Caller], None], act: Callable[[AuthWorld, Caller], object]
) -> None:
    world = AuthWorld()
    world.add("mal", Role.ADMIN)
    mal = world.caller("mal")
    end(world, mal)
    before = dict(world.users.rows)
    with pytest.raises((NotAllowed, NotLoggedIn)):
        act(world, mal)
    assert world.users.rows == before


@pytest.mark.parametrize("act", ["demote", "remove"])
def test_two_admins_who_shut_each_other_out_at_once_leave_one(act: str) -> None:
    world = AuthWorld()
    world.add("bea", Role.ADMIN)
    ada, bea = world.caller("ada"), world.caller("bea")

    def strike(caller: Caller, other: str) -> None:
        if act == "remove":
            manage.remove_user(caller, other, None, ports=world.ports)
        else:
            change(world, other, by=caller, roles=(Role.USER,))

    world.calls.before("users.save", lambda: strike(bea, "ada"))
    with pytest.raises(UserChanged):
        strike(ada, "bea")
    admins = [user.name for user in world.users.rows.values() if Role.ADMIN in user.roles]
    assert admins == ["bea"]
