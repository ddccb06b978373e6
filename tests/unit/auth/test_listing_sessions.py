"""A user sees their own open sessions, and only those that may still be used."""

import pytest

from services.auth.domain.close_reason import CloseReason
from services.auth.domain.errors import SessionOver
from services.auth.domain.handover import HandedTo
from services.auth.domain.session import ClientKind
from services.auth.use_cases.list_sessions import list_own_sessions
from services.auth.use_cases.log_out import log_out
from tests.fakes.auth_world import AuthWorld
from tests.unit.auth.handing_over import asking, code_of, redeem


def test_open_sessions_are_listed_newest_first_with_what_they_were_handed_to() -> None:
    world = AuthWorld()
    caller = asking(world)
    world.log_in("ada")
    world.pass_time(10)
    handed = redeem(world, code_of(world, caller)).session
    found = list_own_sessions(caller, ports=world.ports)
    assert [each.id for each in found] == [handed.id, caller.session_id]
    assert [each.handed_to for each in found] == [HandedTo.TEAMS, None]


def test_a_session_that_is_over_is_not_listed_although_its_row_is_open() -> None:
    world = AuthWorld()
    kept, _ended = world.log_in().session, world.log_in().session
    changed = world.users.read("ann").end_sessions(CloseReason.PASSWORD_CHANGED, keep=kept.id)
    world.users.save(changed)
    world.log_in(client=ClientKind.CONSOLE)
    world.pass_time(1_800)  # nobody used it
    caller = asking(world)
    log_out(asking(world), ports=world.ports)
    assert len(world.sessions.open_sessions("ann")) == 4
    found = list_own_sessions(caller, ports=world.ports)
    assert [each.id for each in found] == [caller.session_id, kept.id]


def test_whose_session_is_over_sees_none() -> None:
    world = AuthWorld()
    caller = asking(world)
    log_out(caller, ports=world.ports)
    with pytest.raises(SessionOver):
        list_own_sessions(caller, ports=world.ports)
