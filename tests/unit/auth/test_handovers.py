"""A user asks for a code, and another program redeems it for a session of its own, once."""

from dataclasses import replace

import pytest

from kernel.caller import Role
from services.auth.domain.errors import (
    HandedOver,
    HandoverRefused,
    SessionOver,
)
from services.auth.domain.handover import LIFETIME, HandedTo, read_code
from services.auth.domain.user import LoginMethod
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.log_out import log_out
from services.auth.use_cases.make_handover import make_handover
from services.auth.use_cases.redeem_handover import UNKNOWN
from tests.fakes.auth_world import AuthWorld
from tests.unit.auth.handing_over import AGENT, asking, code_of, redeem, refused


def test_a_code_gives_a_session_of_its_own_that_says_what_it_is() -> None:
    world = AuthWorld()
    world.users.save(replace(world.users.read("ann"), login=LoginMethod.SSO, password_hash=None))
    caller = world.caller()
    world.pass_time(600)
    made = make_handover(caller, HandedTo.TEAMS, ports=world.ports)
    assert made.expires_at == world.clock + LIFETIME
    opened = redeem(world, made.code)
    session = opened.session
    assert session.id != caller.session_id
    assert (session.handed_to, session.handed_from) == (HandedTo.TEAMS, caller.session_id)
    assert (session.method, session.client, session.idle_seconds) == ("sso", "api", None)
    assert session.source_ip == AGENT
    assert (session.ends_at - world.clock).total_seconds() == world.policy.session_seconds
    assert world.authorize(opened.access_token).user.name == "ann"
    assert world.refresh(opened.refresh_token).session.handed_to is HandedTo.TEAMS
    [(kind, told)] = world.told()
    assert kind == "SessionOpened.v1"
    assert (told["handed_to"], told["handed_from"]) == ("teams", caller.session_id)


def test_a_session_of_a_login_was_handed_over_by_nobody() -> None:
    world = AuthWorld()
    assert world.log_in().session.handed_to is None
    [(_, told)] = world.told()
    assert (told["handed_to"], told["handed_from"]) == (None, None)


def test_neither_the_table_nor_a_printed_record_holds_the_code() -> None:
    world = AuthWorld()
    made = make_handover(asking(world), HandedTo.TEAMS, ports=world.ports)
    kept = world.handovers.rows["ann"]
    secret = made.code.split(".")[1]
    assert secret not in str(vars(kept))
    assert secret not in repr((made, kept, read_code(made.code)))
    assert made.code not in repr(made)


def test_a_code_is_good_once() -> None:
    world = AuthWorld()
    code = code_of(world, asking(world))
    redeem(world, code)
    assert refused(world, code) == UNKNOWN


def test_of_two_who_redeem_it_at_once_exactly_one_gets_a_session() -> None:
    world = AuthWorld()
    code = code_of(world, asking(world))
    won: list[OpenedSession] = []
    world.calls.before("handovers.take", lambda: won.append(redeem(world, code)))
    with pytest.raises(HandoverRefused, match="used already"):
        redeem(world, code)
    assert len(won) == 1
    assert [each.handed_to for each in world.sessions.open_sessions("ann")] == [None, "teams"]


@pytest.mark.parametrize(("late", "good"), [(-1, True), (0, False), (86_400, False)])
def test_a_code_is_good_for_five_minutes(late: int, good: bool) -> None:
    world = AuthWorld()
    code = code_of(world, asking(world))
    world.pass_time(300 + late)
    if good:
        assert redeem(world, code)
    else:
        assert refused(world, code) == UNKNOWN
        assert world.attempts.rows.keys() & {("HANDOVER#ann", AGENT)} == set()


def test_a_newer_code_replaces_the_one_before() -> None:
    world = AuthWorld()
    caller = asking(world)
    earlier, newer = code_of(world, caller), code_of(world, caller)
    assert refused(world, earlier) == UNKNOWN
    assert redeem(world, newer)


def test_a_newer_code_that_comes_while_the_earlier_is_redeemed_stays_good() -> None:
    world = AuthWorld()
    caller = asking(world)
    earlier = code_of(world, caller)
    newer: list[str] = []
    world.calls.before("handovers.take", lambda: newer.append(code_of(world, caller)))
    assert refused(world, earlier) == UNKNOWN
    assert redeem(world, newer[0])


def test_a_session_that_was_handed_over_hands_over_no_other() -> None:
    world = AuthWorld()
    opened = redeem(world, code_of(world, asking(world)))
    with pytest.raises(HandedOver, match="teams"):
        code_of(world, world.caller(session_id=opened.session.id))
    assert world.handovers.rows == {}


def test_a_session_that_is_over_gets_no_code() -> None:
    world = AuthWorld()
    caller = asking(world)
    log_out(caller, ports=world.ports)
    with pytest.raises(SessionOver):
        code_of(world, caller)
    assert world.handovers.rows == {}


def test_roles_are_those_of_the_moment_it_is_redeemed() -> None:
    world = AuthWorld()
    code = code_of(world, asking(world))
    world.users.save(replace(world.users.read("ann"), roles=(Role.AUDITOR,)))
    assert world.authorize(redeem(world, code).access_token).user.roles == (Role.AUDITOR,)
